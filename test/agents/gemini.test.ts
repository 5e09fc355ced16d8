import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HookEvent, HookVerdict } from '../../source/core/vendors/vendor.ts';
import { allow, type AgentLab, type Asked } from '../support/agent-lab.ts';
import { GEMINI, openGeminiLab, SKIPPED } from '../support/gemini-lab.ts';
import { until } from '../support/until.ts';

let lab: AgentLab;
beforeEach(async () => {
  lab = await openGeminiLab();
});
afterEach(() => lab.close());

const inRepository = (name: string): string => join(lab.repository, name);
const call = (tool: string, input: object): string => `>> ${tool} ${JSON.stringify(input)}`;
const shell = (command: string, more: object = {}): string =>
  call('run_shell_command', { command, description: 'd', ...more });

type Of<Type extends HookEvent['type']> = HookEvent & { readonly type: Type };
const told = <Type extends HookEvent['type']>(type: Type): Of<Type>[] =>
  lab.hooks.filter((hook): hook is Of<Type> => hook.type === type);
const toldToModel = (): string =>
  lab.model
    .toolResults()
    .map((result) => result.text)
    .join('\n');

function judging(pattern: RegExp, verdict: (asked: Asked) => HookVerdict | Promise<HookVerdict>) {
  lab.judge = (asked) => {
    if (asked.type !== 'tool-asked') return { type: 'deny', message: 'not expected' };
    return pattern.test(JSON.stringify(asked.call.input)) ? verdict(asked) : allow(asked.call);
  };
}

function heldVerdict() {
  let give: (verdict: HookVerdict) => void = () => {};
  const verdict = new Promise<HookVerdict>((done) => (give = done));
  return { verdict, give: (given: HookVerdict) => give(given) };
}

const run = (turns: readonly string[], options?: Parameters<AgentLab['print']>[1]) =>
  lab.print(['go', ...turns, '>> say finished'].join('\n'), options);

describe.skipIf(!GEMINI)(`the real gemini -p${SKIPPED}`, () => {
  test('HI2 allowed, edited and rejected calls end as decided, the message reaches the model', async () => {
    // Whatever shells say when they start must not get into our answers.
    for (const name of ['.bashrc', '.profile']) writeFileSync(join(lab.home, name), 'echo welcome home\n');
    judging(/original|rejected/, (asked) =>
      JSON.stringify(asked).includes('original')
        ? { type: 'allow', input: { command: 'touch edited' } }
        : { type: 'deny', message: 'ana: not today' },
    );
    await lab.listen();
    const { output } = await run([
      shell('touch allowed'),
      shell('touch original'),
      shell('touch rejected'),
      call('write_file', { file_path: 'rejected.txt', content: 'x' }),
    ]);
    expect(output).toContain('finished');
    expect(
      ['allowed', 'original', 'edited', 'rejected', 'rejected.txt'].map(inRepository).map(existsSync),
    ).toEqual([true, false, true, false, false]);
    expect(toldToModel().match(/ana: not today/g)).toHaveLength(2);
    expect(told('tool-finished').map(({ executedInput }) => executedInput['command'])).toEqual([
      'touch allowed',
      'touch edited',
    ]);
    expect(new Set(told('tool-asked').map((hook) => hook.call.id)).size).toBe(4);
  });

  test('PE12 the first hooks prove that the gate is in force, the last say that it is over', async () => {
    await lab.listen();
    await run([]);
    expect(lab.hooks.map((hook) => hook.type)).toEqual([
      'session-began',
      'turn-started',
      'turn-ended',
      'session-ended',
    ]);
  });

  test('HI6 a call waits through a restart of the daemon, and runs once', async () => {
    const { verdict, give } = heldVerdict();
    judging(/once/, () => verdict);
    const first = await lab.listen();
    const printed = run([shell('echo x >> once')]);
    await until(() => told('tool-asked').length === 1 || undefined, 'the first daemon is asked');
    first.close();
    await lab.listen();
    await until(() => told('tool-asked').length === 2 || undefined, 'the second daemon is asked');
    give({ type: 'allow', input: { command: 'echo x >> once', description: 'd' } });
    await printed;
    expect(told('tool-asked')[1]).toEqual(told('tool-asked')[0]);
    expect(readFileSync(inRepository('once'), 'utf8')).toBe('x\n');
  });

  test('HI6 no daemon, no answer in time, no gate: the call does not run, and the model is told', async () => {
    await run([shell('touch x')], { env: { FLEET_GATE_AWAY_MS: '300' } });
    expect(toldToModel()).toContain('no daemon answers');
    judging(/x/, () => heldVerdict().verdict);
    await lab.listen();
    await run([shell('touch x')], { env: { FLEET_GATE_DEADLINE_MS: '700' } });
    expect(toldToModel()).toContain('nobody answered in time');
    const killed = join(lab.home, 'killed.cjs');
    writeFileSync(killed, 'process.kill(process.pid, "SIGKILL")');
    for (const script of [killed, join(lab.home, 'missing.cjs')]) await run([shell('touch x')], { script });
    expect(toldToModel().match(/the gate ended with \d+/g)).toHaveLength(2);
    expect(existsSync(inRepository('x'))).toBe(false);
  });

  test("AG8 a sub-agent's calls pass the gate, too", async () => {
    judging(/^\{"command":"touch forbidden/, () => ({ type: 'deny', message: 'ana: not you' }));
    await lab.listen();
    const prompt = `${shell('touch allowed')}\n${shell('touch forbidden')}\n>> complete_task {"result":"done"}`;
    await run([call('invoke_agent', { agent_name: 'generalist', prompt })]);
    expect(
      told('tool-asked')
        .map((hook) => hook.call.tool)
        .slice(0, 3),
    ).toEqual(['invoke_agent', 'run_shell_command', 'run_shell_command']);
    expect(existsSync(inRepository('allowed'))).toBe(true);
    expect(existsSync(inRepository('forbidden'))).toBe(false);
  });

  test('PE12 what an agent must never do holds even where its hook is lost', async () => {
    await lab.listen();
    const rules = [{ effect: 'deny', rule: 'Bash(rm *)' }] as const;
    writeFileSync(inRepository('kept'), '');
    await run([shell('rm -f kept'), shell('touch made')], { agent: { rules } });
    expect(existsSync(inRepository('kept'))).toBe(true);
    expect(existsSync(inRepository('made'))).toBe(true);
    expect(toldToModel()).toContain('never: Bash(rm *)');
  });

  test.each([
    ['hooksConfig', { hooksConfig: { enabled: false } }],
    ['hooks', { hooks: { BeforeTool: [] } }],
    ['mcpServers, tools', { mcpServers: {}, tools: { discoveryCommand: 'x' } }],
  ])('PE12 it does not start where the project sets %s, and says why', async (names, settings) => {
    mkdirSync(inRepository('.gemini'));
    writeFileSync(inRepository('.gemini/settings.json'), JSON.stringify(settings));
    await expect(run([])).rejects.toThrow(`sets ${names}, which may run programs past the gate`);
  });

  test('PE12 nothing that the project brings meanwhile, or as variables, switches it off', async () => {
    judging(/forbidden/, () => ({ type: 'deny', message: 'no' }));
    await lab.listen();
    const loaded = inRepository('loaded.cjs');
    writeFileSync(loaded, 'process.exit(0)');
    writeFileSync(inRepository('loaded.sh'), 'touch loaded-by-bash; exit 0\n');
    writeFileSync(
      inRepository('.env'),
      `NODE_OPTIONS=--require=${loaded}\nBASH_ENV=${inRepository('loaded.sh')}\nGEMINI_SANDBOX=docker\n`,
    );
    const off = JSON.stringify({ hooksConfig: { enabled: false }, disableAllHooks: true });
    await run([
      shell(`mkdir -p .gemini; echo '${off}' > .gemini/settings.json; sleep 1`),
      shell('touch forbidden'),
    ]);
    expect(told('tool-asked')).toHaveLength(2);
    expect(existsSync(inRepository('forbidden'))).toBe(false);
    expect(existsSync(inRepository('loaded-by-bash'))).toBe(false);
  });
});

describe.skipIf(!GEMINI)(`the real gemini in a terminal${SKIPPED}`, () => {
  test('HI2 opens no dialog of its own, waits, and goes on once approved', async () => {
    const { verdict, give } = heldVerdict();
    judging(/made/, () => verdict);
    await lab.listen();
    const screen = await lab.open(`go\n${shell('touch made')}\n>> say finished`);
    await until(() => told('tool-asked').length === 1 || undefined, 'the call to be asked about');
    expect(existsSync(inRepository('made'))).toBe(false);
    give({ type: 'allow', input: { command: 'touch made' } });
    await until(() => /✦ finished/.test(screen.text()) || undefined, 'finished on the screen');
    expect(screen.text()).not.toMatch(/Allow execution/);
    expect(existsSync(inRepository('made'))).toBe(true);
  });
});
