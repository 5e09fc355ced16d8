/**
 * The way into the network for contained sessions: a proxy for each, which opens connections to the hosts of its
 * run as they are at that moment. What was tried is told to the log, and asked about where somebody attends.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Door } from '../core/containment/confinement.ts';
import { EGRESS_PORT } from '../core/containment/doors.ts';
import { runOfSession } from '../core/fleet.ts';
import { hostRulesOf } from '../core/network/hosts-of-run.ts';
import { visible } from '../core/visible-text.ts';
import { startEgressProxy, type Attempt, type EgressProxy } from '../io/network/egress-proxy.ts';
import type { Places } from '../wire/places.ts';
import type { Loop } from './loop.ts';

/** Programs try again and again; once a minute says as much. */
const TOLD_AGAIN_MS = 60_000;

/** Different hosts and ports of one session told in a minute; more is a scan, and one line says so. */
const TOLD_MAX = 60;

/** RFC 1035: a name has at most 253 characters; what is longer is none. */
const HOST_LETTERS_MAX = 253;

/** What programs inside read to find it. Their own servers on the loopback are asked directly. */
const INSIDE_URL = `http://127.0.0.1:${EGRESS_PORT}`;
const INSIDE_DIRECT = 'localhost,127.0.0.1,::1';
export const EGRESS_ENVIRONMENT: Readonly<Record<string, string>> = {
  HTTP_PROXY: INSIDE_URL,
  HTTPS_PROXY: INSIDE_URL,
  http_proxy: INSIDE_URL,
  https_proxy: INSIDE_URL,
  NO_PROXY: INSIDE_DIRECT,
  no_proxy: INSIDE_DIRECT,
  NODE_USE_ENV_PROXY: '1',
};

export interface EgressesOptions {
  readonly places: Places;
  readonly loop: () => Loop;
  readonly approvalLifeMs: number;
  readonly now: () => number;
}

export class Egresses {
  readonly #options: EgressesOptions;
  readonly #open = new Map<string, EgressProxy>();

  constructor(options: EgressesOptions) {
    this.#options = options;
  }

  /** Sessions that have one. */
  get sessions(): readonly string[] {
    return [...this.#open.keys()];
  }

  /** Yields the door the session's bridge is to have for it. */
  async open(session: string): Promise<Door> {
    await this.close(session);
    const socket = join(this.#options.places.sockets, `${session}.${EGRESS_PORT}.sock`);
    // Left by a daemon that was killed.
    rmSync(socket, { force: true });
    const told = new Told(this.#options.now);
    const proxy = await startEgressProxy({
      socket,
      rules: () => {
        const { fleet } = this.#options.loop();
        const run = runOfSession(fleet, session);
        return run ? hostRulesOf(fleet, run) : [];
      },
      onAttempt: (attempt) => {
        const news = told.take(attempt);
        if (news) this.#tell(session, news);
      },
    });
    this.#open.set(session, proxy);
    return { port: EGRESS_PORT, socket };
  }

  /** Of a session that was started by a daemon before this one. */
  async openAgain(session: string): Promise<void> {
    if (!this.#open.has(session)) await this.open(session);
  }

  async close(session: string): Promise<void> {
    const proxy = this.#open.get(session);
    this.#open.delete(session);
    await proxy?.close();
  }

  closeAll(): void {
    for (const session of this.#open.keys()) void this.close(session);
  }

  #tell(session: string, attempt: Attempt): void {
    const { loop, approvalLifeMs } = this.#options;
    loop()
      .submit({ type: 'network-attempt', session, ...attempt, approvalLifeMs })
      // The store failed: the loop was told, and ends the daemon.
      .catch(() => {});
  }
}

/** What of all attempts of one session is worth telling. */
class Told {
  readonly #now: () => number;
  readonly #allowed = new Set<string>();
  #refused = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** As it is told; null: it has been. */
  take(attempt: Attempt): Attempt | null {
    const host = visible(attempt.host).slice(0, HOST_LETTERS_MAX);
    const key = `${host}:${attempt.port}`;
    if (attempt.verdict === 'allow') {
      if (this.#allowed.has(key)) return null;
      // A list of a whole domain can have any number of hosts; what was told long ago may be told again.
      if (this.#allowed.size >= TOLD_MAX) this.#allowed.clear();
      this.#allowed.add(key);
      return { ...attempt, host };
    }
    const now = this.#now();
    this.#refused = new Map([...this.#refused].filter(([, at]) => now - at < TOLD_AGAIN_MS));
    if (this.#refused.has(key) || this.#refused.size > TOLD_MAX) return null;
    this.#refused.set(key, now);
    const reason =
      this.#refused.size > TOLD_MAX
        ? `more than ${TOLD_MAX} hosts refused in a minute; the rest of it is not listed`
        : visible(attempt.reason).slice(0, HOST_LETTERS_MAX * 2);
    return { ...attempt, host, reason };
  }
}
