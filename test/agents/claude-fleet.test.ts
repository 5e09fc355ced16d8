/** The whole way with the real Claude Code: started by fleet, asked about in the queue, decided on the command line. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { shownAs } from '../../source/core/approvals/subject.ts';
import type { Approval } from '../../source/core/fleet.ts';
import { connectHolder } from '../../source/wire/holder-client.ts';
import { CLAUDE, claudeEnvironment, onboarded, SKIPPED } from '../support/claude-lab.ts';
import { FleetHome } from '../support/fleet-home.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { until } from '../support/until.ts';

let home: FleetHome;
let model: ModelServer;
afterEach(async () => {
  await home.close();
  model.close();
});

const call = (tool: string, input: object): string => `>> ${tool} ${JSON.stringify(input)}`;
const bash = (command: string): string => call('Bash', { command, description: 'd' });

/** A project whose one agent is Claude Code, and that agent started on what the model is to do. */
async function started(
  turns: readonly string[],
  options: { args?: string[]; env?: Record<string, string> } = {},
) {
  model = await startModelServer();
  home = new FleetHome({ ...claudeEnvironment(model.url), ...options.env });
  const project = join(home.folder, 'project');
  mkdirSync(project);
  writeFileSync(join(home.folder, '.claude.json'), JSON.stringify(onboarded(project)));
  writeFileSync(join(project, 'README.md'), 'hello\n');
  const command = JSON.stringify([CLAUDE, ...(options.args ?? [])]);
  writeFileSync(
    join(project, 'fleet.yaml'),
    `agents:\n  - name: dev\n    vendor: claude\n    command: ${command}\n`,
  );
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...words], {
      cwd: project,
      stdio: 'ignore',
    });
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-qm', 'first');
  const task = ['go', ...turns, '>> say all done'].join('\n');
  const { stdout, stderr } = await home.fleet(['start', 'dev', '--json', '--', task], { cwd: project });
  expect(stderr).toBe('');
  const { run } = JSON.parse(stdout) as { run: string };
  const { cwd } = await home.runWhen(run, ({ phase }) => phase === 'running');
  return { run, inWorktree: (name: string): string => join(cwd, name) };
}

/** What `fleet approvals` shows of the next call that waits. */
function nextApproval(): Promise<Approval> {
  return until(async () => {
    const { stdout } = await home.fleet(['approvals', '--json']);
    return (JSON.parse(stdout) as { approvals: Approval[] }).approvals[0];
  }, 'a call to wait for a person');
}

async function approve(approval: Approval, ...words: string[]): Promise<void> {
  const decided = await home.fleet(['approve', approval.id, '--hash', approval.hash, ...words]);
  expect(decided).toMatchObject({ code: 0, stderr: '' });
}

/** Keys as the control room sends them: straight to the holder. */
async function type(run: string, keys: string): Promise<void> {
  const { session } = (await home.state()).runs[run]!;
  const holder = await connectHolder({
    socket: home.places.holderSocket(session!),
    epoch: 0,
    timeoutMs: 5000,
  });
  expect(await holder.input(Buffer.from(keys))).toBe('written');
  holder.close();
}

const toldToModel = (): string =>
  model
    .toolResults()
    .map(({ text }) => text)
    .join('\n');

const screenShows = (run: string, what: RegExp): Promise<true> =>
  until(
    async () => what.test((await home.fleet(['screen', run])).stdout) || undefined,
    `${what} on the screen`,
  );

async function noAlarms(): Promise<void> {
  expect((await home.state()).alarms).toEqual([]);
}

describe.skipIf(!CLAUDE)(`the real Claude Code in the fleet${SKIPPED}`, () => {
  test('HI2 in its terminal: approved, edited and rejected calls end as decided', async () => {
    const { run, inWorktree } = await started([
      bash('touch approved'),
      bash('touch original'),
      bash('touch rejected'),
    ]);
    const first = await nextApproval();
    expect(first).toMatchObject({
      agent: 'dev',
      call: { tool: 'Bash', subagent: null },
      branch: `fleet/dev/${run}`,
    });
    await screenShows(run, /fleet: waiting for approval/);
    expect(existsSync(inWorktree('approved'))).toBe(false);
    await approve(first);

    const second = await nextApproval();
    expect(shownAs(second.subject).input).toMatchObject({ command: 'touch original' });
    const edited = join(home.folder, 'edited.json');
    writeFileSync(edited, JSON.stringify({ command: 'touch edited', description: 'd' }));
    await approve(second, '--edit', edited);

    const third = await nextApproval();
    const message = 'ana: that one never';
    expect((await home.fleet(['reject', third.id, '-m', message])).code).toBe(0);
    await screenShows(run, /● all done/);

    expect(existsSync(inWorktree('approved'))).toBe(true);
    expect(existsSync(inWorktree('original'))).toBe(false);
    expect(existsSync(inWorktree('edited'))).toBe(true);
    expect(existsSync(inWorktree('rejected'))).toBe(false);
    expect(toldToModel()).toContain(message);
    expect((await home.state()).runs[run]).toMatchObject({ isGateProven: true, protection: 'gated' });
    await noAlarms();
  });

  test('PE1 reads, lists and searches inside its worktree without a question, outside with one', async () => {
    const { run } = await started([
      call('Read', { file_path: 'README.md' }),
      call('Glob', { pattern: '*.md' }),
      call('Grep', { pattern: 'hello', path: '.' }),
      call('Read', { file_path: '/etc/hostname' }),
    ]);
    const approval = await nextApproval();
    expect(shownAs(approval.subject).input).toEqual({ file_path: '/etc/hostname' });
    expect(toldToModel()).toContain('README.md');
    await home.fleet(['reject', approval.id, '-m', 'stay at home']);
    await screenShows(run, /● all done/);
    expect(model.toolResults().map(({ isError }) => isError)).toEqual([false, false, false, true]);
    await noAlarms();
  });

  test('HI2 with -p: held, decided, and gone when it is done', async () => {
    const { run, inWorktree } = await started([bash('touch approved'), bash('touch rejected')], {
      args: ['-p'],
    });
    await approve(await nextApproval());
    const second = await nextApproval();
    await home.fleet(['reject', second.id, '-m', 'ana: no']);
    const { exit } = await home.runWhen(run, ({ phase }) => phase === 'exited');
    expect(exit).toEqual({ code: 0, signal: null });
    expect(existsSync(inWorktree('approved'))).toBe(true);
    expect(existsSync(inWorktree('rejected'))).toBe(false);
    expect(toldToModel()).toContain('ana: no');
    await noAlarms();
  });

  test.each([
    ['in its terminal', []],
    ['with -p', ['-p']],
  ])('HI6 %s: a call nobody answers expires as a no', async (_, args) => {
    const { inWorktree } = await started([bash('touch expired')], {
      args,
      env: { FLEET_APPROVAL_SECONDS: '1' },
    });
    await until(() => toldToModel().includes('nobody answered in time') || undefined, 'the model to be told');
    expect(existsSync(inWorktree('expired'))).toBe(false);
    await home.approvalWhen(({ state }) => state === 'expired');
    await noAlarms();
  });

  test.each([
    ['in its terminal', []],
    ['with -p', ['-p']],
  ])("AG8 %s: a sub-agent's calls wait in the same queue", async (_, args) => {
    const prompt = `${bash('touch sub-approved')}\n${bash('touch sub-rejected')}\n>> say sub done`;
    const agent = { subagent_type: 'general-purpose', description: 'd', prompt, run_in_background: false };
    const { inWorktree } = await started([call('Agent', agent)], { args });
    const own = await nextApproval();
    expect(shownAs(own.subject)).toMatchObject({ tool: 'Agent', subagent: null });
    await approve(own);
    const first = await nextApproval();
    expect(shownAs(first.subject)).toMatchObject({ tool: 'Bash', subagent: expect.stringMatching(/./) });
    await approve(first);
    const second = await nextApproval();
    expect(shownAs(second.subject).subagent).toBe(shownAs(first.subject).subagent);
    await home.fleet(['reject', second.id, '-m', 'ana: not you']);
    await until(() => toldToModel().includes('ana: not you') || undefined, 'the sub-agent to be told');
    expect(existsSync(inWorktree('sub-approved'))).toBe(true);
    expect(existsSync(inWorktree('sub-rejected'))).toBe(false);
    await noAlarms();
  });

  test('HI6 a call waits through the death of the daemon, and runs once', async () => {
    const { run, inWorktree } = await started([bash('echo x >> once')]);
    const before = await nextApproval();
    process.kill(await home.daemonPid(), 'SIGKILL');
    const after = await nextApproval();
    expect(after).toEqual(before);
    await approve(after);
    await screenShows(run, /● all done/);
    expect(readFileSync(inWorktree('once'), 'utf8')).toBe('x\n');
    await noAlarms();
  });

  test("HI1 the agent's own question waits in the queue, and once approved is answered in its pane", async () => {
    const options = ['Staging', 'Production'].map((label) => ({ label, description: label }));
    const questions = [{ question: 'Which registry?', header: 'Registry', options, multiSelect: false }];
    const { run } = await started([call('AskUserQuestion', { questions })]);
    const approval = await nextApproval();
    expect(shownAs(approval.subject)).toMatchObject({ tool: 'AskUserQuestion', input: { questions } });
    await approve(approval);
    await screenShows(run, /Enter to select/);
    await type(run, '2');
    await screenShows(run, /● all done/);
    expect(toldToModel()).toContain('"Which registry?"="Production"');
    await home.approvalWhen(({ id, state }) => id === approval.id && state === 'executed');
    await noAlarms();
  });

  test('HI6 a call given up with Esc leaves the queue', async () => {
    const { run, inWorktree } = await started([bash('touch given-up')]);
    const approval = await nextApproval();
    await screenShows(run, /fleet: waiting for approval/);
    await type(run, '\u001b');
    await home.approvalWhen(({ id, state }) => id === approval.id && state === 'cancelled');
    expect(existsSync(inWorktree('given-up'))).toBe(false);
  });
});
