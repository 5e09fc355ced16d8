/** What processes use, read from /proc. */
import { readdirSync, readFileSync } from 'node:fs';

/** Ticks a second of the kernel's accounting; the same on every Linux there is. */
const TICKS = 100;

/** CPU time of the processes so far, milliseconds, all threads. */
export function cpuMs(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
      ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // It has ended; what it used is gone with it.
    }
  }
  return (ticks * 1_000) / TICKS;
}

/** Memory that is theirs: shared pages counted by their share. KB. */
export function pssKb(pids: readonly number[]): number {
  let kb = 0;
  for (const pid of pids) {
    try {
      kb += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0);
    } catch {
      // Ended, or somebody else's.
    }
  }
  return kb;
}

/** Processes whose command line holds all the words. */
export function pidsOf(...words: readonly string[]): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
        return words.every((word) => line.includes(word));
      } catch {
        return false;
      }
    });
}

/** Processes whose environment holds the entry, as NAME=value. */
export function pidsWith(entry: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(entry);
      } catch {
        return false;
      }
    });
}
