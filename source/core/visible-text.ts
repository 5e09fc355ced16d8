/**
 * Text of agents and models made safe to print: what cannot be seen, or changes how other characters are
 * seen (controls, bidi, zero width, tags, variation selectors, odd spaces), is spelled out.
 */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{Cn}]|\u034f|[\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0]|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]|(?! )\p{Zs}/gu;

/** Whether a text would look otherwise than it is. Line ends and tabs are what they seem. */
export function hasUnseen(text: string): boolean {
  return text.replaceAll(/[\n\t]/g, '').search(UNSEEN) >= 0;
}

/** One line: `\n` and `\t` are spelled out, too. */
export function visible(text: string): string {
  return text.replace(UNSEEN, spelled);
}

/** Several lines: line ends stay. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

function spelled(character: string): string {
  if (character === '\n') return String.raw`\n`;
  if (character === '\t') return String.raw`\t`;
  if (character === '\r') return String.raw`\r`;
  return String.raw`\u{${character.codePointAt(0)!.toString(16)}}`;
}
