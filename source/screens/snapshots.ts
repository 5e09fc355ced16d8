/**
 * Saved screens: what a session's engine knew at an offset of its output, so that after a crash only the
 * output since then is parsed again. A snapshot is written only when reading it back gives an equal
 * engine, and believed only when it reads back whole; one that does not is as good as none.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Row } from '../wire/cells.ts';
import { restoreEngine } from './engine.ts';
import type { EngineState, TerminalEngine } from './terminal-engine.ts';

/** Raised with every change of what a state holds; older snapshots then count as none. */
const FORMAT = 'fleet-screen 1\n';
const DIGEST_BYTES = 32;

/** Reading history starts at an older snapshot; five, four MiB apart, reach back far enough. */
const KEPT = 5;

/** A state unpacked is a few hundred KB, at most some ten MB on the largest screens; a bomb is refused. */
const UNPACKED_BYTES_MAX = 64 * 1024 * 1024;

export interface Snapshot {
  readonly offset: number;
  readonly state: EngineState;
}

export class Snapshots {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Saves the engine, if what was written gives an equal one; false when it does not. */
  save(engine: TerminalEngine, offset: number): boolean {
    if (!engine.isAtRest()) return false;
    const state = engine.state();
    const bytes = encode({ offset, state });
    const back = decode(bytes);
    if (back === null || back.offset !== offset || !restoresTo(engine, state, back.state)) return false;
    const path = join(this.#directory, `${offset}.screen`);
    try {
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
      const beside = `${path}.${process.pid}.tmp`;
      writeFileSync(beside, bytes, { mode: 0o600 });
      renameSync(beside, path);
      this.#prune();
    } catch {
      // A full disk: everything can still be rebuilt from an older snapshot or from the output itself.
      return false;
    }
    return true;
  }

  /** The newest whole snapshot at or before the offset. */
  newest(before = Number.MAX_SAFE_INTEGER): Snapshot | null {
    const offsets = this.#offsets().filter((offset) => offset <= before);
    for (const offset of offsets.toReversed()) {
      const snapshot = this.#read(offset);
      if (snapshot !== null) return snapshot;
    }
    return null;
  }

  /** The oldest whole snapshot at or after the offset. */
  oldest(after: number): Snapshot | null {
    for (const offset of this.#offsets().filter((offset) => offset >= after)) {
      const snapshot = this.#read(offset);
      if (snapshot !== null) return snapshot;
    }
    return null;
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #read(offset: number): Snapshot | null {
    try {
      const snapshot = decode(readFileSync(join(this.#directory, `${offset}.screen`)));
      return snapshot?.offset === offset ? snapshot : null;
    } catch {
      return null;
    }
  }

  #prune(): void {
    const offsets = this.#offsets();
    for (const offset of offsets.slice(0, Math.max(0, offsets.length - KEPT))) {
      rmSync(join(this.#directory, `${offset}.screen`), { force: true });
    }
    for (const name of readdirSync(this.#directory)) {
      if (name.endsWith('.tmp')) rmSync(join(this.#directory, name), { force: true });
    }
  }

  #offsets(): number[] {
    try {
      return readdirSync(this.#directory)
        .filter((name) => /^\d{1,16}\.screen$/.test(name))
        .map((name) => Number.parseInt(name, 10))
        .sort((one, other) => one - other);
    } catch {
      return [];
    }
  }
}

const digestOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

function encode(snapshot: Snapshot): Buffer {
  // Level 1: a screen shrinks tenfold in about a millisecond; more effort gains little.
  const packed = deflateRawSync(serialize(snapshot), { level: 1 });
  return Buffer.concat([Buffer.from(FORMAT), digestOf(packed), packed]);
}

/** Null when the bytes are not a whole snapshot of this format. */
function decode(bytes: Buffer): Snapshot | null {
  const head = FORMAT.length + DIGEST_BYTES;
  if (bytes.toString('latin1', 0, FORMAT.length) !== FORMAT) return null;
  const packed = bytes.subarray(head);
  if (!digestOf(packed).equals(bytes.subarray(FORMAT.length, head))) return null;
  return deserialize(inflateRawSync(packed, { maxOutputLength: UNPACKED_BYTES_MAX })) as Snapshot;
}

function restoresTo(engine: TerminalEngine, state: EngineState, back: EngineState): boolean {
  let restored: TerminalEngine;
  try {
    restored = restoreEngine(back, { scrollback: back.scrollback });
  } catch {
    return false;
  }
  try {
    return (
      isDeepStrictEqual(restored.state(), state) &&
      isDeepStrictEqual(restored.cursor(), engine.cursor()) &&
      restored.modes() === engine.modes() &&
      restored.title === engine.title &&
      hasSameRows(restored, engine)
    );
  } finally {
    restored.dispose();
  }
}

function hasSameRows(one: TerminalEngine, other: TerminalEngine): boolean {
  const row = new Row(one.columns);
  const otherRow = new Row(other.columns);
  for (let y = 0; y < one.rows; y++) {
    one.readRow(y, row);
    other.readRow(y, otherRow);
    if (!isDeepStrictEqual(row, otherRow)) return false;
  }
  return true;
}
