/** Real holders and a real screens process, run from their sources, in a home of their own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

import type { HolderConnection } from '../../source/wire/holder-client.ts';
import { connectScreens, type ScreensConnection } from '../../source/wire/screens-client.ts';
import type { ScreenText } from '../../source/wire/screens-protocol.ts';
import { HolderLab } from './holder-lab.ts';
import { until } from './until.ts';

export class ScreensLab {
  readonly holders = new HolderLab();
  readonly places = this.holders.places;
  readonly #connections: ScreensConnection[] = [];
  #process: ChildProcess | null = null;

  /** Starts a session and gives a person's connection to its holder. */
  async session(
    session: string,
    command: readonly string[],
    size: { columns: number; rows: number } = { columns: 80, rows: 24 },
  ): Promise<HolderConnection> {
    const env = {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      HOME: this.holders.folder,
    };
    await this.holders.start(session, command, { ...size, env });
    return this.holders.connect(session);
  }

  /** A shell without any start-up file, at its prompt `$ `. */
  shell(session: string, size?: { columns: number; rows: number }): Promise<HolderConnection> {
    return this.session(session, ['env', 'PS1=$ ', 'bash', '--norc', '--noprofile'], size);
  }

  /** Starts screens; it serves when this resolves. */
  start(): Promise<ScreensConnection> {
    this.#process = this.#spawn();
    return this.connect();
  }

  /** Starts another one beside it; resolves with its exit code. */
  startSecond(): Promise<number | null> {
    const second = this.#spawn();
    return new Promise((resolve) => second.once('exit', (code) => resolve(code)));
  }

  get pid(): number {
    return this.#process!.pid!;
  }

  async connect(): Promise<ScreensConnection> {
    const connection = await until(
      () => connectScreens({ socket: this.places.screensSocket, timeoutMs: 5_000 }).catch(() => undefined),
      'screens to answer',
    );
    this.#connections.push(connection);
    return connection;
  }

  /** Ends screens by a signal; resolves when it is gone. */
  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const screens = this.#process;
    if (!screens || screens.exitCode !== null || screens.signalCode !== null) return;
    const gone = new Promise((done) => screens.once('exit', done));
    screens.kill(signal);
    await gone;
  }

  #spawn(): ChildProcess {
    return spawn(process.execPath, [join(import.meta.dirname, 'screens-entry.ts')], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, FLEET_HOME: this.places.home },
    });
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.close();
    await this.end();
    await this.holders.close();
  }
}

/** Asks for the screen until it is as wanted. */
export function screenWhen(
  screens: ScreensConnection,
  session: string,
  isSo: (screen: ScreenText) => boolean,
): Promise<ScreenText> {
  return until(async () => {
    const screen = await screens.screen(session);
    return isSo(screen) ? screen : undefined;
  }, `the screen of ${session}`);
}
