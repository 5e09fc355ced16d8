/** The first client starts the daemon; everyone else finds it. */
import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
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
/** After this long one that was ending has ended and one that was starting answers. */
const LOCKED_RETRY_MS = 500;

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
  let starting = startDaemon(options);
  const deadline = Date.now() + START_TIMEOUT_MS;
  let retryAt = Infinity;
  while (Date.now() < deadline) {
    const connection = await attempt().catch(unlessGone);
    if (connection) return connection;
    const { exit } = starting;
    if (exit === EXIT_LOCKED) {
      retryAt = Math.min(retryAt, Date.now() + LOCKED_RETRY_MS);
      if (Date.now() >= retryAt) {
        starting = startDaemon(options);
        retryAt = Infinity;
      }
    } else if (exit !== null)
      throw new DaemonError(
        'NO_START',
        `the daemon did not start: ${lastWords(starting) || `it ended with ${exit}; see ${starting.log}`}`,
      );
    await after(POLL_MS);
  }
  throw new DaemonError(
    'NO_START',
    starting.exit === EXIT_LOCKED
      ? `a daemon runs (it holds ${places.lock}) but did not answer within ${START_TIMEOUT_MS / 1000} s: it is stopped or the machine is overloaded; continue it, or kill it and try again (no session ends by that)`
      : `the daemon did not answer within ${START_TIMEOUT_MS / 1000} s; see ${starting.log}`,
  );
}

interface Starting {
  /** Its exit code once it has ended. */
  exit: number | null;
  readonly log: string;
  /** Where its own words begin in the log. */
  readonly from: number;
}

function startDaemon({ places, program, environment = process.env }: EnsureOptions): Starting {
  const log = join(places.logs, 'daemon.log');
  const output = openLog(places, log);
  const starting: Starting = { exit: null, log, from: fstatSync(output).size };
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

function openLog(places: Places, log: string): number {
  try {
    ensurePrivateDirectory(places.home);
    ensurePrivateDirectory(places.logs);
    return openSync(log, 'a', 0o600);
  } catch (cause) {
    throw new DaemonError(
      'NO_START',
      `the daemon cannot be started: ${(cause as Error).message}; ${places.home} and what is in it must be yours and writable (or set FLEET_HOME to another place)`,
      { cause },
    );
  }
}

function lastWords({ log, from }: Starting): string {
  try {
    return (
      readFileSync(log)
        .subarray(from)
        .toString()
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
