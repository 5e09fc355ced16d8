/** What commands print: plain tables for people, JSON for programs. Nothing an agent wrote reaches a terminal raw. */
import type { Writable } from 'node:stream';
import stringWidth from 'string-width';
import { visible } from '../core/visible-text.ts';

export function printJson(stdout: Writable, value: unknown): void {
  stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Left-aligned columns, two blanks between; a column headed `>NAME` is right-aligned. */
export function printTable(
  stdout: Writable,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const isRight = head.map((title) => title.startsWith('>'));
  const lines = [head.map((title) => title.replace(/^>/, '')), ...rows.map((row) => row.map(visible))];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => stringWidth(line[column] ?? ''))));
  for (const line of lines) {
    const cells = line.map((cell, column) => {
      const padding = ' '.repeat(Math.max(0, widths[column]! - stringWidth(cell)));
      return isRight[column] ? padding + cell : cell + padding;
    });
    stdout.write(`${cells.join('  ').trimEnd()}\n`);
  }
}

/** 12s 4m 2h 3d */
export function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
