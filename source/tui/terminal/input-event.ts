/** What the person's terminal sends, told apart. Every event keeps the bytes it was made of. */
export interface KeyEvent {
  readonly type: 'key';
  /**
   * The character as typed (`a`, `A`, `?`, `é`), in lower case with ctrl; or the name of a key: `up` `down`
   * `left` `right` `home` `end` `pageup` `pagedown` `insert` `delete` `backspace` `tab` `enter` `escape`
   * `space` `f1`… .
   */
  readonly name: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  /** Only with named keys and ctrl; a shifted character is its own name. */
  readonly shift: boolean;
  /** What the key types into a text field; empty when it types nothing. */
  readonly text: string;
  readonly raw: Buffer;
}

export type MouseButton = 'left' | 'middle' | 'right' | 'none';
export type WheelDirection = 'up' | 'down' | 'left' | 'right';

export interface MouseEvent {
  readonly type: 'mouse';
  readonly action: 'press' | 'release' | 'drag' | 'move' | 'wheel';
  readonly button: MouseButton;
  readonly wheel?: WheelDirection | undefined;
  /** Cell, from 0. */
  readonly x: number;
  readonly y: number;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  readonly raw: Buffer;
}

export interface PasteEvent {
  readonly type: 'paste';
  /** Without the brackets. A long paste comes in parts; only the last one has `isLast`. */
  readonly bytes: Buffer;
  readonly text: string;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** Answers of the terminal to what it was asked: never typed text. */
export type TerminalReply =
  /** DA1: which extensions the terminal claims; sent by every terminal, so it ends a round of questions. */
  | { readonly type: 'attributes'; readonly parameters: readonly number[] }
  /** Answer to `ESC[5n`: everything sent before it has been taken in. */
  | { readonly type: 'status' }
  | { readonly type: 'cursor-position'; readonly x: number; readonly y: number }
  /** DECRPM: 0 not known, 1 set, 2 reset, 3 always set, 4 always reset. */
  | { readonly type: 'mode'; readonly mode: number; readonly state: number }
  /** XTVERSION, for example `tmux 3.3a` or `kitty(0.36.0)`. */
  | { readonly type: 'version'; readonly text: string }
  /** OSC 10 (foreground), 11 (background) or 12 (cursor) as 0xRRGGBB. */
  | { readonly type: 'colour'; readonly which: number; readonly rgb: number }
  /** Mode 2031: the person switched between dark and light. */
  | { readonly type: 'appearance'; readonly isDark: boolean }
  | { readonly type: 'other' };

export type InputEvent =
  | KeyEvent
  | MouseEvent
  | PasteEvent
  | { readonly type: 'focus'; readonly isFocused: boolean; readonly raw: Buffer }
  | { readonly type: 'reply'; readonly reply: TerminalReply; readonly raw: Buffer }
  /** A whole sequence that means nothing here (a key release, an unknown key). */
  | { readonly type: 'unknown'; readonly raw: Buffer };

/** How key tables write a key: modifiers in the order ctrl, alt, shift, then the name: `ctrl+alt+x`, `shift+tab`. */
export function keySpelling(key: Pick<KeyEvent, 'name' | 'ctrl' | 'alt' | 'shift'>): string {
  return `${key.ctrl ? 'ctrl+' : ''}${key.alt ? 'alt+' : ''}${key.shift ? 'shift+' : ''}${key.name}`;
}

/** What a look at the pending bytes found: an event and how long it was, or that more is needed. */
export type Found = { readonly length: number; readonly events: readonly InputEvent[] } | 'incomplete';
