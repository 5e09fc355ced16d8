import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { shownAs } from '../../source/core/approvals/subject.ts';
import { AgentFleet, type FleetOptions } from '../support/agent-fleet.ts';
import { CLAUDE, claudeUnderTest, SKIPPED } from '../support/claude-lab.ts';
import { until } from '../support/until.ts';

let fleet: AgentFleet;
afterEach(() => fleet.close());

const call = (tool: string, input: object): string => `>> ${tool} ${JSON.stringify(input)}`;
const bash = (command: string): string => call('Bash', { command, description: 'd' });
const write = (name: string): string => call('Write', { file_path: name, content: 'x' });
const fetching = (): string => call('WebFetch', { url: 'https://docs.example.com/a', prompt: 'p' });
const spawning = (kind: string, ...turns: string[]): string =>
  call('Agent', {
    subagent_type: kind,
    description: 'd',
    prompt: [...turns, '>> say sub done'].join('\n'),
    run_in_background: false,
  });

async function start(turns: readonly string[], options?: FleetOptions): Promise<void> {
  fleet = await AgentFleet.start(claudeUnderTest, turns, options);
}

const tier = (name: string, ...more: string[]): string[] => [
  `permissions: {execution_tier: ${name}}`,
  ...more,
];

/** What Claude calls a kind of sub-agent, and fleet an agent of the project. */
const DOCS = {
  files: {
    'agents/docs/AGENT.md':
      '---\nname: docs\npermissions: {execution_tier: restricted}\n---\nYou write docs.\n',
  },
  homeFiles: {
    '.claude/agents/docs.md': '---\nname: docs\ndescription: writes docs\n---\nYou write docs.\n',
  },
};

const judged = async () =>
  (await fleet.home.log()).flatMap(({ event }) => (event.type === 'tool-judged' ? [event] : []));

describe.skipIf(!CLAUDE)(`what the real Claude Code may do in the fleet${SKIPPED}`, () => {
  test('PE5 a sub-agent may less than its parent where the agent whose name it has may', async () => {
    await start([write('by-parent'), spawning('docs', write('by-docs'))], {
      yaml: tier('read_write'),
      ...DOCS,
    });
    const approval = await fleet.nextApproval();
    expect(shownAs(approval.subject)).toMatchObject({
      tool: 'Write',
      subagent: expect.stringMatching(/./),
      input: { file_path: expect.stringMatching(/by-docs$/) },
    });
    expect(approval).toMatchObject({
      tier: 'restricted',
      reason: expect.stringContaining('as sub-agent docs'),
    });
    expect(existsSync(fleet.inWorktree('by-parent'))).toBe(true);
    const [run] = Object.values((await fleet.home.state()).runs);
    expect(run!.subagents).toMatchObject([{ kind: 'docs', endedAt: null }]);
    await fleet.reject(approval, 'not you');
    await fleet.screenShows(/● all done/);
    expect(existsSync(fleet.inWorktree('by-docs'))).toBe(false);
    await fleet.noAlarms();
  });

  test('PE5 the sub-agent of a sub-agent may no more than the one that started it', async () => {
    const nested = spawning('general-purpose', write('by-nested'));
    await start([spawning('docs', nested)], { yaml: tier('read_write'), ...DOCS });
    const own = await fleet.nextApproval();
    expect(shownAs(own.subject)).toMatchObject({ tool: 'Agent', subagent: expect.stringMatching(/./) });
    await fleet.approve(own);
    const approval = await fleet.nextApproval();
    expect(shownAs(approval.subject)).toMatchObject({ tool: 'Write' });
    expect(shownAs(approval.subject).subagent).not.toBe(shownAs(own.subject).subagent);
    expect(approval).toMatchObject({
      tier: 'restricted',
      reason: expect.stringContaining('as sub-agent docs'),
    });
    const [run] = Object.values((await fleet.home.state()).runs);
    expect(run!.subagents).toMatchObject([
      { kind: 'docs', under: [] },
      { kind: 'general-purpose', under: ['docs'] },
    ]);
    await fleet.reject(approval, 'not you either');
    await fleet.screenShows(/● all done/);
    expect(existsSync(fleet.inWorktree('by-nested'))).toBe(false);
    await fleet.noAlarms();
  });

  test('PE5 a sub-agent that its parent may not call is refused with the names of those it may', async () => {
    await start([spawning('general-purpose', write('by-sub')), spawning('docs', '>> say hello')], {
      yaml: tier('read_write', 'allowed_subagents: [docs]'),
      ...DOCS,
    });
    await fleet.screenShows(/● all done/);
    expect(fleet.toldToModel()).toContain('docs');
    expect(fleet.model.toolResults().map(({ isError }) => isError)).toEqual([true, false]);
    expect(existsSync(fleet.inWorktree('by-sub'))).toBe(false);
    expect(await judged()).toMatchObject([
      { verdict: 'deny', judgement: { decidedBy: { type: 'parent' } } },
      { verdict: 'allow' },
    ]);
    await fleet.noAlarms();
  });

  test.each([
    ['in its terminal', []],
    ['with -p', ['-p']],
  ])('PE9 %s, attended by nobody: what would ask is denied and logged', async (_, args) => {
    const question = { question: 'Which?', header: 'Which', multiSelect: false };
    const options = ['a', 'b'].map((label) => ({ label, description: label }));
    const asking = call('AskUserQuestion', { questions: [{ ...question, options }] });
    // Printing, it does not offer to ask.
    const asked = args.length > 0 ? [] : [asking];
    await start([call('Read', { file_path: 'README.md' }), bash('touch made'), ...asked], {
      args,
      yaml: tier('read_only'),
      flags: ['--unattended'],
    });
    const results = [false, true, ...asked.map(() => true)];
    await until(() => fleet.model.toolResults().length === results.length || undefined, 'the results');
    expect(fleet.model.toolResults().map(({ isError }) => isError)).toEqual(results);
    expect(fleet.toldToModel()).toContain('nobody attends this run');
    expect(existsSync(fleet.inWorktree('made'))).toBe(false);
    const { approvals } = await fleet.home.state();
    expect(approvals).toEqual({});
    const denied = { verdict: 'deny', judgement: { decidedBy: { type: 'unattended' } } };
    expect(await judged()).toMatchObject([{ verdict: 'allow' }, denied, ...asked.map(() => denied)]);
    await fleet.noAlarms();
  });

  test("PE12 hooks switched off by a project's settings hold all the same", async () => {
    const off = JSON.stringify({ disableAllHooks: true, permissions: { allow: ['Bash(touch *)'] } });
    await start([bash('touch made')], { files: { '.claude/settings.json': off } });
    const approval = await fleet.nextApproval();
    expect(existsSync(fleet.inWorktree('made'))).toBe(false);
    await fleet.reject(approval, 'no');
    await fleet.screenShows(/● all done/);
    expect(existsSync(fleet.inWorktree('made'))).toBe(false);
    await fleet.noAlarms();
  });

  test('PE12 hooks switched off while it runs raise an alarm, and hold', async () => {
    await start([bash('touch first'), bash('touch second')], {
      homeFiles: { '.claude/settings.json': '{}' },
    });
    const first = await fleet.nextApproval();
    writeFileSync(join(fleet.home.folder, '.claude', 'settings.json'), '{"disableAllHooks":true}');
    await until(
      async () =>
        (await fleet.home.state()).alarms.some(({ alarm }) => alarm === 'hooks-tampered') || undefined,
      'an alarm',
    );
    await fleet.approve(first);
    const second = await fleet.nextApproval();
    expect(shownAs(second.subject).input).toMatchObject({ command: 'touch second' });
    await fleet.reject(second, 'no');
    await fleet.screenShows(/● all done/);
    expect(existsSync(fleet.inWorktree('first'))).toBe(true);
    expect(existsSync(fleet.inWorktree('second'))).toBe(false);
  });

  test('PE6 PE7 a scope refused in the queue, then granted on the command line', async () => {
    await start([fetching(), fetching(), bash('touch between'), fetching()], { yaml: tier('read_only') });
    const request = await fleet.nextApproval();
    expect(request.subject).toMatchObject({ type: 'scope', scope: 'network' });
    await fleet.reject(request, 'ana: use the local docs');
    const between = await fleet.nextApproval();
    expect(shownAs(between.subject).input).toMatchObject({ command: 'touch between' });
    expect(fleet.toldToModel()).toContain('ana: use the local docs');
    const granted = await fleet.home.fleet(['scope', 'grant', fleet.run, 'network', '-r', 'docs it is']);
    expect(granted).toMatchObject({ code: 0, stderr: '' });
    await fleet.approve(between);
    await fleet.screenShows(/● all done/);
    const verdicts = (await judged()).flatMap(({ call: { tool }, verdict }) =>
      tool === 'WebFetch' ? [verdict] : [],
    );
    expect(verdicts).toEqual(['deny', 'deny', 'allow']);
    await fleet.noAlarms();
  });
});
