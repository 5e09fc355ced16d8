/** Which lines of a text went, came and stayed. */

export interface DiffLine {
  readonly type: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** The table of the comparison grows with the product; past this the texts are shown whole, one after the other. */
const CELLS_MAX = 1_000_000;

export function lineDiff(before: string, after: string): DiffLine[] {
  const old = before === '' ? [] : before.split('\n');
  const young = after === '' ? [] : after.split('\n');
  if ((old.length + 1) * (young.length + 1) > CELLS_MAX)
    return [
      ...old.map((text): DiffLine => ({ type: 'removed', text })),
      ...young.map((text): DiffLine => ({ type: 'added', text })),
    ];
  const lengths = commonLengths(old, young);
  const width = young.length + 1;
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < young.length) {
    if (i < old.length && j < young.length && old[i] === young[j]) {
      lines.push({ type: 'same', text: old[i]! });
      i++;
      j++;
    } else if (
      i < old.length &&
      (j === young.length || lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!)
    )
      lines.push({ type: 'removed', text: old[i++]! });
    else lines.push({ type: 'added', text: young[j++]! });
  }
  return lines;
}

/** Longest common subsequence of the rests from each pair of places on. */
function commonLengths(old: readonly string[], young: readonly string[]): Uint32Array {
  const width = young.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = young.length - 1; j >= 0; j--)
      lengths[i * width + j] =
        old[i] === young[j]
          ? lengths[(i + 1) * width + j + 1]! + 1
          : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
  return lengths;
}
