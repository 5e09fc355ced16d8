/**
 * Where every process finds the others: files below FLEET_HOME, and the sockets beside them.
 */
import { createHash } from 'node:crypto';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';

/** Linux keeps 108 bytes for a socket's path, macOS 104; one is the closing zero. */
const SOCKET_PATH_BYTES_MAX = 103;

/** The longest name below the socket folder: `sessions/<session>.gate.sock`. */
const SOCKET_NAME_BYTES_MAX = 40;

export interface Places {
  /** FLEET_HOME, absolute; mode 0700. */
  readonly home: string;
  readonly database: string;
  readonly backups: string;
  /** What holds for every project: policy.yaml. */
  readonly policy: string;
  readonly lock: string;
  /** Log of a process that has no terminal: `logs/<process>.log`. */
  readonly logs: string;
  /** What hooks had to say while no daemon was there, one JSON object a line. */
  readonly spool: string;
  readonly snapshots: string;
  readonly worktrees: string;
  /** Secrets in encrypted files, where the system has no vault. */
  readonly vault: string;
  /** What agents in quarantine showed last, a folder for each quarantine. */
  readonly evidence: string;
  readonly sockets: string;
  readonly daemonSocket: string;
  readonly screensSocket: string;
  readonly sessions: string;
  /** Folder of one session: segments, index, meta.json, exit.json. */
  session(session: string): string;
  /** Folder of one contained run: its temp folder, its repository, its CLI's state. */
  contained(run: string): string;
  /** Folder of the files that one session's agent is started with: settings, a plugin. */
  startFiles(session: string): string;
  holderSocket(session: string): string;
  gateSocket(session: string): string;
}

/** All places of one FLEET_HOME. A home too deep for a socket path keeps its sockets in the temp folder. */
export function placesOf(environment: Readonly<Record<string, string | undefined>> = process.env): Places {
  const home = resolve(environment['FLEET_HOME'] || join(homedir(), '.fleet'));
  const near = join(home, 'run');
  const sockets =
    Buffer.byteLength(near) + SOCKET_NAME_BYTES_MAX <= SOCKET_PATH_BYTES_MAX
      ? near
      : join(
          tmpdir(),
          `fleet-${userInfo().uid}-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`,
        );
  return {
    home,
    database: join(home, 'fleet.db'),
    backups: join(home, 'backups'),
    policy: join(home, 'policy.yaml'),
    lock: join(home, 'daemon.lock'),
    logs: join(home, 'logs'),
    spool: join(home, 'spool'),
    snapshots: join(home, 'snapshots'),
    worktrees: join(home, 'worktrees'),
    vault: join(home, 'vault'),
    evidence: join(home, 'evidence'),
    sockets,
    daemonSocket: join(sockets, 'daemon.sock'),
    screensSocket: join(sockets, 'screens.sock'),
    sessions: join(home, 'sessions'),
    session: (session) => join(home, 'sessions', session),
    contained: (run) => join(home, 'contained', run),
    startFiles: (session) => join(home, 'start', session),
    holderSocket: (session) => join(sockets, `${session}.sock`),
    gateSocket: (session) => join(sockets, `${session}.gate.sock`),
  };
}
