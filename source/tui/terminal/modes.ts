/** The modes the control room puts the person's terminal into, and how each is taken back. */
export interface ModeChoice {
  /** Report clicks, drags and the wheel. */
  readonly hasMouse: boolean;
}

const CSI = '\u001B[';
const OSC = '\u001B]';
const ST = '\u001B\\';

/**
 * Alternate screen, no autowrap (the painter relies on it), no cursor, pastes in brackets, focus reports, and
 * cursor keys as CSI whatever the program before left behind. The window's title is kept aside.
 */
export function enterModes({ hasMouse }: ModeChoice): string {
  const mouse = hasMouse ? `${CSI}?1002h${CSI}?1006h` : '';
  return `${CSI}22;2t${CSI}?1049h${CSI}m${CSI}2J${CSI}?25l${CSI}?7l${CSI}?1l\u001B>${CSI}?2004h${CSI}?1004h${mouse}`;
}

/**
 * Everything back, whichever of it was set: an open update, margins, style, mouse, focus, paste, wrapping,
 * cursor, screen, title. CAN first, in case the last write was cut inside a sequence.
 */
export function leaveModes(wasCut: boolean): string {
  return (
    `${wasCut ? '\u0018' : ''}${CSI}?2026l${CSI}r${CSI}?69l${CSI}m` +
    `${CSI}?1006l${CSI}?1002l${CSI}?1004l${CSI}?2004l${CSI}?2031l${CSI}?7h${CSI}0 q${CSI}?25h${CSI}?1049l${CSI}23;2t`
  );
}

/** Margins, synchronized updates and appearance reports; colours; name; and DA1, which every terminal answers. */
export const QUESTIONS = `${CSI}?69$p${CSI}?2026$p${CSI}?2031$p${OSC}10;?${ST}${OSC}11;?${ST}${CSI}>q${CSI}c`;

/** Tell when the person switches between dark and light. */
export const REPORT_APPEARANCE = `${CSI}?2031h`;
