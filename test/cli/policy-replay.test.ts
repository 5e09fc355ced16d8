import { mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { command as check } from '../../source/cli/policy-check.ts';
import { command as replay } from '../../source/cli/policy-replay.ts';
import type { Rule } from '../../source/core/agent.ts';
import { BUILT_IN_POLICY } from '../../source/core/permissions/global-policy.ts';
import { openStore } from '../../source/io/store/store.ts';
import { agentNamed, Simulation } from '../support/fleet.ts';
import { FleetHome, PROGRAM, VERSION } from '../support/fleet-home.ts';
import { invoke } from '../support/invoke.ts';

let fleet: FleetHome;
beforeEach(() => {
  fleet = new FleetHome();
});
afterEach(() => fleet.close());

test('PE10 policy replay tells what today’s rules would change, with examples', async () => {
  recorded(
    ['npm test', 'npm test', 'rm -rf src', 'ls'],
    [
      { effect: 'allow', rule: 'Bash(npm test)', source: 'policy.yaml:2' },
      { effect: 'deny', rule: 'Bash(rm *)', source: 'policy.yaml:3' },
    ],
  );
  const { code, stdout, stderr } = await run(replay);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(`4 calls since 30d judged again

ask→allow  2
    2×  dev  npm test
        the rule Bash(npm test) (policy.yaml:2) allows it

ask→deny  1
    1×  dev  rm -rf src
        the rule Bash(rm *) (policy.yaml:3) denies it
`);
  const { stdout: json } = await run(replay, { json: true });
  expect(JSON.parse(json)).toMatchObject({
    judged: 4,
    unknown: 0,
    counts: { 'ask→allow': 2, 'ask→deny': 1 },
    changes: [
      { agent: 'dev', tool: 'Bash', input: { command: 'npm test' }, was: 'ask', now: 'allow' },
      { was: 'ask', now: 'allow' },
      { input: { command: 'rm -rf src' }, was: 'ask', now: 'deny' },
    ],
  });
});

test('PE10 policy replay --rule is a dry run of one more rule', async () => {
  recorded(['npm test', 'npm test && node x.js', 'ls'], []);
  const { stdout } = await run(replay, { rule: ['Bash(npm test)'] });
  expect(stdout).toMatch(/^allow Bash\(npm test\): met by 2 of 3 calls$/m);
  expect(stdout).toMatch(/^would have allowed 1, asked 1; 1 of them otherwise than without it$/m);
  expect(stdout).toMatch(/not allowed all the same, because of something else in the call:\n.*node x\.js/);
  const none = await run(replay, { rule: ['deny Bash(cargo *)'] });
  expect(none.stdout).toBe('deny Bash(cargo *): met by 0 of 3 calls\n');
});

test('PE10 policy replay with nothing on record, or a time that is none, says so', async () => {
  expect(await run(replay)).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('nothing is recorded yet'),
  });
  expect(await run(replay, { since: 'soon' })).toMatchObject({
    code: 2,
    stderr: 'fleet policy replay: --since soon is neither a span (30s, 10m, 12h, 7d) nor a date\n',
  });
  await expect(run(replay, { rule: ['Bash('] })).rejects.toThrow(/closing parenthesis/);
});

test('PE10 policy check finds the rules that no call on record met', async () => {
  recorded(
    Array.from({ length: 25 }, () => 'npm run build'),
    [],
  );
  writeFileSync(fleet.places.policy, 'rules:\n  - Bash(npm run build)\n  - Bash(cargo build)\n');
  const { code, stdout } = await run(check);
  expect(code).toBe(0);
  expect(stdout).toBe(
    'policy.yaml:3: warning: allow Bash(cargo build): met by none of the 25 calls on record\n' +
      '    take it out if it was for something that is over\n' +
      '2 rules: 0 errors, 1 warning\n',
  );
});

/** A log in which an agent of no project made these calls, and then the rules became others. */
function recorded(commands: readonly string[], rules: readonly Rule[]): void {
  const simulation = new Simulation();
  simulation.at = Date.now() - 60_000;
  const { session } = simulation.running(agentNamed('dev'));
  for (const [index, command] of commands.entries()) simulation.asks(session, `c${index}`, command);
  if (rules.length > 0) {
    simulation.submit({ type: 'configure-policy', policy: { ...BUILT_IN_POLICY, rules } });
    mkdirSync(fleet.places.home, { recursive: true, mode: 0o700 });
    writeFileSync(
      fleet.places.policy,
      `rules:\n${rules.map(({ effect, rule }) => (effect === 'allow' ? `  - ${rule}\n` : `  - ${effect}: ${rule}\n`)).join('')}`,
    );
  }
  const store = openStore({
    file: fleet.places.database,
    backups: fleet.places.backups,
    host: 'box',
    bootId: 'boot-1',
    now: Date.now,
  });
  store.takeEpoch();
  store.append(
    simulation.log.map(({ id, at, actor, agent, event }) => ({
      id,
      at,
      actor,
      agent,
      event,
      project: null,
      run: 'run' in event ? event.run : null,
      session: 'session' in event ? event.session : null,
      monotonicNs: 0n,
    })),
  );
  store.close();
}

const run = (command: typeof replay, options: Record<string, unknown> = {}) =>
  invoke(command, {
    cwd: fleet.folder,
    env: fleet.environment,
    options,
    program: PROGRAM,
    version: VERSION,
  });
