/** PE12 with the real Claude Code, offline: it edits, tests, commits and has sub-agents, all inside its sandbox. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { AgentFleet, type FleetOptions } from '../support/agent-fleet.ts';
import { CLAUDE, claudeUnderTest, SKIPPED } from '../support/claude-lab.ts';
import { NO_SANDBOX } from '../support/sandbox-lab.ts';

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

describe.skipIf(!CLAUDE || NO_SANDBOX !== null)(`the real Claude Code in its sandbox${SKIPPED}`, () => {
  test('PE12 it writes, runs and commits, asked about by its gate', async () => {
    await start([
      call('Write', { file_path: 'new.txt', content: 'new\n' }),
      bash('git add new.txt && git commit -qm "agent: new" && git log --format=%s'),
      bash('cat "$HOME/.claude.json" ~/.ssh/id 2>&1; echo home-$(ls "$FLEET_HOME" 2>&1 | wc -l)'),
    ]);
    for (let decided = 0; decided < 3;) {
      if ((await fleet.home.fleet(['screen', fleet.run])).stdout.includes('● all done')) break;
      const waiting = Object.values((await fleet.home.state()).approvals).find(
        ({ state }) => state === 'pending',
      );
      if (!waiting) continue;
      await fleet.approve(waiting);
      decided += 1;
    }
    await fleet.screenShows(/● all done/);
    expect(readFileSync(fleet.inWorktree('new.txt'), 'utf8')).toBe('new\n');
    expect(fleet.toldToModel()).toContain('agent: new');
    expect((await fleet.home.state()).runs[fleet.run]).toMatchObject({
      isGateProven: true,
      isContained: true,
    });
    expect(existsSync(join(fleet.home.folder, '.claude', 'projects'))).toBe(false);
    await fleet.noAlarms();
  });
});
