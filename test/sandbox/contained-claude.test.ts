/** PE12 with the real Claude Code, offline: it edits, tests, commits and has sub-agents, all inside its sandbox. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { AgentFleet, type FleetOptions } from '../support/agent-fleet.ts';
import { CLAUDE, claudeUnderTest, SKIPPED } from '../support/claude-lab.ts';
import { NO_SANDBOX } from '../support/sandbox-lab.ts';
import { until } from '../support/until.ts';

let fleet: AgentFleet;
afterEach(() => fleet.close());

const call = (tool: string, input: object): string => `>> ${tool} ${JSON.stringify(input)}`;
const bash = (command: string): string => call('Bash', { command, description: 'd' });

const start = async (turns: readonly string[], options: FleetOptions = {}): Promise<void> => {
  const yaml = [
    'sandbox: on',
    'permissions: {execution_tier: read_write, rules: ["Bash(*)"]}',
    ...(options.yaml ?? []),
  ];
  fleet = await AgentFleet.start(claudeUnderTest, turns, { ...options, yaml });
};

/** A person who says yes to everything, so that only the sandbox is left to say no. */
async function approveUntil(isDone: () => boolean | Promise<boolean>): Promise<void> {
  await until(async () => {
    const { approvals } = await fleet.home.state();
    const waiting = Object.values(approvals).find(({ state }) => state === 'pending');
    if (waiting) await fleet.approve(waiting);
    return (await isDone()) || undefined;
  }, 'the agent to be done');
}

const approveAll = (): Promise<void> =>
  approveUntil(async () => (await fleet.screen()).includes('● all done'));

describe.skipIf(!CLAUDE || NO_SANDBOX !== null)(`the real Claude Code in its sandbox${SKIPPED}`, () => {
  test('PE12 it writes, runs and commits, asked about by its gate', async () => {
    await start([
      call('Write', { file_path: 'new.txt', content: 'new\n' }),
      bash('git add new.txt && git commit -qm "agent: new" && git log --format=%s'),
      bash(
        "node -e \"process.exit(require('fs').readFileSync('new.txt', 'utf8') === 'new\\n' ? 0 : 1)\" && echo tested",
      ),
    ]);
    await approveAll();
    expect(readFileSync(fleet.inWorktree('new.txt'), 'utf8')).toBe('new\n');
    expect(fleet.toldToModel()).toContain('agent: new\nfirst');
    expect(fleet.toldToModel()).toContain('tested');
    expect((await fleet.home.state()).runs[fleet.run]).toMatchObject({
      isGateProven: true,
      isContained: true,
    });
    expect(existsSync(join(fleet.home.folder, '.claude', 'projects'))).toBe(false);
    await fleet.noAlarms();
  });

  test('PE12 what it was allowed to run cannot look into it, and finds nothing of the person', async () => {
    await start(
      [
        bash('cat /proc/$PPID/environ >/dev/null 2>&1 && echo LOOKED || echo refused-1'),
        bash('(exec 3</proc/$PPID/mem) 2>/dev/null && echo LOOKED || echo refused-2'),
        bash('grep -l claude /proc/[0-9]*/comm | head -1 | grep -q . && echo claude-is-there'),
        bash('cat "$HOME/secret.txt" 2>/dev/null && echo LOOKED || echo refused-3'),
        bash('ls "$(dirname "$PWD")" | grep -vx "$(basename "$PWD")" && echo LOOKED || echo refused-4'),
      ],
      { homeFiles: { 'secret.txt': 'canary' } },
    );
    await approveAll();
    const told = fleet.toldToModel();
    for (const refused of ['refused-1', 'refused-2', 'claude-is-there', 'refused-3', 'refused-4'])
      expect(told).toContain(refused);
    expect(told).not.toContain('LOOKED');
    expect(told).not.toContain('canary');
  });

  test('AG8 its sub-agents work inside, too', async () => {
    const prompt = `${bash('touch by-sub-agent && git status --short')}\n>> say sub done`;
    const agent = { subagent_type: 'general-purpose', description: 'd', prompt, run_in_background: false };
    await start([call('Agent', agent)]);
    // In the background: its agent is done before it is.
    await approveUntil(() => existsSync(fleet.inWorktree('by-sub-agent')));
    await fleet.noAlarms();
  });
});
