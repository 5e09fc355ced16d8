/** A file of people's, replaced as a whole: by what was made from what it said, or not at all. */
import { randomBytes } from 'node:crypto';
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export class FileChanged extends Error {
  readonly code = 'CHANGED';
}

/** Only its owner, where it is new: rules say what is let through. */
const NEW_MODE = 0o600;

/**
 * `before` is what was read, null where there was no file. Rights and a link in its place are kept. Throws
 * FileChanged when somebody else wrote to it meanwhile; what they wrote stays.
 */
export async function replaceFile(
  file: string,
  { before, after }: { readonly before: string | null; readonly after: string },
): Promise<void> {
  const target = await realpath(file).catch(() => file);
  const mode = await stat(target).then(
    (found) => found.mode & 0o777,
    () => NEW_MODE,
  );
  const fresh = join(dirname(target), `.fleet-${randomBytes(6).toString('hex')}.new`);
  try {
    const handle = await open(fresh, 'wx', mode);
    try {
      await handle.writeFile(after);
      await handle.sync();
    } finally {
      await handle.close();
    }
    const now = await readFile(target, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (now !== before)
      throw new FileChanged(`${file} was changed by somebody else just now; nothing was written, try again`);
    await rename(fresh, target);
  } finally {
    await rm(fresh, { force: true });
  }
}
