/** Real repositories in temporary folders. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface TestRepository {
  readonly root: string;
  /** Runs git in a folder (the repository when none is named) and yields what it printed. */
  git(args: readonly string[], cwd?: string): string;
  /** Writes files, by path relative to `folder`. */
  write(files: Readonly<Record<string, string>>, folder?: string): void;
  commit(message: string, cwd?: string): string;
  /** A folder beside the repository, not made yet. */
  beside(name: string): string;
  remove(): void;
}

export function gitIn(cwd: string, args: readonly string[]): string {
  const env = {
    PATH: process.env['PATH'],
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'test',
    GIT_AUTHOR_EMAIL: 'test@localhost',
    GIT_COMMITTER_NAME: 'test',
    GIT_COMMITTER_EMAIL: 'test@localhost',
  };
  return execFileSync('git', ['-c', 'init.defaultBranch=main', '-c', 'protocol.file.allow=always', ...args], {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** With one commit of a README, unless told to stay empty. */
export function testRepository(
  options: { readonly isEmpty?: boolean; readonly name?: string } = {},
): TestRepository {
  const place = realpathSync(mkdtempSync(join(tmpdir(), 'fleet-git-')));
  const root = join(place, options.name ?? 'repository');
  mkdirSync(root);
  const repository: TestRepository = {
    root,
    git: (args, cwd = root) => gitIn(cwd, args),
    write(files, folder = root) {
      for (const [name, content] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), content);
      }
    },
    commit(message, cwd = root) {
      gitIn(cwd, ['add', '-A']);
      gitIn(cwd, ['commit', '-q', '-m', message]);
      return gitIn(cwd, ['rev-parse', 'HEAD']).trim();
    },
    beside: (name) => join(place, name),
    remove: () => rmSync(place, { recursive: true, force: true }),
  };
  repository.git(['init', '-q']);
  if (options.isEmpty !== true) {
    repository.write({ 'README.md': 'hello\n' });
    repository.commit('first');
  }
  return repository;
}
