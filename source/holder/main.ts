/**
 * The holder: one process per session, which owns the session's terminal and outlives everything else. Started
 * with its spec on stdin, it answers one line, lets go of its starter and from then on only serves its socket.
 */
import { statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

import { HOLDER_PROTOCOL, HOLDER_PROTOCOL_MIN, type HolderHello } from '../wire/holder-protocol.ts';
import { parseHolderSpec, type HolderReply, type HolderSpec } from '../wire/holder-spec.ts';
import { ensurePrivateDirectory } from '../wire/private-directory.ts';
import { listenPrivately, type PrivateSocket } from '../wire/private-socket.ts';
import { identityOf } from '../wire/process-identity.ts';
import { readMeta, writeCrash, writeMeta } from '../wire/session-files.ts';
import { Connection, type Held } from './connection.ts';
import { Session } from './session.ts';
import { answer, closeStdio, readStdin } from './stdio.ts';
import { TypedOnce } from './typed-once.ts';

/** Panes, screens, the daemon and a few terminals: an order of magnitude under this. */
const CONNECTIONS_MAX = 256;

/** An ended session waits this long for a daemon to note its exit; it is on disk in any case. */
const LINGER_MS = 24 * 60 * 60 * 1_000;

/** What clients may take to read the last words before the process ends. */
const LEAVE_MS = 1_000;

/** Told to end (shutdown, logout), a child gets this long to end by itself. */
const GRACE_MS = 3_000;

const SIGHUP = 1;
const SIGKILL = 9;

export async function runHolder(): Promise<void> {
  // Closing terminals, interrupted starters and vanished clients are none of a holder's business.
  for (const signal of ['SIGHUP', 'SIGPIPE', 'SIGINT'] as const) process.on(signal, () => {});
  let reply: HolderReply;
  try {
    const spec = parseHolderSpec(readStdin());
    reply = { ok: true, hello: await hold(spec) };
  } catch (cause) {
    reply = { ok: false, message: cause instanceof Error ? cause.message : String(cause) };
  }
  answer(reply);
  // Whatever was begun is not worth keeping: without a session there is nothing to serve.
  if (!reply.ok) process.exit(1);
  closeStdio();
}

/** Everything is in place when this resolves: socket, child, meta.json. */
async function hold(spec: HolderSpec): Promise<HolderHello> {
  ensurePrivateDirectory(spec.directory);
  if (readMeta(spec.directory) !== null)
    throw new Error(`session ${spec.session} was started before (${spec.directory}); start a new one`);
  process.on('uncaughtExceptionMonitor', (error) => writeCrash(spec.directory, String(error.stack)));

  // A socket file nobody listens on is left over from a holder that was killed.
  if (await isAnswered(spec.socket)) throw new Error(`${spec.socket} is already served by another holder`);
  let accept: (socket: Socket) => void = () => {};
  const door = await listenPrivately({
    path: spec.socket,
    connectionsMax: CONNECTIONS_MAX,
    onConnection: (socket) => accept(socket),
  });
  try {
    const held = holdSession(spec, door);
    accept = held.accept;
    return held.hello;
  } catch (cause) {
    door.close();
    throw cause;
  }
}

function holdSession(
  spec: HolderSpec,
  door: PrivateSocket,
): { readonly hello: HolderHello; readonly accept: (socket: Socket) => void } {
  process.title = `fleet-holder ${spec.session}`;
  process.chdir('/');
  const connections = new Set<Connection>();
  let isReleased = false;
  const session = new Session(spec, () => {
    for (const connection of connections) if (connection.isGreeted) connection.sendStatus();
    if (isReleased) leave();
    else setTimeout(leave, LINGER_MS);
  });
  const holder = identityOf(process.pid)!;
  const hello = (): HolderHello => ({
    protocol: HOLDER_PROTOCOL,
    minProtocol: HOLDER_PROTOCOL_MIN,
    session: spec.session,
    holder,
    child: session.child,
    epoch: held.epoch,
  });
  const held: Held = { session, typed: new TypedOnce(), epoch: 0, hello, release };

  const accept = (socket: Socket): void => {
    const connection = new Connection(socket, held);
    connections.add(connection);
    socket.on('close', () => connections.delete(connection));
  };
  process.on('SIGTERM', () => {
    session.signal(SIGHUP, true);
    setTimeout(() => session.signal(SIGKILL, true), GRACE_MS);
    release();
  });

  try {
    const { dev, ino } = statSync(spec.directory);
    writeMeta(spec.directory, {
      session: spec.session,
      socket: spec.socket,
      holder,
      child: session.child,
      program: spec.command[0]!,
      startedAt: Date.now(),
      folder: { path: spec.directory, device: dev, inode: ino },
    });
  } catch (cause) {
    session.signal(SIGKILL, true);
    throw cause;
  }
  return { hello: hello(), accept };

  function release(): void {
    isReleased = true;
    if (session.exit !== null) leave();
  }

  /** The socket goes with the server; clients get what they were sent. */
  function leave(): void {
    session.close();
    door.close(() => process.exit(0));
    for (const connection of connections) connection.end();
    setTimeout(() => process.exit(0), LEAVE_MS);
  }
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
