/**
 * Clients nobody should have to bear, a dozen to a process: `abusive-clients.ts SEED DAEMON SCREENS HOLDER SESSION`.
 * They stall, read a byte a second, say nothing, send garbage, frames too large, nonsense in good form, and storms.
 */
import { connect, type Socket } from 'node:net';
import { DAEMON_PROTOCOL, DaemonKind } from '../../source/wire/daemon-protocol.ts';
import { encodeFrame, encodeJsonFrame, FRAME_BYTES_MAX } from '../../source/wire/frames.ts';
import { encodeAttach, encodeHello, encodeResize, HolderKind } from '../../source/wire/holder-protocol.ts';
import { SCREENS_PROTOCOL, ScreensKind } from '../../source/wire/screens-protocol.ts';
import { seeded } from './seeded.ts';

const [seed, daemonSocket, screensSocket, holderSocket, session] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const random = seeded(Number(seed));
/** Often enough to be a nuisance; the machine's cores are for the ones being annoyed. */
const STORM_MS = 20;
const AGAIN_MS = 100;

interface Peer {
  readonly socket: string;
  /** What makes it send as much as it can. */
  readonly greeting: () => readonly Buffer[];
  /** One more of what it has to work for. */
  readonly storm: () => Buffer;
  readonly nonsense: () => Buffer;
}

const json = (kind: number) => (message: unknown) => encodeJsonFrame(kind, message);
const toDaemon = json(DaemonKind.Message);
const toScreens = json(ScreensKind.Message);
const any = <T>(...choices: readonly T[]): T => choices[random(choices.length)]!;
const strange = (): unknown =>
  any<unknown>(null, 0, -1, 1e308, '', 'x'.repeat(9_999), '\0', [], [[]], {}, { a: {} }, true, '../../etc');

/** Every kind but the one that types: that is what a person's terminal may do, and Ctrl-C ends a session. */
const UNKNOWN_KINDS = Array.from({ length: 255 }, (_, kind) => kind).filter(
  (kind) => kind !== HolderKind.Input,
);

let id = 0;
const peers: readonly Peer[] = [
  {
    socket: daemonSocket,
    greeting: () => [
      toDaemon({ type: 'hello', protocol: DAEMON_PROTOCOL, version: 'x', client: 'tui' }),
      toDaemon({ type: 'subscribe' }),
    ],
    storm: () => toDaemon({ type: 'ask', id: id++, ask: { type: 'fleet' } }),
    nonsense: () => {
      const asks = [
        'start',
        'stop',
        'restart',
        'send',
        'decide',
        'configure',
        'worktrees',
        'discard-worktree',
        'log',
        'x',
      ];
      const fields = [
        'run',
        'project',
        'agent',
        'command',
        'approval',
        'hash',
        'verdict',
        'limit',
        'after',
        'text',
      ];
      const ask = { type: any(...asks), ...Object.fromEntries(fields.map((field) => [field, strange()])) };
      return toDaemon(
        any<unknown>(
          { type: 'ask', id: strange(), ask },
          { type: 'ask', id: id++, ask: strange() },
          strange(),
        ),
      );
    },
  },
  {
    socket: screensSocket,
    greeting: () => [
      toScreens({ type: 'hello', protocol: SCREENS_PROTOCOL }),
      toScreens({ type: 'open', session, live: true }),
      toScreens({ type: 'watch', pane: 1, session }),
    ],
    storm: () =>
      toScreens(
        any<unknown>(
          { type: 'screen', id: id++, session },
          { type: 'lines', id: id++, session, from: 0, count: 500 },
          { type: 'watch', pane: random(300), session },
        ),
      ),
    nonsense: () =>
      toScreens({
        type: any('open', 'watch', 'lines', 'search', 'screen', 'colours', 'x'),
        id: strange(),
        session: strange(),
        pane: strange(),
        from: strange(),
        count: strange(),
        text: strange(),
      }),
  },
  {
    socket: holderSocket,
    greeting: () => [encodeHello({ clientId: BigInt(random(1e9)), epoch: 0 }), encodeAttach(0)],
    storm: () => encodeResize(20 + random(200), 5 + random(60)),
    nonsense: () =>
      encodeFrame(any(...UNKNOWN_KINDS), Buffer.from(Array.from({ length: random(40) }, () => random(256)))),
  },
];

for (const peer of peers) {
  stall(peer);
  readSlowly(peer);
  keep(peer, () => {});
  keep(peer, (socket) =>
    socket.write(Buffer.from(Array.from({ length: 1 + random(500) }, () => random(256)))),
  );
  keep(peer, (socket) => {
    const length = Buffer.alloc(9);
    length.writeUInt32BE(any(FRAME_BYTES_MAX + 1, 0xffff_ffff, 0, FRAME_BYTES_MAX));
    socket.write(length);
  });
  keep(peer, (socket) => {
    greet(peer, socket);
    every(socket, () => peer.nonsense());
  });
  storm(peer);
}
console.log('abusing');

/** Connected again whenever it was thrown out. */
function keep(peer: Peer, begin: (socket: Socket) => void): void {
  const socket = connect(peer.socket, () => begin(socket));
  socket.on('error', () => {});
  socket.on('data', () => {});
  socket.on('close', () => setTimeout(() => keep(peer, begin), AGAIN_MS));
}

function stall(peer: Peer): void {
  const socket = connect(peer.socket, () => greet(peer, socket));
  socket.on('error', () => {});
  socket.pause();
}

/** One that asks on and on, and reads no answer. */
function storm(peer: Peer): void {
  const socket = connect(peer.socket, () => {
    greet(peer, socket);
    every(socket, () => peer.storm());
  });
  socket.on('error', () => {});
  socket.on('close', () => setTimeout(() => storm(peer), AGAIN_MS));
  socket.pause();
}

function readSlowly(peer: Peer): void {
  const socket = connect(peer.socket, () => greet(peer, socket));
  socket.on('error', () => {});
  socket.pause();
  setInterval(() => socket.read(1), 1_000);
}

function greet(peer: Peer, socket: Socket): void {
  for (const frame of peer.greeting()) socket.write(frame);
}

function every(socket: Socket, next: () => Buffer): void {
  const timer = setInterval(() => {
    // Unsent storms are this process's own memory.
    if (socket.writable && socket.writableLength < 64 * 1024) socket.write(next());
  }, STORM_MS);
  socket.on('close', () => clearInterval(timer));
}
