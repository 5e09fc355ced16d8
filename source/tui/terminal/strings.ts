/** Strings the terminal sends (OSC, DCS, APC, pastes): how they start, what can be inside, where they end. */
const ESC = 0x1b;
const BEL = 0x07;
export const PASTE_END = Buffer.from('\u001B[201~');

export const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/** `]` OSC, `P` DCS, `_` APC. */
export const isStringStart = (byte: number): boolean => byte === 0x5d || byte === 0x50 || byte === 0x5f;

/** Answers are OSC with a number, DCS with a mark before its name, APC of the graphics protocol. */
export function isStringBody(kind: number, third: number): boolean {
  if (kind === 0x5d) return isDigit(third);
  if (kind === 0x5f) return third === 0x47;
  return (
    isDigit(third) || third === 0x3e || third === 0x21 || third === 0x24 || third === 0x2b || third === 0x7c
  );
}

/** Where a string's text ends and what follows it begins; BEL, or ESC and a backslash. */
export function stringEnd(
  bytes: Buffer,
  from: number,
): { readonly at: number; readonly next: number } | undefined {
  for (let i = from; i < bytes.length; i++) {
    if (bytes[i] === BEL) return { at: i, next: i + 1 };
    if (bytes[i] !== ESC) continue;
    if (bytes[i + 1] === 0x5c) return { at: i, next: i + 2 };
    // An Escape that starts something else breaks the string off.
    if (bytes[i + 1] !== undefined) return { at: i, next: i };
  }
  return undefined;
}

/** Parameters and intermediates of a CSI sequence. */
export const isInsideCsi = (byte: number): boolean => byte >= 0x20 && byte < 0x40;

/** How many bytes at the end could be the beginning of the paste's end. */
export function partialEnd(bytes: Buffer, from: number): number {
  for (let length = Math.min(PASTE_END.length - 1, bytes.length - from); length > 0; length--)
    if (bytes.subarray(bytes.length - length).equals(PASTE_END.subarray(0, length))) return length;
  return 0;
}

/** The start of the character that `at` lies in. */
export function characterStart(bytes: Buffer, at: number): number {
  for (let back = 0; back < 4; back++) if ((bytes[at - back]! & 0xc0) !== 0x80) return at - back;
  return at;
}
