/**
 * A process of its own around one event log, to be killed or to be somebody else. `log-worker.ts WHAT HOME`:
 * `append` records events and prints each id once it is acknowledged, until it is killed; `back-up` does so
 * and backs up without end; `migrate` opens with a slow next schema; `fill` appends until the disk is full, makes
 * room and goes on, and prints what came of it; `open` opens, and prints what came of it.
 */
import { rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Migration, MIGRATIONS } from '../../source/io/store/migrations.ts';
import { openStore, type Store, StoreError } from '../../source/io/store/store.ts';
import { nthEvent } from './event-log.ts';

const [what, home] = process.argv.slice(2);
if (home === undefined) throw new Error('usage: log-worker.ts append|back-up|migrate|fill|open HOME');

/** Room to be given back: what a daemon would do by deleting old segments. */
const BALLAST_BYTES = 1024 * 1024;

const NEXT: Migration = {
  version: MIGRATIONS.at(-1)!.version + 1,
  minReader: MIGRATIONS.at(-1)!.version,
  sql: `CREATE TABLE words (seq INTEGER PRIMARY KEY, payload TEXT) STRICT;
        INSERT INTO words SELECT seq, payload FROM events;
        CREATE INDEX words_by_payload ON words (payload);`,
};

const options = {
  file: join(home, 'fleet.db'),
  backups: join(home, 'backups'),
  host: 'box',
  bootId: 'boot-1',
  now: Date.now,
};

switch (what) {
  case 'append':
    appendUntilKilled(openStore(options));
    break;
  case 'back-up': {
    const store = openStore(options);
    writeSync(1, 'ready\n');
    for (let n = store.head().seq + 1; ; n += 1) {
      store.append([nthEvent(n)]);
      await store.backup();
    }
  }
  case 'migrate':
    writeSync(1, 'ready\n');
    openStore({ ...options, migrations: [...MIGRATIONS, NEXT] }).close();
    break;
  case 'fill':
    writeSync(1, JSON.stringify(outcomeOfFilling(home)));
    break;
  default:
    writeSync(1, JSON.stringify(outcomeOfOpening()));
}

/** One at a time and in groups, as the daemon does. Ends only by a signal. */
function appendUntilKilled(store: Store): void {
  store.takeEpoch();
  for (let n = store.head().seq + 1; ;) {
    const group = Array.from({ length: n % 7 === 0 ? 40 : 1 }, (_, index) => nthEvent(n + index));
    const recorded = store.append(group);
    // Written at once and by hand: what the pipe has, was acknowledged.
    writeSync(1, recorded.map(({ id }) => `${id}\n`).join(''));
    n += group.length;
  }
}

function outcomeOfFilling(folder: string): unknown {
  const ballast = join(folder, 'ballast');
  let store = openStore(options);
  writeFileSync(ballast, Buffer.alloc(BALLAST_BYTES, 1));
  let acknowledged = 0;
  let refusal: StoreError | null = null;
  while (refusal === null) {
    try {
      acknowledged = store.append([nthEvent(acknowledged + 1)])[0]!.seq;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      refusal = error;
    }
  }
  const headWhenFull = store.head().seq;
  rmSync(ballast);
  if (refusal.code !== 'FULL') {
    store.close();
    store = openStore(options);
  }
  const after = store.append([nthEvent(acknowledged + 1)])[0]!.seq;
  const { ok, checked } = store.verify();
  store.close();
  return { code: refusal.code, acknowledged, headWhenFull, after, ok, checked };
}

function outcomeOfOpening(): unknown {
  try {
    const store = openStore(options);
    const outcome = { opened: true, seq: store.head().seq, warnings: store.warnings() };
    store.append([nthEvent(outcome.seq + 1_000)]);
    store.close();
    return outcome;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { opened: false, code: error.code, message: error.message };
  }
}
