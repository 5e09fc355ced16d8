/**
 * A FLEET_HOME of its own with the real program in it: daemon, holders, screens and gate from the built
 * bundle. `close` ends every process it started and leaves nothing behind.
 */
import { execFile } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Recorded } from '../../source/core/event.ts';
import { isEnded, type Approval, type Fleet, type Run } from '../../source/core/fleet.ts';
import { DaemonError, type DaemonConnection } from '../../source/wire/daemon-client.ts';
import { ensureDaemon } from '../../source/wire/ensure-daemon.ts';
import { placesOf, type Places } from '../../source/wire/places.ts';
import { endAllOf } from './home-processes.ts';
import { until } from './until.ts';

const DIST = resolve(import.meta.dirname, '..', '..', process.env['FLEET_DIST'] ?? 'dist');
export const PROGRAM = {
  node: process.execPath,
  script: join(DIST, 'fleet.mjs'),
  gateScript: join(DIST, 'fleet-gate.cjs'),
};
export const VERSION = 'test';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface User {
  readonly uid: number;
  readonly gid: number;
}

export class FleetHome {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'fleet-test-')));
  readonly places: Places = placesOf({ FLEET_HOME: join(this.folder, 'home') });
  readonly environment: Record<string, string>;
  #connection: DaemonConnection | null = null;

  /** The user its command line runs as; the test's own when none is given. */
  readonly #user: User | undefined;

  constructor(environment: Record<string, string> = {}, user?: User) {
    this.#user = user;
    if (user) chownSync(this.folder, user.uid, user.gid);
    this.environment = {
      PATH: `${join(process.execPath, '..')}:${process.env['PATH'] ?? ''}`,
      HOME: this.folder,
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
      FLEET_HOME: this.places.home,
      ...environment,
    };
  }

  /** The test's own connection, made anew when the daemon went away; starts the daemon when there is none. */
  async connect(): Promise<DaemonConnection> {
    if (this.#connection) return this.#connection;
    const daemon = await ensureDaemon({
      places: this.places,
      program: PROGRAM,
      version: VERSION,
      client: 'cli',
      environment: this.environment,
    });
    this.#connection = daemon;
    daemon.onClose(() => {
      if (this.#connection === daemon) this.#connection = null;
    });
    return daemon;
  }

  /** The command line, as a person runs it. */
  fleet(parameters: readonly string[], options: { cwd?: string } = {}): Promise<Ran> {
    return new Promise((done) => {
      execFile(
        PROGRAM.node,
        [PROGRAM.script, ...parameters],
        {
          cwd: options.cwd ?? this.folder,
          env: this.environment,
          maxBuffer: 64 * 1024 * 1024,
          ...this.#user,
        },
        (error, stdout, stderr) =>
          done({ code: error ? Number((error as { code?: unknown }).code ?? 1) : 0, stdout, stderr }),
      );
    });
  }

  /** Asks again where the daemon went away under a question that only looks. */
  async state(): Promise<Fleet> {
    try {
      return (await (await this.connect()).ask({ type: 'fleet' })).fleet;
    } catch (error) {
      if (!(error instanceof DaemonError) || error.code !== 'LOST') throw error;
      return this.state();
    }
  }

  async log(): Promise<readonly Recorded[]> {
    const daemon = await this.connect();
    const { events } = await daemon.ask({
      type: 'log',
      after: 0,
      limit: 1_000,
      agent: null,
      eventType: null,
      run: null,
      since: null,
    });
    return events;
  }

  /** Starts a plain command where `cwd` is; resolves when it runs. */
  async start(command: readonly string[], cwd = this.folder): Promise<Run> {
    const daemon = await this.connect();
    const { run } = await daemon.ask({
      type: 'start',
      project: cwd,
      agent: null,
      command,
      task: '',
      worktree: false,
      columns: 80,
      rows: 24,
      environment: this.environment,
    });
    return this.runWhen(run, ({ phase }) => phase !== 'requested' && phase !== 'launching');
  }

  runWhen(id: string, isSo: (run: Run) => boolean): Promise<Run> {
    return until(async () => {
      const run = (await this.state()).runs[id];
      return run && isSo(run) ? run : undefined;
    }, `run ${id}`);
  }

  approvalWhen(isSo: (approval: Approval) => boolean): Promise<Approval> {
    return until(async () => Object.values((await this.state()).approvals).find(isSo), 'an approval');
  }

  /** Pid of the daemon that answers now. */
  async daemonPid(): Promise<number> {
    return (await this.connect()).daemon.pid;
  }

  async close(): Promise<void> {
    // Closed before, or never used: a daemon must not be started for it.
    if (!existsSync(this.places.home)) return rmSync(this.folder, { recursive: true, force: true });
    try {
      await this.#endInOrder();
    } finally {
      // A test may have destroyed what names its processes.
      await endAllOf(this.folder);
      rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    }
  }

  /** As a person would: every session, then the daemon, and screens with it. */
  async #endInOrder(): Promise<void> {
    const daemon = await this.connect().catch(() => null);
    if (!daemon) return;
    await until(async () => {
      const runs = Object.values((await daemon.ask({ type: 'fleet' })).fleet.runs);
      // One that is still starting is stopped as soon as it runs.
      for (const { id } of runs.filter(({ phase }) => phase === 'running'))
        await daemon.ask({ type: 'stop', run: id, reason: 'the test is over' }).catch(() => {});
      return runs.every(isEnded) || undefined;
    }, 'every run to end');
    const gone = new Promise<void>((done) => daemon.onClose(() => done()));
    await daemon.ask({ type: 'shutdown', isComplete: true });
    await gone;
  }
}
