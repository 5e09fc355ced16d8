import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { shownAs } from '../../source/core/approvals/subject.ts';
import { AgentFleet, type FleetOptions } from '../support/agent-fleet.ts';
import { CODEX, codexUnderTest, SKIPPED } from '../support/codex-lab.ts';

let fleet: AgentFleet;
afterEach(() => fleet.close());

const call = (tool: string, input: object): string => `>> ${tool} ${JSON.stringify(input)}`;
const bash = (cmd: string): string => call('exec_command', { cmd });
const patch = (...lines: string[]): string =>
  call('apply_patch', { text: ['*** Begin Patch', ...lines, '*** End Patch'].join('\n') });

async function start(turns: readonly string[], options?: FleetOptions): Promise<void> {
  fleet = await AgentFleet.start(codexUnderTest, turns, options);
}

const BOTH = [
  ['in its terminal', []],
  ['with exec', ['exec']],
] as const;

describe.skipIf(!CODEX)(`the real Codex in the fleet${SKIPPED}`, () => {
  test.each(BOTH)('HI2 %s: approved, edited and rejected calls end as decided', async (_, args) => {
    await start([bash('npx approved'), bash('npx original'), patch('*** Add File: /etc/rejected', '+x')], {
      args,
    });
    const first = await fleet.nextApproval();
    expect(first).toMatchObject({ agent: 'dev', branch: `fleet/dev/${fleet.run}` });
    expect(shownAs(first.subject)).toMatchObject({ tool: 'Bash', subagent: null });
    await fleet.reject(first, 'ana: that one never');
    const second = await fleet.nextApproval();
    expect(shownAs(second.subject).input).toEqual({ command: 'npx original' });
    await fleet.approveEdited(second, { command: 'touch edited' });
    const third = await fleet.nextApproval();
    expect(shownAs(third.subject)).toMatchObject({ tool: 'apply_patch' });
    await fleet.reject(third, 'ana: not there');
    await fleet.untilToldToModel('ana: not there');
    expect(existsSync(fleet.inWorktree('edited'))).toBe(true);
    expect(existsSync('/etc/rejected')).toBe(false);
    expect(fleet.toldToModel()).toContain('ana: that one never');
    expect((await fleet.home.state()).runs[fleet.run]).toMatchObject({
      isGateProven: true,
      protection: 'gated',
    });
    await fleet.noAlarms();
  });

  test('HI6 a call nobody answers expires as a no', async () => {
    await start([bash('npx expired')], { env: { FLEET_APPROVAL_SECONDS: '1' } });
    await fleet.untilToldToModel('nobody answered in time');
    await fleet.home.approvalWhen(({ state }) => state === 'expired');
    await fleet.noAlarms();
  });

  test('HI6 a call waits through the death of the daemon, and runs once', async () => {
    await start([bash('echo x >> once; npx --version')]);
    const before = await fleet.nextApproval();
    process.kill(await fleet.home.daemonPid(), 'SIGKILL');
    const after = await fleet.nextApproval();
    expect(after).toEqual(before);
    await fleet.approve(after);
    await fleet.screenShows(/• all done/);
    expect(readFileSync(fleet.inWorktree('once'), 'utf8')).toBe('x\n');
    await fleet.noAlarms();
  });

  test("AG8 a sub-agent's calls wait in the same queue", async () => {
    const message = `${bash('npx sub-one')}\n${bash('npx sub-two')}\n>> say sub done`;
    const wait = call('wait_agent', { targets: ['{{agent_id.{3}([0-9a-f-]+)}}'], timeout_ms: 30_000 });
    await start([call('spawn_agent', { message }), wait], { args: ['-m', 'fake'] });
    const own = await fleet.nextApproval();
    expect(shownAs(own.subject)).toMatchObject({ tool: 'spawn_agent', subagent: null });
    await fleet.approve(own);
    const first = await fleet.nextApproval('Bash');
    expect(shownAs(first.subject).subagent).toMatch(/./);
    await fleet.approveEdited(first, { command: 'touch sub-edited' });
    const second = await fleet.nextApproval('Bash');
    expect(shownAs(second.subject).subagent).toBe(shownAs(first.subject).subagent);
    await fleet.reject(second, 'ana: not you');
    await fleet.untilToldToModel('ana: not you');
    expect(existsSync(fleet.inWorktree('sub-edited'))).toBe(true);
    await fleet.noAlarms();
  });

  const wait = call('wait_agent', { targets: ['{{agent_id.{3}([0-9a-f-]+)}}'], timeout_ms: 30_000 });
  const spawning = (kind: string | null, ...turns: string[]): string =>
    call('spawn_agent', {
      message: [...turns, '>> say sub done'].join('\n'),
      ...(kind && { agent_type: kind }),
    });
  /** What Codex calls a kind of sub-agent, and fleet an agent of the project. */
  const EXPLORER = {
    'agents/explorer/AGENT.md':
      '---\nname: explorer\npermissions: {execution_tier: restricted}\n---\nYou look around.\n',
  };
  const judged = async () =>
    (await fleet.home.log()).flatMap(({ event }) => (event.type === 'tool-judged' ? [event] : []));

  test('PE5 a sub-agent may less than its parent where the agent whose name it has may', async () => {
    await start([bash('touch by-parent'), spawning('explorer', bash('touch by-sub')), wait], {
      args: ['-m', 'fake'],
      yaml: ['permissions: {execution_tier: read_write}'],
      files: EXPLORER,
    });
    const approval = await fleet.nextApproval('Bash');
    expect(shownAs(approval.subject).subagent).toMatch(/./);
    expect(approval).toMatchObject({
      tier: 'restricted',
      reason: expect.stringContaining('as sub-agent explorer'),
    });
    expect(existsSync(fleet.inWorktree('by-parent'))).toBe(true);
    await fleet.reject(approval, 'ana: not you');
    await fleet.untilToldToModel('ana: not you');
    expect(existsSync(fleet.inWorktree('by-sub'))).toBe(false);
    await fleet.noAlarms();
  });

  test('PE5 a sub-agent that its parent may not call is refused with the names of those it may', async () => {
    await start([spawning(null, bash('touch by-sub'))], {
      args: ['-m', 'fake'],
      yaml: ['permissions: {execution_tier: read_write}', 'allowed_subagents: [explorer]'],
      files: EXPLORER,
    });
    await fleet.untilToldToModel('explorer');
    expect(await judged()).toMatchObject([
      { call: { tool: 'spawn_agent' }, verdict: 'deny', judgement: { decidedBy: { type: 'parent' } } },
    ]);
    expect(existsSync(fleet.inWorktree('by-sub'))).toBe(false);
    await fleet.noAlarms();
  });

  test.each(BOTH)('PE9 %s, attended by nobody: what would ask is denied and logged', async (_, args) => {
    await start([bash('ls'), bash('npx made')], {
      args,
      yaml: ['permissions: {execution_tier: read_only}'],
      flags: ['--unattended'],
    });
    await fleet.untilToldToModel('nobody attends this run');
    expect((await fleet.home.state()).approvals).toEqual({});
    expect(await judged()).toMatchObject([
      { verdict: 'allow' },
      { verdict: 'deny', judgement: { decidedBy: { type: 'unattended' } } },
    ]);
    await fleet.noAlarms();
  });

  test("PE12 a project's settings that switch hooks off change nothing", async () => {
    const files = { '.codex/config.toml': '[features]\nhooks = false\nunified_exec_tty = true\n' };
    await start([bash('npx anything'), call('exec_command', { cmd: 'bash', tty: true })], { files });
    await fleet.reject(await fleet.nextApproval(), 'ana: no');
    await fleet.reject(await fleet.nextApproval(), 'ana: no again');
    await fleet.untilToldToModel('ana: no again');
    await fleet.noAlarms();
  });

  test('HI6 a call given up with Esc leaves the queue', async () => {
    await start([bash('npx given-up')]);
    const approval = await fleet.nextApproval();
    await fleet.screenShows(/fleet: waiting for approval/);
    await fleet.type('\u001b');
    await fleet.home.approvalWhen(({ id, state }) => id === approval.id && state === 'cancelled');
  });
});
