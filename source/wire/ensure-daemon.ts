/** The first client starts the daemon; everyone else finds it. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { connectDaemon, DaemonError, type DaemonConnection } from './daemon-client.ts';
import type { Places } from './places.ts';
import { ensurePrivateDirectory } from './private-directory.ts';

/** A daemon with a long log and a hundred sessions to adopt is there well within this. */
const START_TIMEOUT_MS = 20_000;
const POLL_MS = 15;
/** The lock is held by a daemon that is still starting or ending. */
const EXIT_LOCKED = 75;

export interface EnsureOptions {
  readonly places: Places;
  readonly program: { readonly node: string; readonly script: string };
  readonly version: string;
  readonly client: 'tui' | 'cli';
  /** What the daemon starts with; the caller's own when nothing is said. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Rejects with DaemonError: REFUSED when versions do not fit, NO_START with the daemon's own last words. */
export async function ensureDaemon(options: EnsureOptions): Promise<DaemonConnection> {
  const { places, version, client } = options;
  const attempt = () => connectDaemon({ socket: places.daemonSocket, version, client });
  const first = await attempt().catch(unlessGone);
  if (first) return first;
  const starting = startDaemon(options);
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const connection = await attempt().catch(unlessGone);
    if (connection) return connection;
    const { exit } = starting;
    if (exit !== null && exit !== EXIT_LOCKED)
      throw new DaemonError(
        'NO_START',
        `the daemon did not start: ${lastWords(starting.log) || `it ended with ${exit}`}`,
      );
    await after(POLL_MS);
  }
  throw new DaemonError(
    'NO_START',
    `the daemon did not answer within ${START_TIMEOUT_MS / 1000} s; see ${starting.log}`,
  );
}

function startDaemon({ places, program, environment = process.env }: EnsureOptions): { exit: number | null; readonly log: string } {
  ensurePrivateDirectory(places.home);
  ensurePrivateDirectory(places.logs);
  const log = join(places.logs, 'daemon.log');
  const output = openSync(log, 'a', 0o600);
  const starting: { exit: number | null; readonly log: string } = { exit: null, log };
  const child = spawn(program.node, [program.script, 'daemon'], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', output, output],
    env: { ...environment, FLEET_HOME: places.home },
  });
  child.on('exit', (code) => (starting.exit = code ?? 1));
  child.on('error', () => (starting.exit = 1));
  child.unref();
  closeSync(output);
  return starting;
}

function lastWords(log: string): string {
  try {
    return (
      readFileSync(log, 'utf8')
        .trimEnd()
        .split('\n')
        .findLast((line) => line.startsWith('fleet: '))
        ?.slice(7) ?? ''
    );
  } catch {
    return '';
  }
}

function unlessGone(error: unknown): null {
  if (error instanceof DaemonError && (error.code === 'GONE' || error.code === 'LOST')) return null;
  throw error;
}
