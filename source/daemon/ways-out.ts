/**
 * What contained sessions may reach besides their gate: sockets of ours, in front of which their bridges stand.
 * Kept on disk beside the session's run, so that a daemon that comes after this one opens the same again.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Door } from '../core/containment/confinement.ts';
import type { LoopbackService } from '../core/containment/doors.ts';
import type { Places } from '../wire/places.ts';
import { listenPrivately, type PrivateSocket } from '../wire/private-socket.ts';

/** A CLI with all its sub-agents asks its model this often at once at most. */
const CONNECTIONS_MAX = 64;

const FILE = 'ways-out.json';

interface Kept {
  readonly session: string;
  readonly services: readonly LoopbackService[];
}

export class WaysOut {
  readonly #places: Places;
  readonly #open = new Map<string, readonly PrivateSocket[]>();

  constructor(places: Places) {
    this.#places = places;
  }

  /** Yields the doors the session's bridge is to have for them. */
  async open(given: {
    readonly run: string;
    readonly session: string;
    readonly services: readonly LoopbackService[];
  }): Promise<readonly Door[]> {
    const { run, session, services } = given;
    this.close(session);
    writeFileSync(join(this.#places.contained(run), FILE), JSON.stringify({ session, services }), {
      mode: 0o600,
    });
    const doors = services.map(({ port }) => ({ port, socket: this.#socketOf(session, port) }));
    const sockets: PrivateSocket[] = [];
    this.#open.set(session, sockets);
    for (const { port, host, hostPort } of services)
      sockets.push(await relay(this.#socketOf(session, port), host, hostPort));
    return doors;
  }

  /** Of a session that was started by a daemon before this one; false: it is not contained, and has none. */
  async openAgain(run: string, session: string): Promise<boolean> {
    if (this.#open.has(session)) return true;
    const kept = this.#kept(run);
    if (kept?.session !== session) return false;
    await this.open({ run, session, services: kept.services });
    return true;
  }

  /** What an earlier session of the run was given. */
  known(run: string): readonly LoopbackService[] {
    return this.#kept(run)?.services ?? [];
  }

  #kept(run: string): Kept | null {
    try {
      return JSON.parse(readFileSync(join(this.#places.contained(run), FILE), 'utf8')) as Kept;
    } catch {
      // Not contained, or written by a daemon that died of it: the agent finds nobody there.
      return null;
    }
  }

  close(session: string): void {
    for (const socket of this.#open.get(session) ?? []) socket.close();
    this.#open.delete(session);
  }

  closeAll(): void {
    for (const session of this.#open.keys()) this.close(session);
  }

  #socketOf(session: string, port: number): string {
    return join(this.#places.sockets, `${session}.${port}.sock`);
  }
}

/** Whoever connects to the socket talks to that port of the machine's loopback. */
export function relay(socket: string, host: string, port: number): Promise<PrivateSocket> {
  return listenPrivately({
    path: socket,
    connectionsMax: CONNECTIONS_MAX,
    onConnection: (inner) => {
      const outer = connect({ host, port });
      inner.pipe(outer);
      outer.pipe(inner);
      for (const [one, other] of [
        [inner, outer],
        [outer, inner],
      ] as const) {
        one.on('error', () => other.destroy());
        one.on('close', () => other.destroy());
      }
    },
  });
}
