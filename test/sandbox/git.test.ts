/** WT3: git works inside as if nothing were different, and what was committed arrives checked. */
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { reviewFlags } from '../../source/core/containment/review-flags.ts';
import {
  BUNDLE_SCRIPT,
  changedFiles,
  NOTHING_NEW,
  showCollected,
  takeBundle,
} from '../../source/io/git/collect.ts';
import { repositoryOf, type Repository } from '../../source/io/git/repository.ts';
import { worktreeState } from '../../source/io/git/worktrees.ts';
import { runSandboxed } from '../../source/io/sandbox/run-sandboxed.ts';
import { NO_SANDBOX, PEOPLE, SandboxLab } from '../support/sandbox-lab.ts';

const BRANCH = 'fleet/dev/r1';

let lab: SandboxLab;
afterEach(() => lab.close());

/** As whoever runs the tests, which is who the daemon would be. */
const me = PEOPLE[0]!;

async function inside(script: string): Promise<string> {
  const { code, output } = await lab.inside({ script: `set -e\n${script}` });
  expect(code, output).toBe(0);
  return output;
}

const inProject = (...words: string[]): string =>
  execFileSync('git', words, { cwd: lab.project, encoding: 'utf8' }).trim();

/** As the daemon does when a run has ended. */
async function bundled(): Promise<{
  code: number;
  bundle: string;
  base: string;
  repository: Repository;
  stderr: string;
}> {
  const base = inProject('merge-base', 'main', BRANCH);
  const bundle = join(lab.contained, 'bundle');
  const { argv, env } = await lab.command(
    { tier: 'read_only', script: '', program: ['/bin/sh', '-c', BUNDLE_SCRIPT, 'bundle', base] },
    { PATH: '/usr/bin:/bin', HOME: lab.home },
  );
  const { code, stderr } = await runSandboxed({
    argv,
    environment: env,
    cwd: lab.worktree,
    timeoutMs: 20_000,
    outputBytesMax: 1024 * 1024,
    file: bundle,
  });
  return { code, bundle, base, repository: (await repositoryOf(lab.project))!, stderr };
}

async function collected() {
  const { bundle, base, repository } = await bundled();
  const { head } = await takeBundle({ repository, bundle, run: 'r1', branch: BRANCH });
  if (head === null) throw new Error('nothing was committed on its branch');
  return { head, base, repository, files: await changedFiles(repository, base, head) };
}

describe.skipIf(NO_SANDBOX !== null)(`git in the sandbox${NO_SANDBOX ? ' (skipped)' : ''}`, () => {
  test('WT3 status is clean, and add, commit, branch, rebase, stash, tag and gc work', async () => {
    lab = await SandboxLab.open(me);
    lab.person('echo more >> README.md; git add README.md; git commit -qm second', lab.project);
    lab.person('rm -rf config/.env .env link-out folder-out dev.sock');
    const output = await inside(`
      git status --porcelain | grep -v env || true
      echo new > new.txt; git add -A . ':!.env' ':!config/.env'; git commit -qm 'agent: one'
      git checkout -qb side; echo side > side.txt; git add side.txt; git commit -qm 'agent: side'
      git checkout -q ${BRANCH}; git merge -q --no-edit side
      git fetch -q . || true
      git rebase -q project/main || git rebase -q HEAD
      echo dirty >> new.txt; git stash -q; git stash pop -q; git checkout -q new.txt
      git tag mine; git gc -q; git fsck --no-dangling 2>&1
      git log --format=%s`);
    expect(output).toContain('agent: side\nagent: one\n');
  });

  test('WT1 what was committed inside is in the project, and the host sees its worktree clean', async () => {
    lab = await SandboxLab.open(me);
    await inside("echo new > new.txt; git add new.txt; git commit -qm 'agent: one'");
    expect(inProject('log', '--format=%s', BRANCH)).toBe('first');
    const { head, repository, files } = await collected();
    expect(inProject('rev-parse', `refs/fleet/r1/heads/${BRANCH}`)).toBe(head);
    await showCollected({ repository, worktree: lab.worktree, branch: BRANCH, head });
    expect(inProject('log', '--format=%s', BRANCH)).toBe('agent: one\nfirst');
    expect(files.map(({ path }) => path)).toEqual(['new.txt']);
    const state = await worktreeState({ repository: lab.project, path: lab.worktree, branch: BRANCH });
    expect(state.unmergedCommits).toBe(1);
    expect(lab.person('git status --porcelain -uno')).toBe('');
  });

  test('WT1 commits on other branches and on none are kept, too', async () => {
    lab = await SandboxLab.open(me);
    await inside(
      'git checkout -qb other; git commit -q --allow-empty -m on-other; git checkout -q --detach; git commit -q --allow-empty -m on-none',
    );
    const { bundle, repository } = await bundled();
    expect((await takeBundle({ repository, bundle, run: 'r1', branch: BRANCH })).head).toBeNull();
    expect(inProject('log', '-1', '--format=%s', 'refs/fleet/r1/heads/other')).toBe('on-other');
    expect(inProject('log', '-1', '--format=%s', 'refs/fleet/r1/HEAD')).toBe('on-none');
  });

  test('WT1 nothing new is no bundle', async () => {
    lab = await SandboxLab.open(me);
    expect((await bundled()).code).toBe(NOTHING_NEW);
  });

  test('WT3 an object that is not sound is not taken', async () => {
    lab = await SandboxLab.open(me);
    await inside(`
      blob=$(echo evil | git hash-object -w --stdin)
      tree=$(printf '100644 .git\\0' > t; perl -e 'print pack("H*", $ARGV[0])' "$blob" >> t; git hash-object -w -t tree --literally t; rm t)
      git update-ref refs/heads/${BRANCH} "$(git commit-tree -p HEAD -m evil "$tree")"`);
    const { bundle, repository } = await bundled();
    await expect(takeBundle({ repository, bundle, run: 'r1', branch: BRANCH })).rejects.toThrow(
      /fsck|hasDotgit/,
    );
    expect(inProject('for-each-ref', 'refs/fleet/r1')).toBe('');
  });

  test('WT3 a program in the agent’s own repository runs inside, never where it is collected', async () => {
    lab = await SandboxLab.open(me);
    const ran = join(lab.home, 'ran');
    await inside(`
      G=$(git rev-parse --git-dir)
      printf '#!/bin/sh\\ntouch "${ran}" "$WORKTREE/ran-inside"\\n' > evil.sh; chmod +x evil.sh
      git -c core.fsmonitor="$PWD/evil.sh" status -s > /dev/null
      git commit -q --allow-empty -m x`);
    expect(existsSync(join(lab.worktree, 'ran-inside'))).toBe(true);
    await collected();
    expect(existsSync(ran)).toBe(false);
  });

  test('WT3 the bundle is ours alone, and never written over', async () => {
    lab = await SandboxLab.open(me);
    await inside('git commit -q --allow-empty -m x');
    const { bundle } = await bundled();
    expect(statSync(bundle).mode & 0o777).toBe(0o600);
    await expect(bundled()).rejects.toThrow(/EEXIST/);
  });

  test('RV2 what takes effect elsewhere is flagged from the objects themselves', async () => {
    lab = await SandboxLab.open(me);
    await inside(`
      git init -q sub; git -C sub -c user.name=a -c user.email=a@a commit -q --allow-empty -m x; git add sub 2>/dev/null
      ln -s /etc/passwd out; ln -s ../../x up; ln -s README.md fine; ln -s .git/config gitdir
      mkdir -p .github/workflows; echo 'on: push' > .github/workflows/ci.yml
      echo '* filter=evil' > .gitattributes; echo '#!/bin/sh' > run.sh; chmod +x run.sh
      git add -A out up fine gitdir .github .gitattributes run.sh; git commit -qm all`);
    const { files } = await collected();
    expect(reviewFlags(files).map(({ path, kind }) => `${path}: ${kind}`)).toEqual([
      '.gitattributes: git-file',
      '.github/workflows/ci.yml: automation',
      'gitdir: outward-link',
      'out: outward-link',
      'run.sh: executable',
      'sub: gitlink',
      'up: outward-link',
    ]);
  });
});
