/** Output of numbered-lines.mjs: each byte of it is known, so one lost, doubled or moved is found. */
import { resolve } from 'node:path';
import { openSegments } from '../../source/io/segments/segment-reader.ts';

/** The command that prints so many numbered lines a second. */
export const numberedLines = (perSecond: number): readonly string[] => [
  process.execPath,
  resolve(import.meta.dirname, 'numbered-lines.mjs'),
  String(perSecond),
];

/** Everything a session's folder holds, from the first byte. Throws when any is missing in between. */
export function keptOutput(directory: string): string {
  const parts: Buffer[] = [];
  let next = 0;
  for (const event of openSegments(directory).events(0)) {
    if (event.type !== 'data') continue;
    if (event.offset !== next)
      throw new Error(`bytes ${next} to ${event.offset} are missing in ${directory}`);
    parts.push(event.bytes);
    next += event.bytes.length;
  }
  return Buffer.concat(parts).toString('latin1');
}

/** What is wrong with it, in words; null when every line is there once and in order. */
export function faultIn(output: string): string | null {
  const lines = output.split('\r\n');
  const last = /^end (\d+)$/.exec(lines.at(-2) ?? '')?.[1];
  if (last === undefined || lines.at(-1) !== '') return `it ends with ${JSON.stringify(lines.slice(-3))}`;
  const numbers = lines.slice(0, -2);
  const wrong = numbers.findIndex((line, index) => line !== String(index + 1));
  if (wrong >= 0) return `line ${wrong + 1} says ${JSON.stringify(numbers[wrong])}`;
  return numbers.length === Number(last) ? null : `${numbers.length} of ${last} lines are there`;
}
