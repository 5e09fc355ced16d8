import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { shownAs } from '../../source/core/approvals/subject.ts';
import { AgentFleet, type FleetOptions } from '../support/agent-fleet.ts';
import { CLAUDE, claudeUnderTest, SKIPPED } from '../support/claude-lab.ts';

let fleet: AgentFleet;
afterEach(() => fleet.close());

const call = (tool: string, input: object): string => `>> ${tool} ${JSON.stringify(input)}`;
const bash = (command: string): string => call('Bash', { command, description: 'd' });

async function start(turns: readonly string[], options?: FleetOptions): Promise<void> {
  fleet = await AgentFleet.start(claudeUnderTest, turns, options);
}

describe.skipIf(!CLAUDE)(`the real Claude Code in the fleet${SKIPPED}`, () => {
  test('HI2 in its terminal: approved, edited and rejected calls end as decided', async () => {
    await start([bash('touch approved'), bash('touch original'), bash('touch rejected')]);
    const first = await fleet.nextApproval();
    expect(first).toMatchObject({
      agent: 'dev',
      subject: { call: { tool: 'Bash', subagent: null } },
      branch: `fleet/dev/${fleet.run}`,
    });
    await fleet.screenShows(/fleet: waiting for approval/);
    expect(existsSync(fleet.inWorktree('approved'))).toBe(false);
    await fleet.approve(first);

    const second = await fleet.nextApproval();
    expect(shownAs(second.subject).input).toMatchObject({ command: 'touch original' });
    await fleet.approveEdited(second, { command: 'touch edited', description: 'd' });

    const third = await fleet.nextApproval();
    const message = 'ana: that one never';
    await fleet.reject(third, message);
    await fleet.screenShows(/● all done/);

    expect(existsSync(fleet.inWorktree('approved'))).toBe(true);
    expect(existsSync(fleet.inWorktree('original'))).toBe(false);
    expect(existsSync(fleet.inWorktree('edited'))).toBe(true);
    expect(existsSync(fleet.inWorktree('rejected'))).toBe(false);
    expect(fleet.toldToModel()).toContain(message);
    expect((await fleet.home.state()).runs[fleet.run]).toMatchObject({
      isGateProven: true,
      protection: 'gated',
    });
    await fleet.noAlarms();
  });

  test('PE1 reads, lists and searches inside its worktree without a question, outside with one', async () => {
    await start([
      call('Read', { file_path: 'README.md' }),
      call('Glob', { pattern: '*.md' }),
      call('Grep', { pattern: 'hello', path: '.' }),
      call('Read', { file_path: '/etc/hostname' }),
    ]);
    const approval = await fleet.nextApproval();
    expect(shownAs(approval.subject).input).toEqual({ file_path: '/etc/hostname' });
    expect(fleet.toldToModel()).toContain('README.md');
    await fleet.reject(approval, 'stay at home');
    await fleet.screenShows(/● all done/);
    expect(fleet.model.toolResults().map(({ isError }) => isError)).toEqual([false, false, false, true]);
    await fleet.noAlarms();
  });

  test('HI2 with -p: held, decided, and gone when it is done', async () => {
    await start([bash('touch approved'), bash('touch rejected')], {
      args: ['-p'],
    });
    await fleet.approve(await fleet.nextApproval());
    const second = await fleet.nextApproval();
    await fleet.reject(second, 'ana: no');
    const { exit } = await fleet.home.runWhen(fleet.run, ({ phase }) => phase === 'exited');
    expect(exit).toEqual({ code: 0, signal: null });
    expect(existsSync(fleet.inWorktree('approved'))).toBe(true);
    expect(existsSync(fleet.inWorktree('rejected'))).toBe(false);
    expect(fleet.toldToModel()).toContain('ana: no');
    await fleet.noAlarms();
  });

  test.each([
    ['in its terminal', []],
    ['with -p', ['-p']],
  ])('HI6 %s: a call nobody answers expires as a no', async (_, args) => {
    await start([bash('touch expired')], {
      args,
      env: { FLEET_APPROVAL_SECONDS: '1' },
    });
    await fleet.untilToldToModel('nobody answered in time');
    expect(existsSync(fleet.inWorktree('expired'))).toBe(false);
    await fleet.home.approvalWhen(({ state }) => state === 'expired');
    await fleet.noAlarms();
  });

  test.each([
    ['in its terminal', []],
    ['with -p', ['-p']],
  ])("AG8 %s: a sub-agent's calls wait in the same queue", async (_, args) => {
    const prompt = `${bash('touch sub-approved')}\n${bash('touch sub-rejected')}\n>> say sub done`;
    const agent = { subagent_type: 'general-purpose', description: 'd', prompt, run_in_background: false };
    await start([call('Agent', agent)], { args });
    const own = await fleet.nextApproval();
    expect(shownAs(own.subject)).toMatchObject({ tool: 'Agent', subagent: null });
    await fleet.approve(own);
    const first = await fleet.nextApproval();
    expect(shownAs(first.subject)).toMatchObject({ tool: 'Bash', subagent: expect.stringMatching(/./) });
    await fleet.approve(first);
    const second = await fleet.nextApproval();
    expect(shownAs(second.subject).subagent).toBe(shownAs(first.subject).subagent);
    await fleet.reject(second, 'ana: not you');
    await fleet.untilToldToModel('ana: not you');
    expect(existsSync(fleet.inWorktree('sub-approved'))).toBe(true);
    expect(existsSync(fleet.inWorktree('sub-rejected'))).toBe(false);
    await fleet.noAlarms();
  });

  test('HI6 a call waits through the death of the daemon, and runs once', async () => {
    await start([bash('echo x >> once')]);
    const before = await fleet.nextApproval();
    process.kill(await fleet.home.daemonPid(), 'SIGKILL');
    const after = await fleet.nextApproval();
    expect(after).toEqual(before);
    await fleet.approve(after);
    await fleet.screenShows(/● all done/);
    expect(readFileSync(fleet.inWorktree('once'), 'utf8')).toBe('x\n');
    await fleet.noAlarms();
  });

  test("HI1 the agent's own question waits in the queue, and once approved is answered in its pane", async () => {
    const options = ['Staging', 'Production'].map((label) => ({ label, description: label }));
    const questions = [{ question: 'Which registry?', header: 'Registry', options, multiSelect: false }];
    await start([call('AskUserQuestion', { questions })]);
    const approval = await fleet.nextApproval();
    expect(shownAs(approval.subject)).toMatchObject({ tool: 'AskUserQuestion', input: { questions } });
    await fleet.approve(approval);
    await fleet.screenShows(/Enter to select/);
    await fleet.type('2');
    await fleet.screenShows(/● all done/);
    expect(fleet.toldToModel()).toContain('"Which registry?"="Production"');
    await fleet.home.approvalWhen(({ id, state }) => id === approval.id && state === 'executed');
    await fleet.noAlarms();
  });

  test('HI6 a call given up with Esc leaves the queue', async () => {
    await start([bash('touch given-up')]);
    const approval = await fleet.nextApproval();
    await fleet.screenShows(/fleet: waiting for approval/);
    await fleet.type('\u001b');
    await fleet.home.approvalWhen(({ id, state }) => id === approval.id && state === 'cancelled');
    expect(existsSync(fleet.inWorktree('given-up'))).toBe(false);
  });
});
