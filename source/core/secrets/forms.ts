/** The spellings in which a secret gets around: as it is, and as programs write it into other formats. */

/** Shorter than this a value is an ordinary word, and masking it would eat ordinary text. */
export const MASKED_LENGTH_MIN = 6;

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const HEX = '0123456789abcdef';

/** Byte sequences that give the value away, longest first. None for a value that is too short. */
export function formsOf(value: string): Uint8Array[] {
  const bytes = utf8(value);
  if (bytes.length < MASKED_LENGTH_MIN) return [];
  const texts = new Set<string>([
    value,
    ...lines(value),
    percentEncoded(bytes, /[A-Za-z0-9_.~-]/),
    // encodeURIComponent leaves these alone.
    percentEncoded(bytes, /[A-Za-z0-9_.!~*'()-]/),
    percentEncoded(bytes, /[A-Za-z0-9_.*-]/).replaceAll('%20', '+'),
    JSON.stringify(value).slice(1, -1),
    JSON.stringify(value).slice(1, -1).replaceAll('/', '\\/'),
    hexadecimal(bytes),
    hexadecimal(bytes).toUpperCase(),
    ...base64Forms(bytes),
  ]);
  return [...texts]
    .map(utf8)
    .filter((form) => form.length >= MASKED_LENGTH_MIN)
    .sort((a, b) => b.length - a.length);
}

/** A key of several lines is printed with other line ends, or a line at a time. */
function lines(value: string): string[] {
  const parts = value.split(/\r?\n/);
  if (parts.length === 1) return [];
  return [parts.join('\r\n'), parts.join('\n'), ...parts.filter((part) => part.length >= 16)];
}

/**
 * In the middle of a longer text a value begins at any of three places of a group of four letters; what
 * does not depend on its neighbours is looked for.
 */
function base64Forms(bytes: Uint8Array): string[] {
  const forms: string[] = [];
  for (const before of [0, 1, 2]) {
    const text = base64(new Uint8Array([...new Uint8Array(before), ...bytes]));
    const from = Math.ceil((before * 8) / 6);
    const whole = Math.floor(((before + bytes.length) * 8) / 6);
    // Where the value is the end of the text, its last letter and the padding are its own, too.
    for (const kept of [
      text.slice(from, whole),
      text.slice(from, Math.ceil(((before + bytes.length) * 8) / 6)),
    ])
      forms.push(kept, kept.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return forms;
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text +=
      BASE64[group >> 18]! + BASE64[(group >> 12) & 63]! + BASE64[(group >> 6) & 63]! + BASE64[group & 63]!;
  }
  return text;
}

const hexadecimal = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => HEX[byte >> 4]! + HEX[byte & 15]!).join('');

const percentEncoded = (bytes: Uint8Array, kept: RegExp): string =>
  [...bytes]
    .map((byte) => {
      const letter = String.fromCharCode(byte);
      return kept.test(letter) ? letter : `%${hexadecimal(new Uint8Array([byte])).toUpperCase()}`;
    })
    .join('');

/** UTF-8 of a text, by hand: core has no encoder of its host. */
export function utf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const letter of text) {
    const point = letter.codePointAt(0)!;
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63));
    else if (point < 0x10000)
      bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
    else
      bytes.push(
        0xf0 | (point >> 18),
        0x80 | ((point >> 12) & 63),
        0x80 | ((point >> 6) & 63),
        0x80 | (point & 63),
      );
  }
  return new Uint8Array(bytes);
}
