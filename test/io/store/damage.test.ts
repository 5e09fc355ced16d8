import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Recorded } from '../../../source/core/event.ts';
import { networkFileSystem } from '../../../source/io/store/store-files.ts';
import { StoreError } from '../../../source/io/store/store.ts';
import { type EventLog, eventLog, nthEvent, someEvents } from '../../support/event-log.ts';
import { reliabilityCount } from '../../support/reliability-count.ts';
import { seeded } from '../../support/seeded.ts';

const WORKER = new URL('../../support/log-worker.ts', import.meta.url).pathname;
const FILES = [
  'fleet.db',
  'fleet.db-wal',
  'fleet.db-shm',
  'fleet.key',
  'checkpoints.log',
  'fleet.head',
] as const;

/** Some user who is not root and owns nothing; what "nobody" is called by number. */
const NOBODY = 65_534;

/** A log as a power cut leaves it: the newest events are in the -wal file only. */
let victim: EventLog;
let events: readonly Recorded[];
let origin: EventLog;
beforeEach(() => {
  origin = eventLog();
  const older = origin.open();
  const first = older.append(someEvents(300));
  older.close();
  const store = origin.open();
  events = [...first, ...store.append(someEvents(280, 301)), ...store.append(someEvents(20, 581))];
  victim = origin.copy();
});
afterEach(() => origin.remove());

type Outcome = { readonly opened: true; readonly warnings: readonly string[] } | StoreError;

/** Opens and reads everything: never another exception than a StoreError, never another event. */
function outcome(): Outcome {
  const before = contents();
  try {
    const store = victim.open();
    try {
      const read = store.read({ limit: 10_000 });
      expect(read).toEqual(events.slice(0, read.length));
      // Fewer than were acknowledged is a loss, and a loss is never silent.
      expect(read).toHaveLength(events.length);
      store.append([nthEvent(9_999)]);
      const { ok } = store.verify();
      return { opened: true, warnings: ok ? store.warnings() : [...store.warnings(), 'verify finds it'] };
    } finally {
      store.close();
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    expect(error.message).toMatch(/^[A-Z/].{60,}[.]$/);
    if (error.code === 'CORRUPT' && !error.message.startsWith('Event ')) expect(contents()).toEqual(before);
    return error;
  }
}

/** Every file's bytes, without SQLite's shared memory and a -wal file it just made: no content. */
function contents(): Record<string, string> {
  return Object.fromEntries(
    readdirSync(victim.home)
      .filter((name) => !name.endsWith('-shm') && lstatSync(join(victim.home, name)).isFile())
      .map((name) => [name, readFileSync(join(victim.home, name), 'latin1')])
      .filter(([name, bytes]) => name !== 'fleet.db-wal' || bytes !== ''),
  );
}

const DAMAGES = {
  deleted: (path: string) => rmSync(path),
  emptied: (path: string) => truncateSync(path, 0),
  'cut in half': (path: string) => truncateSync(path, Math.floor(lstatSync(path).size / 2)),
  garbled: (path: string) => {
    const random = seeded(27);
    writeFileSync(path, Buffer.from(Uint8Array.from(readFileSync(path), () => random(256))));
  },
  'a folder now': (path: string) => {
    rmSync(path);
    mkdirSync(path);
    writeFileSync(join(path, 'inside'), 'mine');
  },
} as const;

describe('R27 a damaged file is named in a sentence, and nothing is destroyed', () => {
  const starts: Record<(typeof FILES)[number], Record<keyof typeof DAMAGES, RegExp>> = {
    'fleet.db': {
      deleted: /missing or empty.*fleet db restore/,
      emptied: /missing or empty.*fleet db restore/,
      'cut in half': /damaged.*fleet db restore/,
      garbled: /not a database any more.*fleet db restore/,
      'a folder now': /Could not open the event log/,
    },
    'fleet.db-wal': {
      deleted: /missing|fleet\.head/,
      emptied: /missing|fleet\.head/,
      'cut in half': /are missing at the end/,
      garbled: /missing|fleet\.head/,
      'a folder now': /Could not open the event log/,
    },
    // Made anew from the -wal file at every start.
    'fleet.db-shm': {
      deleted: /^$/,
      emptied: /^$/,
      'cut in half': /^$/,
      garbled: /^$/,
      'a folder now': /Could not open the event log/,
    },
    'fleet.key': {
      deleted: /fleet\.key was missing, so a new key signs/,
      emptied: /fleet\.key cannot be used.*Put the key back/,
      'cut in half': /fleet\.key cannot be used/,
      garbled: /fleet\.key cannot be used/,
      'a folder now': /fleet\.key cannot be used/,
    },
    'checkpoints.log': {
      deleted: /checkpoints\.log was missing and was written again/,
      emptied: /^$/,
      'cut in half': /^$/,
      garbled: /checkpoints\.log has \d+ unreadable lines|^$/,
      'a folder now': /checkpoints\.log/,
    },
    'fleet.head': {
      deleted: /^$/,
      // As a power cut may leave it: it says nothing, so nothing is lost by writing it again.
      emptied: /^$/,
      'cut in half': /fleet\.head could not be read/,
      garbled: /fleet\.head could not be read/,
      'a folder now': /fleet\.head could not be read/,
    },
  };

  for (const name of FILES) {
    test.each(Object.keys(DAMAGES) as (keyof typeof DAMAGES)[])(`R27 ${name} is %s`, (damage) => {
      const path = join(victim.home, name);
      DAMAGES[damage](path);
      const damaged = lstatSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path) : null;
      const result = outcome();
      const words = result instanceof StoreError ? result.message : result.warnings.join('\n');
      expect(words).toMatch(starts[name][damage]);
      if (damage === 'a folder now') expect(readFileSync(join(path, 'inside'), 'utf8')).toBe('mine');
      // Keys and signatures that cannot be read may be all there is of them.
      if (damaged !== null && (name === 'fleet.key' || name === 'checkpoints.log')) {
        expect(readFileSync(path).subarray(0, damaged.length)).toEqual(damaged);
      }
    });
  }

  test('R27 everything but the backups is gone: refused, with a way back', async () => {
    const store = victim.open();
    await store.backup();
    store.close();
    for (const name of FILES) rmSync(join(victim.home, name), { force: true });
    expect(() => victim.open()).toThrow(/there are 1 backups.*fleet db restore/);
  });

  test('R27 a database that is something else is refused, and left alone', () => {
    writeFileSync(victim.file, 'PNG or whatever');
    rmSync(`${victim.file}-wal`);
    expect(() => victim.open()).toThrow(/not a database any more/);
    expect(readFileSync(victim.file, 'utf8')).toBe('PNG or whatever');
  });

  test('R27 a network disk is known by its number', () => {
    expect([0x6969, 0xff534d42, 0x01021997, 0xef53].map(networkFileSystem)).toEqual([
      'NFS',
      'SMB',
      '9P',
      null,
    ]);
  });
});

describe('R27 files that may not be read or written, for somebody who is not root', () => {
  /** Opens in a process that file modes hold for. */
  function outcomeAsUser(): { opened: boolean; code?: string; message?: string; warnings?: string[] } {
    const isRoot = process.getuid?.() === 0;
    if (isRoot) {
      chownSync(dirname(victim.home), NOBODY, NOBODY);
      chownSync(victim.home, NOBODY, NOBODY);
      for (const name of readdirSync(victim.home)) chownSync(join(victim.home, name), NOBODY, NOBODY);
    }
    const worker = spawnSync(process.execPath, [WORKER, 'open', victim.home], {
      encoding: 'utf8',
      ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
    });
    expect(worker.stderr).toBe('');
    return JSON.parse(worker.stdout) as ReturnType<typeof outcomeAsUser>;
  }

  afterEach(() => {
    for (const path of [victim.home, ...readdirSync(victim.home).map((name) => join(victim.home, name))]) {
      if (existsSync(path)) chmodSync(path, 0o700);
    }
  });

  test.each(['fleet.db', 'fleet.db-wal', 'fleet.db-shm'])('R27 %s with mode 000 is refused', (name) => {
    chmodSync(join(victim.home, name), 0);
    expect(outcomeAsUser()).toMatchObject({
      opened: false,
      code: 'DENIED',
      message: expect.stringContaining('Check owner and permissions'),
    });
  });

  test.each(['fleet.db', 'fleet.db-wal'])('R27 %s that is read-only is refused', (name) => {
    chmodSync(join(victim.home, name), 0o400);
    expect(outcomeAsUser()).toMatchObject({ opened: false, code: 'DENIED' });
  });

  test.each(['fleet.key', 'checkpoints.log', 'fleet.head'])(
    'R27 %s with mode 000 is done without',
    (name) => {
      chmodSync(join(victim.home, name), 0);
      const result = outcomeAsUser();
      expect(result).toMatchObject({ opened: true, warnings: [expect.stringContaining(name)] });
    },
  );

  test.each(['checkpoints.log', 'fleet.head'])('R27 %s that is read-only is done without', (name) => {
    chmodSync(join(victim.home, name), 0o400);
    expect(outcomeAsUser()).toMatchObject({ opened: true, warnings: [expect.stringContaining(name)] });
  });

  test('R27 a folder that may not be written is refused', () => {
    rmSync(`${victim.file}-wal`);
    rmSync(`${victim.file}-shm`);
    chmodSync(victim.home, 0o500);
    expect(outcomeAsUser()).toMatchObject({ opened: false });
  });
});

test(
  'R9 a flipped bit, a lost block or a cut file is found or does no harm; no event is ever another one',
  { timeout: 600_000 },
  () => {
    const count = reliabilityCount({ reduced: 45, full: 500 });
    const found = { refused: 0, warned: 0, harmless: 0 };
    const pristine = victim;
    for (let seed = 0; seed < count; seed += 1) {
      const random = seeded(seed);
      victim = pristine.copy();
      const name = (['fleet.db', 'fleet.db-wal', 'fleet.db-shm'] as const)[seed % 3]!;
      const path = join(victim.home, name);
      const bytes = readFileSync(path);
      const at = random(bytes.length);
      switch (random(3)) {
        case 0:
          bytes[at]! ^= 1 << random(8);
          writeFileSync(path, bytes);
          break;
        case 1:
          writeFileSync(path, bytes.fill(0, at - (at % 4_096), at - (at % 4_096) + 4_096));
          break;
        default:
          truncateSync(path, at);
      }
      let result: Outcome;
      try {
        result = outcome();
      } catch (error) {
        throw new Error(`seed ${seed}, ${name}`, { cause: error });
      }
      if (result instanceof StoreError) found.refused += 1;
      else if (result.warnings.length > 0) found.warned += 1;
      else found.harmless += 1;
      victim.remove();
    }
    victim = pristine;
    expect(found.refused).toBeGreaterThan(count / 4);
  },
);
