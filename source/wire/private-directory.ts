/**
 * Folders only their owner can enter. Everything below FLEET_HOME and every socket lives in one; a folder in
 * the shared temp place could have been put there by somebody else first, so what is found is checked.
 */
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

export class PrivateDirectoryError extends Error {
  readonly code = 'NOT_PRIVATE';
}

/** Makes the folder, mode 0700, or makes sure that the one there is ours and closed to others. */
export function ensurePrivateDirectory(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
  }
  const found = lstatSync(path);
  if (!found.isDirectory())
    throw new PrivateDirectoryError(`${path} should be a folder but is something else; move it away`);
  const owner = process.getuid?.();
  if (owner !== undefined && found.uid !== owner)
    throw new PrivateDirectoryError(
      `${path} belongs to user ${found.uid}, not to ${owner}; remove it, or set FLEET_HOME to another place`,
    );
  if ((found.mode & 0o077) !== 0) chmodSync(path, 0o700);
}
