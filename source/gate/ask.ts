/** One attempt to get an answer: connect, ask, wait. It ends in an outcome, whatever happens. */
import { createConnection, type NetConnectOpts } from 'node:net';
import { FrameReader, type Frame } from '../wire/frames.ts';
import { GATE_FRAME_BYTES_MAX, GateKind, type GateAnswer } from '../wire/gate-protocol.ts';
import { parseObject } from './question.ts';

export type Outcome =
  | { readonly type: 'answered'; readonly answer: GateAnswer }
  | { readonly type: 'refused'; readonly sentence: string }
  /** Nobody is there, or whoever was there left before answering; a daemon may come back. */
  | { readonly type: 'away'; readonly code: string; readonly wasAsked: boolean }
  | { readonly type: 'garbage' };

/** An answer may carry the whole input back, edited and longer; twice a question is room for that. */
const ANSWER_BYTES_MAX = 2 * GATE_FRAME_BYTES_MAX;

export function askOnce(socket: string, question: Buffer): Promise<Outcome> {
  return new Promise((done) => {
    const reader = new FrameReader();
    let bytes = 0;
    let code = 'CLOSED';
    let wasAsked = false;
    const connection = createConnection(placeOf(socket), () => {
      wasAsked = true;
      connection.write(question);
    });
    const end = (outcome: Outcome): void => {
      done(outcome);
      connection.destroy();
    };
    connection.on('error', (error: NodeJS.ErrnoException) => {
      code = error.code ?? 'ERROR';
    });
    connection.on('close', () => done({ type: 'away', code, wasAsked }));
    connection.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > ANSWER_BYTES_MAX) return end({ type: 'garbage' });
      try {
        const frame = reader.push(chunk)[0];
        if (frame) end(readAnswer(frame));
      } catch {
        end({ type: 'garbage' });
      }
    });
  });
}

/** Inside a sandbox there are no sockets of files; a port of its loopback leads to the same one. */
function placeOf(socket: string): NetConnectOpts {
  const port = /^tcp:(\d+)$/.exec(socket)?.[1];
  return port === undefined ? { path: socket } : { host: '127.0.0.1', port: Number(port) };
}

function readAnswer({ kind, payload }: Frame): Outcome {
  if (kind === GateKind.Refused) return { type: 'refused', sentence: payload.toString() };
  const answer = kind === GateKind.Answer ? parseObject(payload.toString()) : undefined;
  const { stdout, stderr, exitCode } = answer ?? {};
  if (typeof stdout !== 'string' || typeof stderr !== 'string') return { type: 'garbage' };
  // 0 and 2 are the only exit codes that every dialect understands alike.
  if (exitCode !== 0 && exitCode !== 2) return { type: 'garbage' };
  return { type: 'answered', answer: { stdout, stderr, exitCode } };
}
