/**
 * An agent that makes very many calls: opens the gate's connections itself, so that no process per call is
 * needed. `many-asks.ts COUNT BATCH FILE` writes one line per answer it was ever given to FILE.
 */
import { appendFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { encodeJsonFrame, FrameReader } from '../../source/wire/frames.ts';
import { GATE_PROTOCOL, GateKind, type GateAnswer } from '../../source/wire/gate-protocol.ts';

const [count, batch] = process.argv.slice(2, 4).map(Number) as [number, number];
const file = process.argv[4]!;
const { FLEET_GATE_SOCKET = '', FLEET_SESSION = '', FLEET_TOKEN = '' } = process.env;
/** As the gate does while no daemon is there. */
const RETRY_MS = 25;

export interface Told {
  readonly call: string;
  readonly verdict: 'allow' | 'deny';
  readonly input?: unknown;
  readonly message?: string;
}

let next = 1;
await Promise.all(Array.from({ length: batch }, workThrough));
console.log('all answered');

async function workThrough(): Promise<void> {
  while (next <= count) {
    const id = `c${next++}`;
    const call = { id, tool: 'Bash', input: { command: `deploy ${id}` } };
    const told = JSON.parse(await ask({ event: 'tool-asked', call, cwd: process.cwd() })) as Told;
    appendFileSync(file, `${JSON.stringify({ ...told, call: id })}\n`);
    if (told.verdict === 'allow')
      // Once: a report whose daemon died over it is not told again, it may be on record.
      await askOnce(
        { event: 'tool-finished', call: { ...call, input: told.input }, outcome: 'succeeded' },
        0,
      );
  }
}

/** Asks until there is an answer; what the gate would print. */
async function ask(question: unknown): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const answer = await askOnce(question, attempt);
    if (answer !== null) return answer;
    await after(RETRY_MS);
  }
}

function askOnce(question: unknown, attempt: number): Promise<string | null> {
  return new Promise((done) => {
    const reader = new FrameReader();
    const connection = connect(FLEET_GATE_SOCKET, () =>
      connection.write(
        encodeJsonFrame(GateKind.Ask, {
          protocol: GATE_PROTOCOL,
          id: `a${attempt}`,
          session: FLEET_SESSION,
          token: FLEET_TOKEN,
          dialect: 'fleet',
          payload: JSON.stringify(question),
        }),
      ),
    );
    connection.on('error', () => {});
    connection.on('close', () => done(null));
    connection.on('data', (chunk) => {
      for (const { kind, payload } of reader.push(chunk)) {
        if (kind !== GateKind.Answer) throw new Error(payload.toString());
        done((JSON.parse(payload.toString()) as GateAnswer).stdout);
      }
    });
  });
}
