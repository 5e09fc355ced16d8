/**
 * The screens process: the only one that interprets what agents print. It owns nothing that cannot be built
 * again from the sessions' output, so it may be killed at any moment.
 */
import { chmodSync, statSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { placesOf } from '../wire/places.ts';
import { ensurePrivateDirectory } from '../wire/private-directory.ts';
import { Client } from './client.ts';
import { Screens } from './screens.ts';

/** Control rooms, the daemon and a few commands: an order of magnitude under this. */
const CLIENTS_MAX = 256;

/** How often to see whether the socket's file is still ours, and whether anybody still needs us. */
const CHECK_MS = 5_000;

/** Nobody connected and nothing alive for this long: there is nothing to answer for. */
const IDLE_MS = 10 * 60_000;

/** Serves until it is told to end. Returns at once when another screens process serves this home already. */
export async function runScreens(): Promise<void> {
  const places = placesOf();
  for (const directory of [places.home, places.sockets, places.snapshots]) ensurePrivateDirectory(directory);
  if (await isServed(places.screensSocket)) return;
  // A terminal that closes ends the control room, not what it looks at.
  process.on('SIGHUP', () => {});
  const screens = new Screens(places);
  const server = createServer((socket) => void new Client(socket, screens));
  server.maxConnections = CLIENTS_MAX;
  await listen(server, places.screensSocket);
  screens.dropStrays();
  const leave = (): void => {
    screens.saveAll();
    process.exit(0);
  };
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);
  watchOver({ server, socket: places.screensSocket, screens, leave });
}

/** Somebody answers there. A socket left behind by one that was killed refuses, and is removed. */
function isServed(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return resolve(false);
      if (error.code !== 'ECONNREFUSED') return reject(error);
      unlinkSync(path);
      resolve(false);
    });
  });
}

async function listen(server: Server, path: string): Promise<void> {
  // The folder is closed to others already; the mode says so of the socket too.
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => resolve());
    });
  } finally {
    process.umask(mask);
  }
  chmodSync(path, 0o600);
}

function watchOver(of: {
  readonly server: Server;
  readonly socket: string;
  readonly screens: Screens;
  readonly leave: () => void;
}): void {
  const inode = inodeOf(of.socket);
  let neededAt = performance.now();
  setInterval(() => {
    // Two that started at once may both have found the place free; the one whose file was replaced leaves.
    if (inodeOf(of.socket) !== inode) process.exit(0);
    of.server.getConnections((_error, count) => {
      if (count > 0 || of.screens.hasLive) neededAt = performance.now();
      else if (performance.now() - neededAt > IDLE_MS) of.leave();
    });
  }, CHECK_MS);
}

function inodeOf(path: string): number | null {
  try {
    return statSync(path).ino;
  } catch {
    return null;
  }
}
