/**
 * The socket of one session on which its agent's hooks may ask, and do nothing else. Whoever shows the
 * session's token asks in its name; everybody else is refused in words.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import { encodeFrame, encodeJsonFrame, FrameReader } from '../wire/frames.ts';
import {
  GATE_FRAME_BYTES_MAX,
  GATE_PAYLOAD_BYTES_MAX,
  GATE_PROTOCOL,
  GateKind,
  type GateAnswer,
  type GateAsk,
} from '../wire/gate-protocol.ts';
import { listenPrivately } from '../wire/private-socket.ts';

/** Parallel calls of an agent and all its sub-agents stay far below; more is a flood. */
const CONNECTIONS_MAX = 64;
/** A gate sends its question at once; one that dawdles holds a place for nothing. */
const ASK_TIMEOUT_MS = 10_000;
/** The answer fits into a socket's buffer; a gate that still has not taken it is stuck. */
const FAREWELL_TIMEOUT_MS = 5000;

export interface GateEndpointOptions {
  /** Path of the socket; its folder exists. What a killed daemon left there is replaced. */
  readonly socket: string;
  readonly session: string;
  /** SHA-256 of the session's token, hexadecimal. */
  readonly tokenHash: string;
  /** Must answer in the end; the signal says that the agent gave the call up. A rejection refuses the call. */
  readonly onAsk: (ask: GateAsk, signal: AbortSignal) => Promise<GateAnswer>;
}

export interface GateEndpoint {
  /** Hangs up on all who wait (they will ask the next daemon again) and removes the socket. */
  close(): void;
}

export async function listenForGate(options: GateEndpointOptions): Promise<GateEndpoint> {
  const connections = new Set<Socket>();
  let isClosing = false;
  const door = await listenPrivately({
    path: options.socket,
    onConnection: (connection) => {
      connection.on('error', () => connection.destroy());
      if (connections.size >= CONNECTIONS_MAX) {
        refuse(connection, `fleet: ${CONNECTIONS_MAX} calls of this session already wait; try again later`);
        return;
      }
      connections.add(connection);
      connection.on('close', () => connections.delete(connection));
      serve(connection, options, () => isClosing);
    },
  });
  return {
    close() {
      isClosing = true;
      door.close();
      for (const connection of connections) connection.destroy();
    },
  };
}

function serve(
  connection: Socket,
  { session, tokenHash, onAsk }: GateEndpointOptions,
  isClosing: () => boolean,
): void {
  const reader = new FrameReader();
  const gone = new AbortController();
  let bytes = 0;
  let hasAsked = false;
  const slow = setTimeout(
    () => refuse(connection, 'fleet: the question did not arrive in time'),
    ASK_TIMEOUT_MS,
  );
  connection.on('close', () => {
    clearTimeout(slow);
    // It is we who leave: the hook will ask the next daemon, its call is not given up.
    if (!isClosing()) gone.abort();
  });
  connection.on('data', (chunk) => {
    bytes += chunk.length;
    if (hasAsked || bytes > GATE_FRAME_BYTES_MAX) return connection.destroy();
    const ask = readAsk(reader, chunk);
    if (ask === 'incomplete') return;
    hasAsked = true;
    clearTimeout(slow);
    const refusal =
      ask === 'garbage' ? 'fleet: the question was no question' : objection(ask, session, tokenHash);
    if (refusal !== undefined || ask === 'garbage') return refuse(connection, refusal ?? '');
    onAsk(ask, gone.signal).then(
      (answer) => finish(connection, encodeJsonFrame(GateKind.Answer, answer)),
      (error: unknown) => refuse(connection, `fleet: the call could not be judged: ${messageOf(error)}`),
    );
  });
}

function readAsk(reader: FrameReader, chunk: Buffer): GateAsk | 'incomplete' | 'garbage' {
  try {
    const [frame, second] = reader.push(chunk);
    if (!frame) return 'incomplete';
    const ask: unknown = JSON.parse(frame.payload.toString());
    return frame.kind === GateKind.Ask && !second && isAsk(ask) ? ask : 'garbage';
  } catch {
    return 'garbage';
  }
}

function isAsk(value: unknown): value is GateAsk {
  if (typeof value !== 'object' || value === null) return false;
  const ask = value as Record<string, unknown>;
  return (
    typeof ask['protocol'] === 'number' &&
    ['id', 'session', 'token', 'dialect', 'payload'].every((key) => typeof ask[key] === 'string')
  );
}

function objection(ask: GateAsk, session: string, tokenHash: string): string | undefined {
  if (ask.protocol !== GATE_PROTOCOL)
    return `fleet: this fleet-gate speaks protocol ${ask.protocol}, the daemon ${GATE_PROTOCOL}; restart the agent, so that both come from the same installation`;
  const shown = createHash('sha256').update(ask.token).digest();
  const expected = Buffer.from(tokenHash, 'hex');
  if (expected.length !== shown.length || !timingSafeEqual(shown, expected) || ask.session !== session)
    return 'fleet: the token is not the one of this session; the call did not come from its agent';
  if (Buffer.byteLength(ask.payload) > GATE_PAYLOAD_BYTES_MAX)
    return `fleet: the call is larger than ${GATE_PAYLOAD_BYTES_MAX} bytes, more than anybody can judge`;
  return undefined;
}

function refuse(connection: Socket, sentence: string): void {
  finish(connection, encodeFrame(GateKind.Refused, Buffer.from(sentence)));
}

function finish(connection: Socket, frame: Buffer): void {
  const stuck = setTimeout(() => connection.destroy(), FAREWELL_TIMEOUT_MS);
  connection.on('close', () => clearTimeout(stuck));
  connection.end(frame);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
