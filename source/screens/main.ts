/**
 * The screens process: the only one that interprets what agents print. It owns nothing that cannot be built
 * again from the sessions' output, so it may be killed at any moment.
 */
import { connect } from 'node:net';
import { placesOf } from '../wire/places.ts';
import { ensurePrivateDirectory } from '../wire/private-directory.ts';
import { listenPrivately } from '../wire/private-socket.ts';
import { Client } from './client.ts';
import { Screens } from './screens.ts';

/** Control rooms, the daemon and a few commands: an order of magnitude under this. */
const CLIENTS_MAX = 256;

/** How often to see whether anybody still needs us. */
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
  let clients = 0;
  await listenPrivately({
    path: places.screensSocket,
    connectionsMax: CLIENTS_MAX,
    onConnection: (socket) => {
      clients++;
      socket.on('close', () => clients--);
      void new Client(socket, screens);
    },
    // Two that started at once may both have found the place free; the one whose file was replaced leaves.
    onReplaced: () => process.exit(0),
  });
  screens.dropStrays();
  const leave = (): void => {
    screens.saveAll();
    process.exit(0);
  };
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);
  let neededAt = performance.now();
  setInterval(() => {
    if (clients > 0 || screens.hasLive) neededAt = performance.now();
    else if (performance.now() - neededAt > IDLE_MS) leave();
  }, CHECK_MS);
}

/** Somebody answers there. A socket left behind by one that was killed refuses. */
function isServed(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EACCES' || error.code === 'EPERM') reject(error);
      else resolve(false);
    });
  });
}
