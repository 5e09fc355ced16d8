/**
 * fleet-gate DIALECT: what an agent's hook runs. Reads what the hook was given, asks the daemon, prints the
 * answer, leaves with its exit code. It grants nothing by itself: whatever goes wrong on a question that
 * decides something ends in exit code 2 and a sentence; a report that finds nobody is kept for later.
 *
 * Runs before every tool call on whatever Node is there (18 and newer): Node's own modules only.
 */
import { writeSync } from 'node:fs';
import { encodeJsonFrame } from '../wire/frames.ts';
import { GATE_PAYLOAD_BYTES_MAX, GATE_PROTOCOL, GateKind, type GateAsk } from '../wire/gate-protocol.ts';
import { askOnce, type Outcome } from './ask.ts';
import { DIALECTS, type Dialect } from './dialects.ts';
import { parseObject, readQuestion, withoutOutput, type Question } from './question.ts';
import { spool } from './spool.ts';

/** A hook writes its few kilobytes at once; past this it is not a hook that feeds us. */
const STDIN_TIMEOUT_MS = 10_000;
/** Reports carry what tools printed, some of it long; what is kept of it is cut afterwards. */
const STDIN_BYTES_MAX = 16 * GATE_PAYLOAD_BYTES_MAX;
/** The hook's own timeout is a week (core/vendors); ten seconds less, so that our words still arrive. */
const DEADLINE_MS = 604_790_000;
/** A daemon that restarts or is replaced is back within seconds; one that stays away answers nobody. */
const AWAY_MS_MAX = 60_000;
/** The agent waits for its reports to be taken, but not for long. */
const REPORT_TIMEOUT_MS = 5000;
const RETRY_MS_MIN = 25;
const RETRY_MS_MAX = 1000;
/** How soon a gate notices that the agent which started it is gone, so that its question is withdrawn. */
const PARENT_CHECK_MS = 2000;
/** Waiting for a reader that is slow to take our few lines. */
const STDOUT_PAUSE_MS = 5;
const STDOUT_PAUSES_MAX = 2000;

const environment = process.env;
const dialectName = process.argv[2] ?? '';
const parent = process.ppid;
let dialect: Dialect | undefined;
let question: Question = { payload: '', event: '', isReport: false };

process.on('uncaughtException', (error) => fail(`the gate broke: ${error.message}`));
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
  process.on(signal, () => fail(`the gate was ended by ${signal}`));
setInterval(() => {
  if (process.ppid !== parent) process.exit(2);
}, PARENT_CHECK_MS);

void main();

async function main(): Promise<void> {
  setTimeout(
    () => fail('nobody answered in time, so the call did not run'),
    milliseconds('FLEET_GATE_DEADLINE_MS', DEADLINE_MS),
  );
  dialect = DIALECTS.get(dialectName);
  if (!dialect)
    return fail(`"${dialectName}" is no dialect; usage: fleet-gate ${[...DIALECTS.keys()].join('|')}`);
  const payload = await readStdin();
  question = readQuestion(payload, dialect);
  if (question.event === '') return fail('the hook sent no JSON that names its event');
  if (question.isReport && isTooLong(payload))
    question = { ...question, payload: withoutOutput(payload, dialect) };
  if (isTooLong(question.payload))
    return fail(
      `the call is larger than ${GATE_PAYLOAD_BYTES_MAX} bytes, more than anybody can judge; do it in smaller steps`,
    );
  const { FLEET_GATE_SOCKET: socket, FLEET_SESSION: session, FLEET_TOKEN: token } = environment;
  if (!socket || !session || !token)
    return fail(
      'FLEET_GATE_SOCKET, FLEET_SESSION and FLEET_TOKEN are not all set; start this agent with "fleet start"',
    );
  const ask: GateAsk = {
    protocol: GATE_PROTOCOL,
    id: `${Date.now().toString(36)}-${process.pid}-${Math.random().toString(36).slice(2)}`,
    session,
    token,
    dialect: dialectName,
    payload: question.payload,
  };
  await (question.isReport ? report(socket, ask) : inquire(socket, ask));
}

/** One attempt, then it is kept for the next daemon. */
async function report(socket: string, ask: GateAsk): Promise<void> {
  const late = new Promise<Outcome>((done) => {
    setTimeout(() => done({ type: 'away', code: 'LATE', wasAsked: true }), REPORT_TIMEOUT_MS);
  });
  const outcome = await Promise.race([askOnce(socket, encodeJsonFrame(GateKind.Ask, ask)), late]);
  if (outcome.type === 'answered')
    return leave(outcome.answer.exitCode, outcome.answer.stdout, outcome.answer.stderr);
  const { id, session, payload } = ask;
  const file = environment['FLEET_SPOOL'];
  if (outcome.type === 'away' && file) {
    const mayBeKnown = outcome.wasAsked;
    spool(file, { id, at: Date.now(), session, dialect: dialectName, payload, mayBeKnown });
  }
  leave(0, '', '');
}

/** Asks until there is an answer. The daemon knows the call again, however often it is asked. */
async function inquire(socket: string, ask: GateAsk): Promise<void> {
  const frame = encodeJsonFrame(GateKind.Ask, ask);
  const awayMsMax = milliseconds('FLEET_GATE_AWAY_MS', AWAY_MS_MAX);
  let awaySince = now();
  let retryMs = RETRY_MS_MIN;
  for (;;) {
    const askedAt = now();
    const outcome = await askOnce(socket, frame);
    switch (outcome.type) {
      case 'answered': {
        const { exitCode, stdout, stderr } = outcome.answer;
        if (exitCode === 2) return leave(2, stdout, stderr || 'fleet: not allowed');
        if (!parseObject(stdout)) return fail('the daemon gave an answer that is none');
        return leave(0, stdout, stderr);
      }
      case 'refused':
        return fail(outcome.sentence.replace(/^fleet: /, ''));
      case 'garbage':
        return fail(
          'what came back from the daemon could not be understood; update fleet-tui and restart the agent',
        );
      case 'away':
        // A daemon that held the question for a while and died is worth waiting for; one that hangs up at
        // once, again and again, is as good as none.
        if (now() - askedAt > RETRY_MS_MAX) {
          awaySince = now();
          retryMs = RETRY_MS_MIN;
        } else if (now() - awaySince > awayMsMax) {
          return fail(
            `no daemon answers at ${socket} (${outcome.code}); start it with "fleet brain start" and try again`,
          );
        }
        await new Promise((done) => setTimeout(done, retryMs));
        retryMs = Math.min(2 * retryMs, RETRY_MS_MAX);
        break;
      default:
        outcome satisfies never;
    }
  }
}

function readStdin(): Promise<string> {
  return new Promise((done) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const late = setTimeout(() => fail('the hook did not say in time what it asks'), STDIN_TIMEOUT_MS);
    process.stdin.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > STDIN_BYTES_MAX) fail(`the hook sent more than ${STDIN_BYTES_MAX} bytes`);
      chunks.push(chunk);
    });
    process.stdin.on('error', (error) => fail(`the hook could not be read: ${error.message}`));
    process.stdin.on('end', () => {
      clearTimeout(late);
      done(Buffer.concat(chunks, bytes).toString());
    });
  });
}

/** The fallback: a no where something hangs on it, silence where it does not. */
function fail(sentence: string): never {
  if (question.isReport) leave(0, '', '');
  const message = `fleet: ${sentence}`;
  const refusal = dialect?.refusal(question.event, message);
  leave(2, refusal === undefined ? '' : JSON.stringify(refusal), message);
}

function leave(exitCode: number, stdout: string, stderr: string): never {
  // Half an answer is no answer: if it cannot be printed whole, the call does not run.
  const isPrinted = print(1, stdout) && print(2, stderr);
  process.exit(isPrinted || question.isReport ? exitCode : 2);
}

function print(descriptor: number, text: string): boolean {
  let rest = Buffer.from(text);
  for (let pauses = 0; rest.length > 0;) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const isFull = (error as NodeJS.ErrnoException).code === 'EAGAIN';
      if (!isFull || (pauses += 1) > STDOUT_PAUSES_MAX) return false;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STDOUT_PAUSE_MS);
    }
  }
  return true;
}

/** Milliseconds from the environment, for tests; what is no number counts as not set. */
function milliseconds(name: string, otherwise: number): number {
  const value = Number(environment[name]);
  return value > 0 ? Math.min(value, otherwise) : otherwise;
}

/** Milliseconds that no change of the clock disturbs. */
function now(): number {
  return process.uptime() * 1000;
}

const isTooLong = (text: string): boolean => Buffer.byteLength(text) > GATE_PAYLOAD_BYTES_MAX;
