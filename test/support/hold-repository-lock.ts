/** A process of its own that takes a repository's lock, says so and never lets go: `node hold-repository-lock.ts DIR`. */
import { withRepositoryLock } from '../../source/io/git/repository-lock.ts';

await withRepositoryLock(process.argv[2] ?? '', () => {
  process.stdout.write('held\n');
  return new Promise((resolve) => setTimeout(resolve, 600_000));
});
