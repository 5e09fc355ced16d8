/** PE12 with the real Codex, offline: it edits and commits inside its sandbox. */
import { existsSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AgentFleet } from '../support/agent-fleet.ts';
import { CODEX, codexUnderTest, SKIPPED } from '../support/codex-lab.ts';
import { NO_SANDBOX } from '../support/sandbox-lab.ts';
import { until } from '../support/until.ts';

let fleet: AgentFleet;
const temporary = process.env['TMPDIR'];
beforeEach(() => {
  // It does without its tools when its home lies in a temp folder, and inside that is /tmp.
  mkdirSync((process.env['TMPDIR'] = resolve('.cache', 'homes')), { recursive: true });
});
afterEach(async () => {
  if (temporary === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = temporary;
  await fleet.close();
});

const bash = (cmd: string): string => `>> exec_command ${JSON.stringify({ cmd })}`;

describe.skipIf(!CODEX || NO_SANDBOX !== null)(`the real Codex in its sandbox${SKIPPED}`, () => {
  test('PE12 it writes and commits, asked about by its gate', async () => {
    fleet = await AgentFleet.start(
      codexUnderTest,
      [bash('echo new > new.txt && git add new.txt && git commit -qm "agent: new" && git log --format=%s')],
      { yaml: ['sandbox: on', 'permissions: {execution_tier: read_write}'] },
    );
    await until(async () => {
      const { approvals } = await fleet.home.state();
      const waiting = Object.values(approvals).find(({ state }) => state === 'pending');
      if (waiting) await fleet.approve(waiting);
      return fleet.toldToModel().includes('agent: new') || undefined;
    }, 'the model to be told');
    expect(fleet.toldToModel(), await fleet.screen()).toContain('agent: new\nfirst');
    expect(existsSync(fleet.inWorktree('new.txt'))).toBe(true);
    expect((await fleet.home.state()).runs[fleet.run]).toMatchObject({
      isGateProven: true,
      isContained: true,
    });
  });
});
