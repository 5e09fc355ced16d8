/** Runs git: clean environment, a deadline, bounded output, errors with a code. */
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { stat } from 'node:fs/promises';

export type GitErrorCode =
  | 'git-missing'
  | 'folder-missing'
  | 'not-a-repository'
  | 'unsafe-ownership'
  | 'no-commit'
  | 'bad-branch'
  | 'branch-exists'
  | 'path-exists'
  | 'busy'
  | 'timeout'
  | 'output-too-large'
  | 'failed';

export class GitError extends Error {
  readonly code: GitErrorCode;
  readonly args: readonly string[];
  /** What git said, shortened. */
  readonly stderr: string;

  constructor(given: {
    readonly code: GitErrorCode;
    readonly message: string;
    readonly args?: readonly string[];
    readonly stderr?: string;
    readonly cause?: unknown;
  }) {
    super(given.message, { cause: given.cause });
    this.name = 'GitError';
    this.code = given.code;
    this.args = given.args ?? [];
    this.stderr = given.stderr ?? '';
  }
}

export interface GitOptions {
  readonly cwd: string;
  /** Written to git's stdin. */
  readonly input?: string | Uint8Array | AsyncIterable<Uint8Array>;
  readonly timeoutMs?: number;
  readonly outputBytesMax?: number;
  /** Exit codes that are an answer, not a failure; 0 always is one. */
  readonly answers?: readonly number[];
  /** A worktree to work on by its parts, whatever its own `.git` file says by now. */
  readonly worktree?: { readonly gitDir: string; readonly commonDir: string; readonly path: string };
}

export interface GitOutput {
  readonly code: number;
  /** Bytes as they came: names of files need not be text. */
  readonly stdout: Buffer;
}

/** A status of a large tree on a slow disk takes seconds; what takes a minute hangs. */
const TIMEOUT_MS = 60_000;

/** The status of a tree with a hundred thousand changed files is smaller. */
const OUTPUT_BYTES_MAX = 32 * 1024 * 1024;

/** Enough of git's complaint to act on. */
const STDERR_CHARACTERS_MAX = 2_000;

/** git removes its lock files when asked to end; one that does not listen is killed this much later. */
const KILL_AFTER_MS = 2_000;

/**
 * An agent can write where these commands read: no program of the repository's configuration is started
 * for them, neither a watcher nor a hook, and nested repositories are not entered.
 */
const HARDENING = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'diff.ignoreSubmodules=all',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
  'protocol.ext.allow=never',
  'gc.auto=0',
  'maintenance.auto=false',
].flatMap((setting) => ['-c', setting]);

/** What git and the filters a person configured (large files) need of the environment; nothing of GIT_*. */
const ENVIRONMENT = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'TMPDIR',
  'XDG_CONFIG_HOME',
  'XDG_CACHE_HOME',
] as const;

export async function git(args: readonly string[], options: GitOptions): Promise<GitOutput> {
  await requireFolder(options.cwd);
  const { worktree } = options;
  const child = spawn('git', [...HARDENING, ...args], {
    cwd: options.cwd,
    env: {
      ...Object.fromEntries(ENVIRONMENT.map((name) => [name, process.env[name]])),
      LC_ALL: 'C',
      GIT_TERMINAL_PROMPT: '0',
      // Reading must not take the lock that a person's own git waits for.
      GIT_OPTIONAL_LOCKS: '0',
      ...(worktree === undefined
        ? {}
        : { GIT_DIR: worktree.gitDir, GIT_COMMON_DIR: worktree.commonDir, GIT_WORK_TREE: worktree.path }),
    },
    stdio: 'pipe',
  });
  const { code, stdout, stderr } = await outcomeOf(child, args, options);
  if (code !== 0 && !options.answers?.includes(code)) throw failure(args, options.cwd, code, stderr);
  return { code, stdout };
}

/** git's answer as text, without the line end. */
export async function gitText(args: readonly string[], options: GitOptions): Promise<string> {
  const { stdout } = await git(args, options);
  return stdout.toString('utf8').replace(/\n$/, '');
}

async function outcomeOf(
  child: ChildProcessWithoutNullStreams,
  args: readonly string[],
  options: GitOptions,
): Promise<{ readonly code: number; readonly stdout: Buffer; readonly stderr: string }> {
  const outputBytesMax = options.outputBytesMax ?? OUTPUT_BYTES_MAX;
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const chunks: Buffer[] = [];
  let bytes = 0;
  let stderr = '';
  let stopped: GitError | null = null;
  let killer: NodeJS.Timeout | undefined;

  const stop = (code: GitErrorCode, why: string, cause?: unknown) => {
    if (stopped !== null) return;
    stopped = new GitError({ code, message: `git ${args[0]} in ${options.cwd} ${why}`, args, cause });
    child.kill('SIGTERM');
    killer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  };
  const deadline = setTimeout(() => stop('timeout', `did not end within ${timeoutMs / 1000} s`), timeoutMs);

  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > outputBytesMax) stop('output-too-large', `printed more than ${outputBytesMax} bytes`);
    else chunks.push(chunk);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (stderr.length < STDERR_CHARACTERS_MAX) stderr += text;
  });
  // git may end before it has read everything; its exit code says why.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<{ readonly code: number | null; readonly cause?: Error }>((resolve) => {
    child.on('error', (cause) => resolve({ code: null, cause }));
    child.on('close', (code) => resolve({ code }));
  });
  try {
    await feed(child, options.input ?? '');
  } catch (cause) {
    stop('failed', `was not given all of its input: ${String(cause)}`, cause);
  }
  const { code, cause } = await ended;
  clearTimeout(deadline);
  clearTimeout(killer);
  if (cause !== undefined) {
    throw new GitError({
      code: (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'git-missing' : 'failed',
      message: `git could not be started (${cause.message}); install git 2.38 or newer and see that it is on the PATH`,
      args,
      cause,
    });
  }
  if (stopped !== null) throw stopped as GitError;
  return { code: code ?? 128, stdout: Buffer.concat(chunks), stderr: stderr.slice(0, STDERR_CHARACTERS_MAX) };
}

async function feed(
  child: ChildProcessWithoutNullStreams,
  input: NonNullable<GitOptions['input']>,
): Promise<void> {
  if (typeof input === 'string' || input instanceof Uint8Array) {
    child.stdin.end(input);
    return;
  }
  for await (const chunk of input) {
    if (child.exitCode !== null || child.stdin.destroyed) return;
    if (!child.stdin.write(chunk)) await drained(child);
  }
  child.stdin.end();
}

function drained(child: ChildProcessWithoutNullStreams): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      child.stdin.off('drain', go);
      child.off('close', go);
      resolve();
    };
    child.stdin.once('drain', go);
    child.once('close', go);
  });
}

async function requireFolder(cwd: string): Promise<void> {
  try {
    if ((await stat(cwd)).isDirectory()) return;
  } catch (cause) {
    throw new GitError({
      code: 'folder-missing',
      message: `git cannot run in ${cwd}: there is no such folder`,
      cause,
    });
  }
  throw new GitError({ code: 'folder-missing', message: `git cannot run in ${cwd}: it is not a folder` });
}

function failure(args: readonly string[], cwd: string, code: number, stderr: string): GitError {
  const said = stderr.trim();
  return new GitError({
    code: codeOf(said),
    message: `git ${args[0]} in ${cwd} ended with ${code}: ${said === '' ? 'it said nothing' : said}`,
    args,
    stderr: said,
  });
}

function codeOf(stderr: string): GitErrorCode {
  if (/detected dubious ownership/.test(stderr)) return 'unsafe-ownership';
  if (/not a git repository/.test(stderr)) return 'not-a-repository';
  // A branch `fleet` leaves no room for `fleet/docs/r1`.
  if (/' exists; cannot create '/.test(stderr)) return 'branch-exists';
  // Another git was at it in the same moment: its lock, or a worktree it had only half written.
  if (/commondir|\.lock': File exists|cannot lock ref|could not lock/.test(stderr)) return 'busy';
  return 'failed';
}
