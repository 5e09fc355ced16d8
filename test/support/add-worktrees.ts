/** A process of its own that adds worktrees: `node add-worktrees.ts REPOSITORY FOLDER FIRST COUNT`. */
import { join } from 'node:path';
import { addWorktree } from '../../source/io/git/worktrees.ts';

const [repository, folder, first, count] = process.argv.slice(2);
if (repository === undefined || folder === undefined) throw new Error('names no repository or no folder');
const numbers = Array.from({ length: Number(count) }, (_, index) => Number(first) + index);
await Promise.all(
  numbers.map((number) =>
    addWorktree({ repository, path: join(folder, `run ${number}`), branch: `fleet/docs/r${number}` }),
  ),
);
