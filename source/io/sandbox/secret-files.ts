/** Files of a folder that an agent may work in but that hold secrets, by their names. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isSecretName } from '../../core/policy/secrets.ts';

/** Below are packages and build results, not what a person put there. */
const DEPTH_MAX = 4;
/** A look at each start; a tree that is larger is looked at as far as this. */
const ENTRIES_MAX = 20_000;
/** Each is a mount of its own. */
const FOUND_MAX = 200;

const SKIPPED = new Set(['.git', 'node_modules', 'target', 'vendor', '.venv', 'dist']);

/** Files only: a folder with such a name is named by its files. Links are left alone, they lead nowhere inside. */
export function secretFiles(root: string): string[] {
  const found: string[] = [];
  let entries = 0;
  const look = (folder: string, depth: number): void => {
    for (const entry of list(folder)) {
      entries += 1;
      if (entries > ENTRIES_MAX || found.length >= FOUND_MAX) return;
      const path = join(folder, entry.name);
      if (entry.isFile() && isSecretName(entry.name)) found.push(path);
      if (entry.isDirectory() && depth < DEPTH_MAX && !SKIPPED.has(entry.name)) look(path, depth + 1);
    }
  };
  look(root, 1);
  return found;
}

function list(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // Not for us to read, so not for the agent either.
    return [];
  }
}
