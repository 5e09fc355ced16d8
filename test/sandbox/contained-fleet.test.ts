/** PE12, WT3: agents in their sandbox with the whole product around them: daemon, holder, gate, bridge. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { FleetHome, PROGRAM } from '../support/fleet-home.ts';
import { NO_SANDBOX } from '../support/sandbox-lab.ts';
import { until } from '../support/until.ts';

const ASKING = resolve(import.meta.dirname, '..', 'support', 'asking-agent.mjs');

let home: FleetHome;
afterEach(() => home.close());

const git = (cwd: string, ...words: string[]): string =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...words], {
    cwd,
    encoding: 'utf8',
  }).trim();

/** A project whose one agent runs the command in a sandbox. */
async function started(agent: object, options: { environment?: Record<string, string> } = {}) {
  home = new FleetHome(options.environment);
  const project = join(home.folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'README.md'), 'hello\n');
  writeFileSync(
    join(project, 'fleet.yaml'),
    JSON.stringify({ agents: [{ name: 'dev', sandbox: 'on', ...agent }] }),
  );
  git(project, 'init', '-q', '-b', 'main');
  git(project, 'config', 'user.name', 'Ana');
  git(project, 'config', 'user.email', 'ana@localhost');
  git(project, 'add', '-A');
  git(project, 'commit', '-qm', 'first');
  const { stdout, stderr } = await home.fleet(['start', 'dev', '--json', 'go'], { cwd: project });
  expect(stderr).toBe('');
  const { run } = JSON.parse(stdout) as { run: string };
  const { cwd, session, phase, reason, isContained } = await home.runWhen(
    run,
    (each) => each.phase !== 'requested' && each.phase !== 'launching',
  );
  return { project, run, cwd, session: session!, phase, reason, isContained };
}

const ended = (run: string) => home.runWhen(run, ({ phase }) => phase === 'exited');
const readWrite = { permissions: { execution_tier: 'read_write' } };
const shell = (script: string) => ({ vendor: 'command', command: ['bash', '-c', script], ...readWrite });

describe.skipIf(NO_SANDBOX !== null)(
  `a contained agent in the fleet${NO_SANDBOX ? ' (skipped)' : ''}`,
  () => {
    test('PE12 it works in its worktree, commits, and sees nothing of the fleet around it', async () => {
      const { run, cwd, isContained } = await started(
        shell(
          'echo new > new.txt; git add -A; git commit -qm "agent: one"; { ls -A "$HOME"; ls "$FLEET_HOME" "$HOME/home" 2>&1; id -u; git log --format="%an %s"; env; } > seen.txt',
        ),
      );
      expect(isContained).toBe(true);
      const { exit } = await ended(run);
      expect(exit).toEqual({ code: 0, signal: null });
      const seen = readFileSync(join(cwd, 'seen.txt'), 'utf8');
      expect(seen).toContain('Ana agent: one');
      expect(seen).not.toContain('fleet.db');
      expect(seen).not.toContain('daemon.sock');
    });

    test('PE12 its gate answers, through a daemon that dies meanwhile, too', async () => {
      const { run } = await started({ vendor: 'scripted', command: [PROGRAM.node, ASKING] });
      const daemon = await home.connect();
      await until(
        async () => (await home.fleet(['screen', run])).stdout.includes('ready') || undefined,
        'the agent to be ready',
      );
      const call = { id: 'c1', tool: 'Bash', input: { command: 'touch x' }, subagent: '' };
      await daemon.ask({ type: 'send', run, text: JSON.stringify({ call }), isSubmitted: true });
      const approval = await home.approvalWhen(({ state }) => state === 'pending');
      process.kill(await home.daemonPid(), 'SIGKILL');
      const decided = await home.fleet(['approve', approval.id, '--hash', approval.hash]);
      expect(decided).toMatchObject({ code: 0, stderr: '' });
      await until(
        async () => /told c1 .*allow/.test((await home.fleet(['screen', run])).stdout) || undefined,
        'the answer',
      );
    });

    test('PE1 below read_write it writes nothing', async () => {
      const { run, cwd } = await started({
        ...shell('echo x > x.txt; git commit -q --allow-empty -m x; cat README.md && echo y > /tmp/y'),
        permissions: { execution_tier: 'read_only' },
      });
      expect((await ended(run)).exit).toEqual({ code: 0, signal: null });
      expect(existsSync(join(cwd, 'x.txt'))).toBe(false);
    });

    test('PE12 without containment it says so, for as long as it runs', async () => {
      const { run, isContained } = await started({ ...shell('sleep 100'), sandbox: 'off' });
      expect(isContained).toBe(false);
      const { stdout } = await home.fleet(['ls', '--json']);
      expect(JSON.parse(stdout)).toMatchObject({ runs: [{ id: run, isContained: false }] });
    });

    test('PE12 what cannot be contained is refused, with the way to start it all the same', async () => {
      const { phase, reason } = await started({ ...shell('true'), worktree: '/' });
      expect(phase).toBe('refused');
      expect(reason).toMatch(
        /cannot be contained: .* holds the whole home folder .*"sandbox: off" for agent dev/,
      );
    });

    test('PE12 where there is no sandbox it is refused, with the command that installs it', async () => {
      const programs = mkdtempSync(join(tmpdir(), 'fleet-programs-'));
      for (const name of ['git', 'bash']) symlinkSync(`/usr/bin/${name}`, join(programs, name));
      const { phase, reason } = await started(shell('true'), {
        environment: { PATH: `${join(PROGRAM.node, '..')}:${programs}` },
      });
      rmSync(programs, { recursive: true });
      expect(phase).toBe('refused');
      expect(reason).toMatch(
        /bubblewrap is not installed; install bubblewrap: .*"sandbox: off" for agent dev/,
      );
    });

    test('WT1 restarted, it finds its commits and its temp folder', async () => {
      const { run, cwd } = await started(
        shell(
          '[ -e /tmp/kept ] && { git log --format=%s > again.txt; exit 0; }; touch /tmp/kept; git commit -q --allow-empty -m one',
        ),
      );
      await ended(run);
      expect((await home.fleet(['restart', run])).code).toBe(0);
      await until(() => existsSync(join(cwd, 'again.txt')) || undefined, 'the second session');
      await home.runWhen(run, ({ phase, generation }) => phase === 'exited' && generation === 2);
      expect(readFileSync(join(cwd, 'again.txt'), 'utf8')).toBe('one\nfirst\n');
    });

    test('WT1 what it committed is in the project when it has ended, and a discard leaves nothing', async () => {
      const { run, project, cwd } = await started(shell('git commit -q --allow-empty -m "agent: one"'));
      await ended(run);
      const branch = `fleet/dev/${run}`;
      await until(
        () => git(project, 'log', '-1', '--format=%s', branch) === 'agent: one' || undefined,
        'its commit',
      );
      const refused = await home.fleet(['discard', run]);
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('is not discarded') });
      expect((await home.fleet(['discard', run, '--force'])).code).toBe(0);
      for (const place of [cwd, home.places.contained(run)]) expect(existsSync(place)).toBe(false);
      expect(git(project, 'for-each-ref', '--format=%(refname)', 'refs/heads', `refs/fleet/${run}`)).toBe(
        'refs/heads/main',
      );
      expect(git(project, 'log', '--format=%s', `refs/fleet/salvage/${run}`)).toContain('agent: one');
    });

    test('WT1 what cannot be taken is kept, and said, until a person gives it up', async () => {
      const { run, cwd } = await started(
        shell(`t=$(printf '100644 .git\\0' > /tmp/t; perl -e 'print pack("H*", $ARGV[0])' "$(echo x | git hash-object -w --stdin)" >> /tmp/t; git hash-object -w -t tree --literally /tmp/t)
        git update-ref HEAD "$(git commit-tree -p HEAD -m evil "$t")"`),
      );
      await ended(run);
      const refused = await home.fleet(['discard', run]);
      expect(refused).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/could not be taken .*--force to lose it/s),
      });
      expect((await home.connect()).daemon).toBeDefined();
      expect((await home.fleet(['discard', run, '--force'])).code).toBe(0);
      expect(existsSync(cwd)).toBe(false);
    });
  },
);
