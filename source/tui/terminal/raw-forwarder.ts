/**
 * In typing mode everything typed goes to the agent as it came, except the prefix key. What only looks like
 * typing (answers of the terminal, mouse, focus) is handed back to the control room.
 */
import { ScreenMode } from '../../wire/screen-frame.ts';
import {
  keySpelling,
  type InputEvent,
  type KeyEvent,
  type MouseEvent,
  type TerminalReply,
} from './input-event.ts';

const DEFAULT_PREFIX = 'ctrl+]';

export type Routed =
  | { readonly type: 'forward'; readonly bytes: Buffer }
  /** The prefix key was pressed; the next key is a command, the prefix again is sent through. */
  | { readonly type: 'prefix'; readonly raw: Buffer }
  /** The key after the prefix. */
  | { readonly type: 'command'; readonly key: KeyEvent }
  | { readonly type: 'mouse'; readonly event: MouseEvent }
  | { readonly type: 'focus'; readonly isFocused: boolean }
  | { readonly type: 'reply'; readonly reply: TerminalReply };

const PASTE_BEGIN = Buffer.from('\u001B[200~');
const PASTE_END = Buffer.from('\u001B[201~');
/** Keys an application in cursor-key mode (DECCKM) expects as SS3; ours is never in that mode. */
const CURSOR_KEYS = /^\u001B\[([A-DFH])$/u;

export class RawForwarder {
  readonly #prefix: string;
  #isAfterPrefix = false;
  /** Whether the paste under way was begun with brackets, so that it also ends with them. */
  #isBracketed = false;

  /** `prefix` as keySpelling writes it. However the terminal encodes that key, it is the prefix. */
  constructor(prefix: string = DEFAULT_PREFIX) {
    this.#prefix = prefix;
  }

  get isAfterPrefix(): boolean {
    return this.#isAfterPrefix;
  }

  /** Forget a prefix that was pressed: typing mode was left or begun. */
  reset(): void {
    this.#isAfterPrefix = false;
  }

  /** `modes`: what the agent's application asked for (ScreenMode). Neighbouring bytes are joined. */
  route(events: readonly InputEvent[], modes: number): Routed[] {
    const routed: Routed[] = [];
    let typed: Buffer[] = [];
    const send = (): void => {
      if (typed.length > 0) routed.push({ type: 'forward', bytes: Buffer.concat(typed) });
      typed = [];
    };
    for (const event of events) {
      const one = this.#routeOne(event, modes);
      if (one.type === 'forward') {
        typed.push(one.bytes);
        continue;
      }
      send();
      routed.push(one);
    }
    send();
    return routed;
  }

  #routeOne(event: InputEvent, modes: number): Routed {
    switch (event.type) {
      case 'key':
        return this.#routeKey(event, modes);
      case 'paste': {
        if (event.isFirst) this.#isBracketed = (modes & ScreenMode.BracketedPaste) !== 0;
        const parts = [event.bytes];
        if (this.#isBracketed && event.isFirst) parts.unshift(PASTE_BEGIN);
        if (this.#isBracketed && event.isLast) parts.push(PASTE_END);
        return { type: 'forward', bytes: Buffer.concat(parts) };
      }
      case 'mouse':
        return { type: 'mouse', event };
      case 'focus':
        return { type: 'focus', isFocused: event.isFocused };
      case 'reply':
        return { type: 'reply', reply: event.reply };
      case 'unknown':
        return { type: 'forward', bytes: event.raw };
      default:
        return event satisfies never;
    }
  }

  #routeKey(key: KeyEvent, modes: number): Routed {
    const isPrefix = keySpelling(key) === this.#prefix;
    if (isPrefix && !this.#isAfterPrefix) {
      this.#isAfterPrefix = true;
      return { type: 'prefix', raw: key.raw };
    }
    if (this.#isAfterPrefix) {
      this.#isAfterPrefix = false;
      if (!isPrefix) return { type: 'command', key };
    }
    return { type: 'forward', bytes: keyBytes(key, modes) };
  }
}

/** The bytes of a key as the application expects them. */
export function keyBytes(key: KeyEvent, modes: number): Buffer {
  if ((modes & ScreenMode.ApplicationCursor) === 0) return key.raw;
  const cursorKey = CURSOR_KEYS.exec(key.raw.toString('latin1'));
  return cursorKey === null ? key.raw : Buffer.from(`\u001BO${cursorKey[1]}`);
}
