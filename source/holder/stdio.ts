/** The three descriptors a holder is born with: used once to be told what to hold and to answer, then let go. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';

import { HOLDER_SPEC_BYTES_MAX } from '../wire/holder-spec.ts';

/** Everything on stdin up to its end. Blocks: there is nothing else to do yet. */
export function readStdin(): string {
  const parts: Buffer[] = [];
  let total = 0;
  for (;;) {
    const part = Buffer.alloc(64 * 1024);
    const count = readSync(0, part);
    if (count === 0) return Buffer.concat(parts).toString('utf8');
    total += count;
    if (total > HOLDER_SPEC_BYTES_MAX)
      throw new Error(`the holder spec is over ${HOLDER_SPEC_BYTES_MAX} bytes`);
    parts.push(part.subarray(0, count));
  }
}

export function answer(message: unknown): void {
  try {
    writeSync(1, `${JSON.stringify(message)}\n`);
  } catch {
    // The starter is gone. The session lives on, and whoever is started next finds it.
  }
}

/** Leaves the starter's pipes. The numbers stay taken, so that no file of a session is ever "stdout". */
export function closeStdio(): void {
  for (const descriptor of [0, 1, 2]) {
    closeSync(descriptor);
    // The lowest free number is given, which is the one just closed.
    openSync('/dev/null', 'r+');
  }
}
