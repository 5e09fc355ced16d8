/** Gemini CLI and opencode in the fleet: held, decided, and without a false alarm. */
import { existsSync } from 'node:fs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { shownAs } from '../../source/core/approvals/subject.ts';
import { AgentFleet } from '../support/agent-fleet.ts';
import { GEMINI, geminiUnderTest, SKIPPED as NO_GEMINI } from '../support/gemini-lab.ts';
import { OPENCODE, opencodeUnderTest, SKIPPED as NO_OPENCODE } from '../support/opencode-lab.ts';
import { until } from '../support/until.ts';

/** Both take their time to start, and more of it in an empty home. */
vi.setConfig({ testTimeout: 180_000 });

let fleet: AgentFleet;
afterEach(() => fleet.close());

const call = (tool: string, input: object): string => `>> ${tool} ${JSON.stringify(input)}`;

async function heldEditedAndRefused(tool: string): Promise<void> {
  const first = await until(() => fleet.nextApproval().catch(() => undefined), 'the first call', 90_000);
  expect(first).toMatchObject({ agent: 'dev', branch: `fleet/dev/${fleet.run}` });
  expect(shownAs(first.subject)).toMatchObject({ tool, input: { command: 'npx original' } });
  await fleet.approveEdited(first, { command: 'touch edited' });
  const second = await fleet.nextApproval();
  expect(shownAs(second.subject)).toMatchObject({ tool, input: { command: 'npx rejected' } });
  await fleet.reject(second, 'ana: that one never');
  await fleet.untilToldToModel('ana: that one never');
  expect(existsSync(fleet.inWorktree('edited'))).toBe(true);
  expect((await fleet.home.state()).runs[fleet.run]).toMatchObject({
    isGateProven: true,
    protection: 'gated',
  });
  await fleet.noAlarms();
}

describe.skipIf(!GEMINI)(`the real Gemini CLI in the fleet${NO_GEMINI}`, () => {
  test('HI2 edited and rejected calls end as decided', async () => {
    const tool = 'run_shell_command';
    fleet = await AgentFleet.start(geminiUnderTest, [
      call(tool, { command: 'npx original' }),
      call(tool, { command: 'npx rejected' }),
    ]);
    await heldEditedAndRefused(tool);
  });
});

describe.skipIf(!OPENCODE)(`the real opencode in the fleet${NO_OPENCODE}`, () => {
  test('HI2 edited and rejected calls end as decided', async () => {
    fleet = await AgentFleet.start(opencodeUnderTest, [
      call('bash', { command: 'npx original' }),
      call('bash', { command: 'npx rejected' }),
    ]);
    await heldEditedAndRefused('bash');
  });
});
