/** A home of its own with real holders in it, run from their sources. `close` ends what it started. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startHolder, type Program } from '../../source/daemon/holders.ts';
import { connectHolder, type HolderConnection } from '../../source/wire/holder-client.ts';
import type { HolderHello, ProcessIdentity } from '../../source/wire/holder-protocol.ts';
import type { HolderSpec } from '../../source/wire/holder-spec.ts';
import { placesOf } from '../../source/wire/places.ts';
import { isAlive } from '../../source/wire/process-identity.ts';
import { readMeta } from '../../source/wire/session-files.ts';
import { until } from './until.ts';

export const HOLDER_PROGRAM: Program = {
  node: process.execPath,
  script: join(import.meta.dirname, 'holder-entry.ts'),
};

export class HolderLab {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'fh-')));
  readonly places = placesOf({ FLEET_HOME: join(this.folder, 'home') });
  readonly #connections: HolderConnection[] = [];
  readonly #started: Pair[] = [];

  spec(session: string, command: readonly string[], more: Partial<HolderSpec> = {}): HolderSpec {
    return {
      session,
      directory: this.places.session(session),
      socket: this.places.holderSocket(session),
      command,
      cwd: this.folder,
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
      columns: 80,
      rows: 24,
      ...more,
    };
  }

  async start(
    session: string,
    command: readonly string[],
    more: Partial<HolderSpec> = {},
  ): Promise<HolderHello> {
    const hello = await startHolder(HOLDER_PROGRAM, this.spec(session, command, more));
    this.#started.push(hello);
    return hello;
  }

  /** A script for `sh -c`. */
  startShell(session: string, script: string, more: Partial<HolderSpec> = {}): Promise<HolderHello> {
    return this.start(session, ['sh', '-c', script], more);
  }

  async connect(session: string, epoch = 0, clientId?: bigint): Promise<HolderConnection> {
    const connection = await connectHolder({
      socket: this.places.holderSocket(session),
      epoch,
      timeoutMs: 5_000,
      ...(clientId === undefined ? {} : { clientId }),
    });
    this.#connections.push(connection);
    return connection;
  }

  /** Connects and attaches; keeps everything it is sent. */
  async watch(session: string, offset = 0): Promise<Watch> {
    return new Watch(await this.connect(session), offset);
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.close();
    for (const { child, holder } of [...this.#started, ...this.#recorded()]) {
      for (const identity of [child, holder]) {
        if (isAlive(identity)) process.kill(identity.pid, 'SIGKILL');
        await until(() => !isAlive(identity) || undefined, `the end of process ${identity.pid}`);
      }
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Holders that somebody else started in this home; tests leave damaged folders behind as well. */
  #recorded(): Pair[] {
    const { sessions } = this.places;
    if (!existsSync(sessions)) return [];
    return readdirSync(sessions).flatMap((session) => {
      try {
        const meta = readMeta(this.places.session(session));
        // What a test wrote there itself may name any process, this one included.
        return meta !== null && readCommand(meta.holder.pid).includes('fleet-holder') ? [meta] : [];
      } catch {
        return [];
      }
    });
  }
}

interface Pair {
  readonly holder: ProcessIdentity;
  readonly child: ProcessIdentity;
}

function readCommand(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

export class Watch {
  readonly connection: HolderConnection;
  /** What happened, in order: bytes as latin1 text, resizes as `<columns>x<rows>`. */
  readonly parts: string[] = [];
  readonly resizes: { readonly offset: number; readonly columns: number; readonly rows: number }[] = [];
  readonly start: number;
  next: number;
  /** Bytes that were skipped or came twice. */
  brokenBytes = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(connection: HolderConnection, offset: number) {
    this.connection = connection;
    this.start = offset;
    this.next = offset;
    connection.onData((at, bytes) => {
      this.brokenBytes += Math.abs(at - this.next);
      this.next = at + bytes.length;
      this.parts.push(bytes.toString('latin1'));
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
    connection.onResized((at, columns, rows) => this.resizes.push({ offset: at, columns, rows }));
    connection.attach(offset);
  }

  /** The next time that bytes come. */
  fed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  get text(): string {
    return this.parts.join('');
  }

  async sees(text: string): Promise<void> {
    await until(() => this.text.includes(text) || undefined, `"${text}" is shown`);
  }
}

/** CPU time a process has used so far, in milliseconds; Linux only. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // Fields 14 and 15 count from one; clock ticks are hundredths of a second on every Linux.
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Memory a process alone has in use, in KiB; Linux only. */
export function privateKib(pid: number): number {
  return Number(/Private_Dirty:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1]);
}
