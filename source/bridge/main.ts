/**
 * The way out of a sandbox: runs in its network but outside its processes, and passes what comes in at a loopback
 * port on to a socket of ours. It reads nothing of it, decides nothing, and ends with the sandbox it stands in.
 * `fleet-bridge FILE`: the file is a JSON list of {port, socket}.
 */
import { readFileSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import type { Door } from '../core/containment/confinement.ts';

/** Parallel calls of an agent with all its sub-agents and their downloads stay below; more is a flood. */
const CONNECTIONS_MAX = 256;

/** Nobody listens any more: told from a daemon that is being replaced by this much patience. */
const HALF_OPEN_MS_MAX = 10_000;

const doors = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as readonly Door[];
for (const { port, socket } of doors) open(port, socket);

function open(port: number, path: string): void {
  const server = createServer({ allowHalfOpen: true }, (inner) => {
    // Made anew for each connection: a daemon that comes back listens at the same place.
    const outer = createConnection({ path, allowHalfOpen: true });
    join(inner, outer);
  });
  server.maxConnections = CONNECTIONS_MAX;
  // Without its door the agent finds nobody, and what it asks is not answered: closed, not open.
  server.on('error', () => process.exit(1));
  server.listen(port, '127.0.0.1');
}

function join(inner: Socket, outer: Socket): void {
  for (const [from, to] of [
    [inner, outer],
    [outer, inner],
  ] as const) {
    from.setNoDelay?.(true);
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      // What it said last is still to be delivered; a peer that does not hang up then is let go.
      to.setTimeout(HALF_OPEN_MS_MAX, () => to.destroy());
      to.end();
    });
  }
}
