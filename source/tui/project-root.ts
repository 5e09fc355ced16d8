import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The nearest folder upwards with a fleet.yaml, else with a .git, else the folder itself. */
export function projectRootOf(cwd: string): string {
  for (const name of ['fleet.yaml', '.git'])
    for (let folder = resolve(cwd); ; folder = dirname(folder)) {
      if (existsSync(join(folder, name))) return folder;
      if (folder === dirname(folder)) break;
    }
  return resolve(cwd);
}
