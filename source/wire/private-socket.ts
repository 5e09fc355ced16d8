/**
 * A socket only its owner can reach, and which stays reachable: when something removes its file (a cleaner of
 * temp folders, a person tidying up) it is made anew. A socket that a killed process left in its place is
 * replaced, anything else is moved aside.
 */
import { chmodSync, existsSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { ensurePrivateDirectory } from './private-directory.ts';

/** Clients start a process when nobody answers and wait 20 s for it; a socket is back well before. */
const CHECK_MS = 2_000;

export interface PrivateSocketOptions {
  readonly path: string;
  readonly connectionsMax?: number;
  readonly onConnection: (connection: Socket) => void;
  /** Another process listens there now, or the home it lay in is gone: this one is not asked any more. */
  readonly onReplaced?: () => void;
}

export interface PrivateSocket {
  /** Takes nobody in any more and removes its file. Told once the last connection has ended. */
  close(closed?: () => void): void;
}

/** Rejects with the system's error when the place cannot be had. */
export async function listenPrivately(options: PrivateSocketOptions): Promise<PrivateSocket> {
  const { path, onReplaced } = options;
  let isClosed = false;
  let { server, inode } = await listen(options);
  const timer = setInterval(() => void check(), CHECK_MS);
  timer.unref();

  async function check(): Promise<void> {
    try {
      const found = lstatSync(path, { throwIfNoEntry: false });
      if (found?.ino === inode) return;
      if (found?.isSocket() || !existsSync(dirname(dirname(path)))) {
        clearInterval(timer);
        return onReplaced?.();
      }
      const again = await listen(options);
      // Connections that are there stay: closing a server only stops it from taking in more.
      server.close();
      ({ server, inode } = again);
      if (isClosed) remove();
    } catch {
      // A full disk, a folder that may not be entered: tried again at the next look.
    }
  }

  function remove(closed?: () => void): void {
    server.close(closed);
    try {
      if (inodeOf(path) === inode) rmSync(path, { force: true });
    } catch {
      // The folder may not be entered any more; a file nobody listens on does no harm.
    }
  }

  return {
    close(closed) {
      isClosed = true;
      clearInterval(timer);
      remove(closed);
    },
  };
}

async function listen({ path, connectionsMax, onConnection }: PrivateSocketOptions) {
  ensurePrivateDirectory(dirname(path));
  const server: Server = createServer(onConnection);
  if (connectionsMax !== undefined) server.maxConnections = connectionsMax;
  // Bound beside its place, closed to others, then moved there: no moment in which somebody else could
  // connect, and a process on its way out cannot remove the socket of the one that replaced it.
  const bound = `${path}~`;
  rmSync(bound, { force: true });
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(bound, done);
  });
  try {
    chmodSync(bound, 0o600);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found && !found.isSocket()) renameSync(path, `${path}.${Date.now()}.aside`);
    renameSync(bound, path);
  } catch (cause) {
    server.close();
    throw cause;
  }
  return { server, inode: inodeOf(path) };
}

function inodeOf(path: string): number | null {
  return lstatSync(path, { throwIfNoEntry: false })?.ino ?? null;
}
