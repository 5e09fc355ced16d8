/**
 * queue: a key in a queue of a thousand requests, from the key to the rows that are to be drawn, next to the
 * same key in a queue of ten. What a person sees as a pause is a frame of the terminal or more.
 */
import { chromeModel } from '../source/tui/chrome-model.ts';
import { GRACE_MS } from '../source/tui/reduce.ts';
import { AFleet, ARoom } from '../test/tui/a-fleet.ts';
import { compare, quantile, type Bench } from './support/row.ts';

const PENDING = 1_000;
const PEER_PENDING = 10;
const KEYS = 120;
const ROUNDS = 7;
/** Until then the compilers are at work. */
const WARM_UP_KEYS = 60;
/** One frame at 60 a second. */
const FRAME_MS = 16;

export async function run(): Promise<Bench> {
  const many = roomOf(PENDING);
  const few = roomOf(PEER_PENDING);
  for (const room of [many, few]) keys(room, WARM_UP_KEYS);
  const ours: number[] = [];
  const peer: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(quantile(keys(many, KEYS), 0.95));
    peer.push(quantile(keys(few, KEYS), 0.95));
  }
  const name = `queue: a key among ${PENDING} requests, p95 ms; peer: among ${PEER_PENDING}`;
  return {
    id: 'queue',
    rows: [compare({ name, ours, peer, limit: { value: FRAME_MS, unit: 'ms' } })],
  };
}

function roomOf(pending: number): ARoom {
  const agents = Array.from({ length: 20 }, (_, at) => `agent-${at}`);
  const fleet = new AFleet().project(...agents);
  for (const agent of agents) fleet.runs(agent);
  for (let at = 0; at < pending; at++)
    fleet.later(10).asks(agents[at % agents.length]!, 'Bash', { command: `npm run task-${at}` }, `ask-${at}`);
  const room = new ARoom(fleet, { size: { columns: 200, rows: 50 } });
  fleet.later(GRACE_MS);
  return room.press('w');
}

/** Milliseconds for each key. */
function keys(room: ARoom, count: number): number[] {
  return Array.from({ length: count }, (_, at) => {
    const began = performance.now();
    room.press(at % 2 === 0 ? 'j' : 'G');
    chromeModel(room.ui, room.context, 'truecolor');
    return performance.now() - began;
  });
}
