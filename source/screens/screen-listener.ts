/** Whoever shows or judges a session's screen. */
export interface ScreenListener {
  /** The screen may look different now. */
  changed(): void;
  bell(): void;
  /** A person looks: nothing may come late. */
  readonly isLooking: boolean;
}
