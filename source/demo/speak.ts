/** How the demo's agents look: like the agents people know, in a few colours, at the pace somebody reads. */
import { setTimeout as after } from 'node:timers/promises';

const paint = (code: string) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;
export const bold = paint('1');
export const dim = paint('2');
export const green = paint('32');
export const red = paint('31');
export const yellow = paint('33');
export const cyan = paint('36');
const magenta = paint('35');

/** Between the words of an answer: a fast model, a comfortable reader. */
const WORD_MS = 35;

export const line = (text = ''): void => void process.stdout.write(`${text}\r\n`);

export const pause = (milliseconds: number): Promise<void> => after(milliseconds);

/** Terminals that do not know their width are taken to be this wide. */
const COLUMNS_USUAL = 80;
// oxlint-disable-next-line no-control-regex
const SGR = /\u001b\[[0-9;]*m/g;

/** A paragraph as a model streams it, broken between words and indented below its mark. */
export async function say(text: string): Promise<void> {
  process.stdout.write(`${magenta('●')} `);
  let column = 2;
  for (const [at, word] of text.split(' ').entries()) {
    const width = word.replaceAll(SGR, '').length;
    const isBroken = at > 0 && column + 1 + width > (process.stdout.columns || COLUMNS_USUAL);
    const before = at === 0 ? '' : isBroken ? '\r\n  ' : ' ';
    process.stdout.write(before + word);
    column = (isBroken ? 2 : column + before.length) + width;
    await pause(WORD_MS);
  }
  line();
}

export function used(tool: string, what: string): void {
  line(`${green('●')} ${bold(tool)}(${what})`);
}

/** The lines of a result, indented below what was done. */
export function shown(output: string, linesMax = 12): void {
  const lines = output.trimEnd().split('\n');
  for (const [index, text] of lines.slice(0, linesMax).entries())
    line(dim(`  ${index === 0 ? '⎿' : ' '} ${text}`));
  if (lines.length > linesMax) line(dim(`    … ${lines.length - linesMax} more lines`));
}
