/** The line of shell that agents start the gate with, run as they run it. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  decidingCommand,
  HOOK_SHELL_ENVIRONMENT,
  reportingCommand,
} from '../../source/core/vendors/gate-command.ts';
import { buildGate, tempFolder, type TempFolder } from '../support/gate.ts';

let folder: TempFolder;
let script: string;
beforeAll(async () => {
  folder = tempFolder();
  script = await buildGate(folder.path);
  // Of a person who likes to be greeted.
  writeFileSync(join(folder.path, '.bashrc'), 'echo welcome home\n');
});
afterAll(() => folder.remove());

function run(line: string, stdin: string, env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', line], {
    input: stdin,
    encoding: 'utf8',
    env: {
      PATH: '/usr/bin:/bin',
      HOME: folder.path,
      FLEET_NODE: process.execPath,
      FLEET_GATE: script,
      ...HOOK_SHELL_ENVIRONMENT,
      ...env,
    },
  });
  return { status, stdout, stderr };
}

const asked = (event: string): string =>
  JSON.stringify({ hook_event_name: event, session_id: 'v1', tool_name: 'x', tool_input: {} });

/** A gate that is this program. */
function gateThat(does: string): Record<string, string> {
  const file = join(folder.path, `${does.replaceAll(/\W/g, '')}.cjs`);
  writeFileSync(file, does);
  return { FLEET_GATE: file };
}

const BROKEN: readonly [string, Record<string, string>][] = [
  ['there is no Node', { FLEET_NODE: '/nowhere/node' }],
  ['there is no gate', { FLEET_GATE: '/nowhere/gate.cjs' }],
  ['nobody said which', { FLEET_NODE: '', FLEET_GATE: '' }],
];

describe.each([
  ['codex', 'PreToolUse', 'Stop'],
  ['gemini', 'BeforeTool', 'AfterAgent'],
])(
  'HI6 a call of %s is refused in words, and a report stops nobody, when',
  (dialect, deciding, reporting) => {
    const decide = (env?: Record<string, string>) => run(decidingCommand(dialect), asked(deciding), env);
    const report = (env?: Record<string, string>) => run(reportingCommand(dialect), asked(reporting), env);

    test.each(BROKEN)('%s', (_, env) => {
      expect(decide(env)).toMatchObject({ status: 2, stderr: expect.stringContaining('does not run') });
      expect(report(env).status).toBe(0);
    });

    test.each(['process.kill(process.pid, "SIGKILL")', 'process.exit(1)', 'process.exit(137)'])(
      'the gate does %s',
      (does) => {
        expect(decide(gateThat(does))).toMatchObject({
          status: 2,
          stderr: expect.stringContaining('does not run'),
        });
        expect(report(gateThat(does)).status).toBe(0);
      },
    );

    test('the gate itself says no, in its own words alone', () => {
      const { status, stdout, stderr } = decide();
      expect(status).toBe(2);
      expect(stderr).toMatch(/^fleet: FLEET_GATE_SOCKET.* are not all set/);
      expect(stderr).not.toContain('the gate ended');
      if (dialect === 'codex') expect(stdout).toBe('');
      else expect(JSON.parse(stdout)).toMatchObject({ decision: 'deny', reason: stderr });
      expect(report()).toEqual({ status: 0, stdout: '', stderr: '' });
    });

    test('a variable would load other code into it', () => {
      const evil = join(folder.path, 'evil.cjs');
      writeFileSync(evil, 'process.exit(0)');
      expect(decide({ NODE_OPTIONS: `--require=${evil}` }).status).toBe(2);
    });
  },
);

describe('a yes', () => {
  test('HI2 goes through as it is', () => {
    expect(run(decidingCommand('codex'), asked('PreToolUse'), gateThat('console.log("{}")'))).toEqual({
      status: 0,
      stdout: '{}\n',
      stderr: '',
    });
  });
});
