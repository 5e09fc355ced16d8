/**
 * Starts holders, and finds those that are there. What is found is judged by identity, never by a number or
 * a file alone: a reused pid, a copied home and a left-over socket must not be taken for a session.
 */
import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';

import { connectHolder, HolderError } from '../wire/holder-client.ts';
import type { HolderExit, HolderHello, ProcessIdentity } from '../wire/holder-protocol.ts';
import type { HolderReply, HolderSpec } from '../wire/holder-spec.ts';
import type { Places } from '../wire/places.ts';
import { isAlive, isSameProcess } from '../wire/process-identity.ts';
import { readCrash, readExit, readMeta, type SessionMeta } from '../wire/session-files.ts';
import { holderEnvironment, placeHolder, type Placement } from './placement.ts';

/** The runtime and the script of this program, which starts as any of its processes. */
export interface Program {
  readonly node: string;
  readonly script: string;
}

/**
 * `live`: adopt it. `exited`: it ended and says how. `lost`: its holder died. `silent`: its holder lives but
 * does not answer (stopped, or the machine is overloaded); look again later. `stranger`: not of this home.
 * `damaged`: its files cannot be read. Only the first two carry more than a reason.
 */
export interface FoundHolder {
  readonly session: string;
  readonly state: 'live' | 'exited' | 'lost' | 'silent' | 'stranger' | 'damaged';
  readonly meta: SessionMeta | null;
  readonly hello: HolderHello | null;
  readonly exit: HolderExit | null;
  /** A child that outlived its holder goes on without a terminal; it should be ended. */
  readonly isChildAlive: boolean;
  /** In words, for whoever asks what became of the session. */
  readonly reason: string;
}

/** Node starts in 30 ms; a machine that needs this long cannot run an agent either. */
const START_TIMEOUT_MS = 15_000;

/** A holder answers hello from its event loop at once. */
const HELLO_TIMEOUT_MS = 2_000;

/** What a starter that fails may say on stderr is a line or two. */
const WORDS_BYTES_MAX = 4_096;

/** Looked at side by side: a hundred stopped holders must not take a hundred time-outs one after another. */
const SCANNED_AT_ONCE = 32;

/**
 * A heap of this size holds every bound of a holder several times over and keeps it small; without the
 * engine's helper threads a hundred holders are four hundred threads fewer.
 */
const HOLDER_FLAGS = [
  '--single-threaded',
  '--v8-pool-size=0',
  '--max-old-space-size=64',
  '--max-semi-space-size=1',
];

/** Resolves when the child runs and the session is on disk. Rejects with an Error that says what is missing. */
export async function startHolder(
  program: Program,
  spec: HolderSpec,
): Promise<HolderHello & { readonly placement: Placement }> {
  const command = [program.node, ...HOLDER_FLAGS, program.script, 'holder'];
  const { placement, argv } = await placeHolder(spec.session, command);
  const hello = await launch(argv, spec);
  return { ...hello, placement };
}

function launch(argv: readonly string[], spec: HolderSpec): Promise<HolderHello> {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0]!, argv.slice(1), {
      // A session of its own, so that no terminal, job control or ending starter reaches it.
      detached: true,
      cwd: '/',
      stdio: ['pipe', 'pipe', 'pipe'],
      env: holderEnvironment(),
    });
    let said = '';
    let words = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail(`did not start within ${START_TIMEOUT_MS} ms`);
    }, START_TIMEOUT_MS);
    const letGo = (): void => {
      clearTimeout(timer);
      child.stdin.destroy();
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
    };
    const fail = (what: string): void => {
      letGo();
      reject(new Error(`the holder of session ${spec.session} ${what}${words && `: ${words.trim()}`}`));
    };
    child.on('error', (cause) => fail(`could not be started (${cause.message})`));
    child.on('close', (code, signal) => fail(`ended while starting (${signal ?? `exit ${code}`})`));
    child.stderr.on('data', (chunk: Buffer) => (words = (words + chunk).slice(0, WORDS_BYTES_MAX)));
    // It may have ended without reading; 'close' tells that better.
    child.stdin.on('error', () => {});
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk;
      if (!said.includes('\n')) return;
      try {
        const reply = JSON.parse(said) as HolderReply;
        letGo();
        if (reply.ok) resolve(reply.hello);
        else reject(new Error(reply.message));
      } catch (cause) {
        fail(`answered what is not a reply (${String(cause)})`);
      }
    });
    child.stdin.end(`${JSON.stringify(spec)}\n`);
  });
}

/** Every session that has a folder in this home, and what has become of it. */
export async function scanHolders(places: Places): Promise<FoundHolder[]> {
  const sessions = listFolders(places.sessions);
  const found: FoundHolder[] = [];
  for (let at = 0; at < sessions.length; at += SCANNED_AT_ONCE) {
    const some = sessions.slice(at, at + SCANNED_AT_ONCE);
    found.push(...(await Promise.all(some.map((session) => findHolder(places, session)))));
  }
  return found;
}

export async function findHolder(places: Places, session: string): Promise<FoundHolder> {
  const directory = places.session(session);
  const none = { session, meta: null, hello: null, exit: null, isChildAlive: false };
  let meta: SessionMeta | null;
  let exit: HolderExit | null;
  try {
    meta = readMeta(directory);
    exit = readExitOf(directory, meta);
  } catch (cause) {
    return { ...none, state: 'damaged', reason: `its files cannot be read: ${(cause as Error).message}` };
  }
  if (meta === null)
    return { ...none, exit, state: 'damaged', reason: 'it has no meta.json: it never started' };
  if (!isOfThisFolder(directory, meta) || meta.session !== session)
    return {
      ...none,
      meta,
      state: 'stranger',
      reason: `its folder is a copy: the session belongs to ${meta.folder.path}`,
    };
  const isChildAlive = exit === null && isAlive(meta.child);
  const base = { session, meta, exit, isChildAlive, hello: null };
  if (!isAlive(meta.holder))
    return exit === null
      ? { ...base, state: 'lost', reason: lostReason(directory) }
      : { ...base, state: 'exited', reason: 'it has ended' };
  try {
    const connection = await connectHolder({ socket: meta.socket, epoch: 0, timeoutMs: HELLO_TIMEOUT_MS });
    const { hello } = connection;
    connection.close();
    if (hello.session !== session || !isSameProcess(hello.holder, meta.holder))
      return { ...base, state: 'stranger', reason: `another process answers at ${meta.socket}` };
    return exit === null
      ? { ...base, hello, state: 'live', reason: 'it runs' }
      : { ...base, hello, state: 'exited', reason: 'it has ended' };
  } catch (cause) {
    if (exit !== null) return { ...base, state: 'exited', reason: 'it has ended' };
    const message = cause instanceof HolderError ? cause.message : String(cause);
    return { ...base, state: 'silent', reason: `its holder (pid ${meta.holder.pid}) runs, but ${message}` };
  }
}

/** Ends what a dead holder left behind, with all it started: nobody could see or stop it any more. */
export function endChild(child: ProcessIdentity): void {
  if (!isAlive(child)) return;
  try {
    // It leads its own session, so its number is also that of its group.
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended by itself in this moment.
  }
}

function listFolders(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw cause;
  }
}

/** A garbled exit.json still says that it ended; a session whose meta is whole is not given up for it. */
function readExitOf(directory: string, meta: SessionMeta | null): HolderExit | null {
  try {
    return readExit(directory);
  } catch (cause) {
    if (meta === null || isAlive(meta.child)) throw cause;
    return { code: null, signal: null, at: meta.startedAt };
  }
}

function isOfThisFolder(directory: string, meta: SessionMeta): boolean {
  if (meta.folder.path === directory) return true;
  const { dev, ino } = statSync(directory);
  return dev === meta.folder.device && ino === meta.folder.inode;
}

function lostReason(directory: string): string {
  const crash = readCrash(directory);
  return crash === null
    ? 'its holder is gone (killed, or the machine was restarted)'
    : `its holder failed: ${crash.split('\n', 1)[0]}`;
}
