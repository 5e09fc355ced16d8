/**
 * One change at a time to the worktrees of a repository: git itself does not manage two `worktree add` at
 * once (one of ten fails on a file the other has only half written).
 *
 * The lock is an empty SQLite file: the system lets go of it when its process ends, however it ends. A file
 * with a process number in it would have to be judged stale, and is judged wrongly between containers.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { GitError } from './git.ts';

/** In the shared git directory, where every process that changes the repository's worktrees finds it. */
const LOCK_FILE = 'fleet-worktrees.lock';

/** A queue of twenty checkouts of a large tree takes a minute or two. */
const WAIT_MS_MAX = 180_000;

/** Asking costs a system call; a checkout that just ended should not leave the next one idle for long. */
const ASK_AGAIN_MS = 15;

/** SQLITE_BUSY: somebody else holds it. */
const BUSY = 5;

/** A database that nothing refers to is collected and closed, and lets go of its lock. */
const held = new Set<DatabaseSync>();

const queues = new Map<string, Promise<unknown>>();

export async function withRepositoryLock<T>(commonDir: string, work: () => Promise<T>): Promise<T> {
  const before = queues.get(commonDir) ?? Promise.resolve();
  const turn = before.then(() => locked(commonDir, work));
  // The next in the queue waits for this one to end, not to succeed.
  const ended = turn.catch(() => undefined);
  queues.set(commonDir, ended);
  try {
    return await turn;
  } finally {
    if (queues.get(commonDir) === ended) queues.delete(commonDir);
  }
}

async function locked<T>(commonDir: string, work: () => Promise<T>): Promise<T> {
  const file = join(commonDir, LOCK_FILE);
  const database = open(file);
  held.add(database);
  try {
    await acquire(database, file);
    return await work();
  } finally {
    held.delete(database);
    database.close();
  }
}

function open(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { timeout: 0 });
  } catch (cause) {
    throw new GitError({
      code: 'failed',
      message: `the worktrees of this repository cannot be changed: ${file} cannot be opened (${String(cause)})`,
      cause,
    });
  }
}

async function acquire(database: DatabaseSync, file: string): Promise<void> {
  const until = performance.now() + WAIT_MS_MAX;
  for (;;) {
    try {
      database.exec('BEGIN EXCLUSIVE');
      return;
    } catch (cause) {
      if ((cause as { errcode?: number }).errcode !== BUSY) throw cause;
      if (performance.now() > until) {
        throw new GitError({
          code: 'busy',
          message: `another process has been changing the worktrees of this repository for ${WAIT_MS_MAX / 1000} s (it holds ${file}); see what it is doing, then try again`,
          cause,
        });
      }
    }
    await delay(ASK_AGAIN_MS + Math.random() * ASK_AGAIN_MS);
  }
}
