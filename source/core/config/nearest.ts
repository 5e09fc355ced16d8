/** Which known word somebody meant. */

/**
 * The candidate closest to the word, or undefined when none is close enough to be a slip of the fingers:
 * a third of the longer word's letters, at least one.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const wanted = normalised(word);
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const known = normalised(candidate);
    const limit = Math.max(1, Math.floor(Math.max(wanted.length, known.length) / 3));
    const distance = editDistance(wanted, known, limit);
    if (distance <= limit && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `reportsTo` and `reports-to` are the same slip as `reports_to`. */
function normalised(word: string): string {
  return word
    .slice(0, 80) // No key is that long; the distance costs the product of both lengths.
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll('-', '_');
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment); limit + 1 when more. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const isSame = a[row - 1] === b[column - 1];
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (isSame ? 0 : 1));
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, beforeLast[column - 2]! + 1);
      }
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length]!;
}
