/**
 * A person in a hurry, as a process: decides on everything that waits, after a moment of jitter, and notes what
 * came of it. `decider.ts NAME SEED FILE`, with FLEET_HOME set; what it was told stands in FILE, line by line.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import { pendingApprovals, type Approval, type Fleet } from '../../source/core/fleet.ts';
import { DaemonError, type DaemonConnection } from '../../source/wire/daemon-client.ts';
import { ensureDaemon } from '../../source/wire/ensure-daemon.ts';
import { placesOf } from '../../source/wire/places.ts';
import { PROGRAM, VERSION } from './fleet-home.ts';
import { seeded } from './seeded.ts';

export interface Decided {
  readonly approval: string;
  readonly verdict: 'approved' | 'rejected';
  readonly decision: string;
  /** Empty when it won; else what it was told. */
  readonly words: string;
}

const [name = '', seed = '', file = ''] = process.argv.slice(2);
const random = seeded(Number(seed));
/** About what a question and its answer take, so that who is first is open. */
const JITTER_MS = 12;

const seen = new Set<string>();
let daemon = await connect();
console.log('ready');

async function connect(): Promise<DaemonConnection> {
  const connection = await ensureDaemon({
    places: placesOf(),
    program: PROGRAM,
    version: VERSION,
    client: 'tui',
  });
  const look = (fleet: Fleet) => {
    for (const approval of pendingApprovals(fleet))
      if (!seen.has(approval.id)) {
        seen.add(approval.id);
        void decide(approval);
      }
  };
  connection.subscribe({ onFleet: look, onEvents: (_, fleet) => look(fleet) });
  connection.onClose(() => {
    again = connect().then((next) => (daemon = next));
  });
  return connection;
}

let again: Promise<DaemonConnection> | undefined;

async function decide({ id, hash }: Approval): Promise<void> {
  await after(random(JITTER_MS));
  const decision = `${name}:${id}`;
  const verdict = random(2) === 0 ? 'approved' : 'rejected';
  for (;;) {
    try {
      await daemon.ask({
        type: 'decide',
        approval: id,
        verdict,
        hash,
        decision,
        editedInput: null,
        message: verdict === 'rejected' ? `not by ${name}` : '',
      });
      return note({ approval: id, verdict, decision, words: '' });
    } catch (error) {
      if (!(error instanceof DaemonError)) throw error;
      if (error.code !== 'LOST') return note({ approval: id, verdict, decision, words: error.message });
      // Whether it was taken is not known: the same decision is asked again, of the next daemon.
      await again;
    }
  }
}

const note = (decided: Decided): void => appendFileSync(file, `${JSON.stringify(decided)}\n`);
