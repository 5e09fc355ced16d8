/** Looks up what a call's meaning rests on: where its paths lead, what its scripts hold, which commit is checked out. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { wantedGrounds, type FileGrounds, type Grounds } from '../core/approvals/grounds.ts';
import { actionOf, type Subject } from '../core/approvals/subject.ts';
import { gitText } from '../io/git/git.ts';

/** Read and hashed in a few milliseconds; of a larger file size and time of change must do. */
const HASHED_BYTES_MAX = 4 * 1024 * 1024;

/** It takes milliseconds; an agent waits for it. */
const HEAD_TIMEOUT_MS = 2_000;

/** null where nothing is called. */
export async function groundsOf(subject: Subject, cwd: string): Promise<Grounds | null> {
  const action = actionOf(subject);
  if (!action) return null;
  const { paths, wantsHead } = wantedGrounds(action);
  const [place, head, files] = await Promise.all([
    realpath(cwd).catch(() => cwd),
    wantsHead ? headOf(cwd) : null,
    Promise.all(paths.map((path) => fileGrounds(path, cwd))),
  ]);
  return { cwd: place, head, files };
}

/** Of the input a person wrote instead; null without one. */
export async function groundsOfEdited(
  subject: Subject,
  editedInput: Readonly<Record<string, unknown>> | null,
  cwd: string,
): Promise<Grounds | null> {
  if (!editedInput || subject.type !== 'tool-call') return null;
  return groundsOf({ ...subject, call: { ...subject.call, input: editedInput } }, cwd);
}

async function headOf(cwd: string): Promise<string | null> {
  try {
    return await gitText(['rev-parse', 'HEAD'], { cwd, timeoutMs: HEAD_TIMEOUT_MS });
  } catch {
    return null;
  }
}

async function fileGrounds(path: string, cwd: string): Promise<FileGrounds> {
  const leadsTo = await realpath(resolve(cwd, path)).catch(() => null);
  if (leadsTo === null) return { path, leadsTo: resolve(cwd, path), content: null };
  return { path, leadsTo, content: await contentOf(leadsTo) };
}

/** Never waits for a pipe, never reads a device. */
async function contentOf(file: string): Promise<string> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => null);
  if (!handle) return 'unreadable';
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) return 'no file';
    const { size, mtimeMs } = stat;
    if (size > HASHED_BYTES_MAX) return `${size} bytes of ${mtimeMs}`;
    return createHash('sha256')
      .update(await handle.readFile())
      .digest('hex');
  } finally {
    await handle.close();
  }
}
