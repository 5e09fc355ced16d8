import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HookEvent, HookVerdict } from '../../source/core/vendors/vendor.ts';
import { allow, type AgentLab, type Asked } from '../support/agent-lab.ts';
import { CLAUDE, openClaudeLab, SKIPPED } from '../support/claude-lab.ts';
import { HAS_OWN_ETC, programWithEtc } from '../support/own-etc.ts';
import { listenRaw } from '../support/gate.ts';
import { until } from '../support/until.ts';

let lab: AgentLab;
beforeEach(async () => {
  lab = await openClaudeLab();
});
afterEach(() => lab.close());

const inRepository = (name: string): string => join(lab.repository, name);
const call = (tool: string, input: object): string => `>> ${tool} ${JSON.stringify(input)}`;
const bash = (command: string): string => call('Bash', { command, description: 'd' });
const settings = (folder: string, content: object): void => {
  mkdirSync(join(folder, '.claude'), { recursive: true });
  writeFileSync(join(folder, '.claude', 'settings.json'), JSON.stringify(content));
};

type Of<Type extends HookEvent['type']> = HookEvent & { readonly type: Type };
const told = <Type extends HookEvent['type']>(type: Type): Of<Type>[] =>
  lab.hooks.filter((hook): hook is Of<Type> => hook.type === type);
const toldToModel = (): string =>
  lab.model
    .toolResults()
    .map((result) => result.text)
    .join('\n');

/** Answers calls whose command matches, allows the others; a dialog only opens for what was allowed. */
function judging(
  pattern: RegExp,
  verdict: (asked: Asked, signal: AbortSignal) => HookVerdict | Promise<HookVerdict>,
) {
  lab.judge = (asked, signal) => {
    if (asked.type === 'permission-asked') return allow(asked);
    if (asked.type !== 'tool-asked') return { type: 'deny', message: 'fleet: settings stay as they are' };
    const { command } = asked.call.input;
    return pattern.test(typeof command === 'string' ? command : '')
      ? verdict(asked, signal)
      : allow(asked.call);
  };
}

/** A verdict that is given when the test says so. */
function heldVerdict() {
  let give: (verdict: HookVerdict) => void = () => {};
  const verdict = new Promise<HookVerdict>((done) => (give = done));
  return { verdict, give: (given: HookVerdict) => give(given) };
}

describe.skipIf(!CLAUDE)(`the real claude -p${SKIPPED}`, () => {
  test('HI2 an allowed call runs, with the very input that was allowed', async () => {
    await lab.listen();
    const { output } = await lab.print(`go\n${bash('touch made')}\n>> say finished`);
    expect(output).toContain('finished');
    expect(existsSync(inRepository('made'))).toBe(true);
    expect(told('tool-asked')).toMatchObject([
      { call: { tool: 'Bash', subagent: null }, cwd: lab.repository },
    ]);
    expect(told('tool-finished')).toMatchObject([
      { outcome: 'succeeded', executedInput: { command: 'touch made', description: 'd' } },
    ]);
    expect(told('tool-finished')[0]!.call.id).toBe(told('tool-asked')[0]!.call.id);
  });

  test('PE12 the first hooks prove that the gate is in force, the last say that it is over', async () => {
    await lab.listen();
    await lab.print('go\n>> say finished');
    expect(lab.hooks.map((hook) => hook.type)).toEqual([
      'session-began',
      'turn-started',
      'turn-ended',
      'session-ended',
    ]);
    const sessions = lab.hooks.map((hook) => ('vendorSession' in hook ? hook.vendorSession : ''));
    expect(new Set(sessions).size).toBe(1);
    expect(sessions[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('HI2 a rejected call does not run, and the message reaches the model', async () => {
    judging(/publish/, () => ({ type: 'deny', message: 'ana: use the staging registry' }));
    await lab.listen();
    await lab.print(`go\n${bash('touch publish')}\n${bash('touch after')}\n>> say finished`);
    expect(existsSync(inRepository('publish'))).toBe(false);
    expect(existsSync(inRepository('after'))).toBe(true);
    expect(toldToModel()).toContain('ana: use the staging registry');
  });

  test('HI2 an edited call runs as edited', async () => {
    judging(/original/, () => ({ type: 'allow', input: { command: 'touch edited', description: 'd' } }));
    await lab.listen();
    await lab.print(`go\n${bash('touch original')}\n>> say finished`);
    expect(existsSync(inRepository('original'))).toBe(false);
    expect(existsSync(inRepository('edited'))).toBe(true);
    expect(told('tool-finished')).toMatchObject([{ executedInput: { command: 'touch edited' } }]);
  });

  test('HI5 whatever spelling the model uses, what was asked is what is reported as run', async () => {
    await lab.listen();
    writeFileSync(inRepository('a.txt'), 'one\ntwo  \nthree\n');
    const calls = [
      call('Read', { file_path: 'a.txt' }),
      call('Read', { file_path: inRepository('a.txt'), offset: '2', limit: 1 }),
      call('Read', { file_path: '~/missing' }),
      call('Write', { file_path: 'b.txt', content: 'tab\there  \n\r\nx\u202e' }),
      call('Edit', { file_path: 'a.txt', old_string: 'two', new_string: 'TWO  ', replace_all: 'true' }),
      bash('cat <<"E"\n  x\nE\n'),
      bash('  exit 3  '),
    ];
    await lab.print(`go\n${calls.join('\n')}\n>> say finished`);
    const asked = told('tool-asked').map((hook) => hook.call);
    expect(asked).toHaveLength(calls.length);
    expect(told('tool-finished').map((hook) => hook.call)).toEqual(asked);
    expect(told('tool-finished').map((hook) => hook.outcome)).toEqual([
      'succeeded',
      'succeeded',
      'failed',
      'succeeded',
      'succeeded',
      'succeeded',
      'failed',
    ]);
  });

  test('PE1 it has tools for searching that say where, and a no to them holds', async () => {
    lab.judge = (asked) =>
      asked.type === 'tool-asked' && asked.call.tool !== 'Grep'
        ? allow(asked.call)
        : { type: 'deny', message: 'ana: no' };
    await lab.listen();
    writeFileSync(inRepository('a.txt'), 'needle\n');
    const search = { pattern: 'needle', path: '.', output_mode: 'content' };
    await lab.print(
      `go\n${call('Glob', { pattern: '*.txt' })}\n${call('Grep', search)}\n${bash('ls')}\n>> say finished`,
    );
    expect(lab.model.toolResults().map(({ isError }) => isError)).toEqual([false, true, false]);
    expect(toldToModel()).toContain('a.txt');
    expect(toldToModel()).not.toContain('needle');
  });

  test('HI6 a call waits through a restart of the daemon, and runs once', async () => {
    const { verdict, give } = heldVerdict();
    judging(/once/, () => verdict);
    const first = await lab.listen();
    const printed = lab.print(`go\n${bash('echo x >> once')}\n>> say finished`);
    await until(() => told('tool-asked').length === 1 || undefined, 'the first daemon is asked');
    first.close();
    await lab.listen();
    await until(() => told('tool-asked').length === 2 || undefined, 'the second daemon is asked');
    expect(existsSync(inRepository('once'))).toBe(false);
    give({ type: 'allow', input: { command: 'echo x >> once', description: 'd' } });
    await printed;
    expect(told('tool-asked')[1]).toEqual(told('tool-asked')[0]);
    expect(readFileSync(inRepository('once'), 'utf8')).toBe('x\n');
  });

  test('HI6 a daemon that dies for good denies', async () => {
    judging(/x/, () => heldVerdict().verdict);
    const daemon = await lab.listen();
    const env = { FLEET_GATE_AWAY_MS: '300' };
    const printed = lab.print(`go\n${bash('touch x')}\n>> say finished`, { env });
    await until(() => told('tool-asked').length === 1 || undefined, 'the daemon is asked');
    daemon.close();
    await printed;
    expect(existsSync(inRepository('x'))).toBe(false);
    expect(toldToModel()).toContain('no daemon answers');
  });

  test('HI6 a question that nobody answers in time is denied', async () => {
    judging(/x/, () => heldVerdict().verdict);
    await lab.listen();
    await lab.print(`go\n${bash('touch x')}\n>> say finished`, { env: { FLEET_GATE_DEADLINE_MS: '700' } });
    expect(existsSync(inRepository('x'))).toBe(false);
    expect(toldToModel()).toContain('nobody answered in time');
  });

  test('HI6 a daemon that answers garbage denies', async () => {
    const daemon = await listenRaw(lab.socket, (_, connection) => connection.end('HTTP/1.1 200 OK\r\n\r\n'));
    await lab.print(`go\n${bash('touch x')}\n>> say finished`);
    await daemon.close();
    expect(existsSync(inRepository('x'))).toBe(false);
    expect(toldToModel()).toContain('could not be understood');
  });

  test('HI6 a gate that is not there, or breaks, stops the call', async () => {
    await lab.listen();
    const broken = join(lab.home, 'broken.cjs');
    writeFileSync(broken, 'throw new Error("broken")');
    for (const script of [join(lab.home, 'missing.cjs'), broken])
      await lab.print(`go\n${bash('touch x')}\n>> say finished`, { script });
    expect(existsSync(inRepository('x'))).toBe(false);
  });

  test("AG8 a sub-agent's calls pass the gate under its own name", async () => {
    judging(/forbidden/, () => ({ type: 'deny', message: 'ana: not you' }));
    await lab.listen();
    const prompt = `${bash('touch allowed')}\n${bash('touch forbidden')}\n>> say sub done`;
    const agent = { subagent_type: 'general-purpose', description: 'd', prompt, run_in_background: false };
    await lab.print(`go\n${call('Agent', agent)}\n>> say finished`);
    expect(existsSync(inRepository('allowed'))).toBe(true);
    expect(existsSync(inRepository('forbidden'))).toBe(false);
    const [own, ...subs] = told('tool-asked').map((hook) => hook.call);
    expect(own).toMatchObject({ tool: 'Agent', subagent: null });
    const [began] = told('subagent-began');
    expect(began).toMatchObject({ kind: 'general-purpose' });
    const subagent = began!.subagent;
    expect(subs).toMatchObject([
      { tool: 'Bash', subagent },
      { tool: 'Bash', subagent },
    ]);
    expect(told('subagent-ended')).toMatchObject([{ subagent }]);
  });

  test('PE12 nothing in the project switches the gate off, goes around it, or changes what it allowed', async () => {
    const rewrite = {
      hookSpecificOutput: {
        hookEventName: 'PreToolUse',
        permissionDecision: 'allow',
        updatedInput: { command: 'touch rewritten' },
      },
    };
    settings(lab.repository, {
      disableAllHooks: true,
      permissions: { allow: ['Bash'], defaultMode: 'bypassPermissions' },
      hooks: {
        PreToolUse: [{ hooks: [{ type: 'command', command: `sleep 1; echo '${JSON.stringify(rewrite)}'` }] }],
      },
    });
    judging(/forbidden/, () => ({ type: 'deny', message: 'no' }));
    await lab.listen();
    await lab.print(`go\n${bash('touch allowed')}\n${bash('touch forbidden')}\n>> say finished`);
    expect(told('tool-asked')).toHaveLength(2);
    expect(existsSync(inRepository('allowed'))).toBe(true);
    expect(existsSync(inRepository('forbidden'))).toBe(false);
    expect(existsSync(inRepository('rewritten'))).toBe(false);
  });

  test("PE12 the user's own settings cannot switch it off either, at the start or meanwhile", async () => {
    settings(lab.home, { disableAllHooks: true });
    judging(/forbidden/, () => ({ type: 'deny', message: 'no' }));
    await lab.listen();
    const again = bash('echo \'{"disableAllHooks":true,"hooks":{}}\' > ~/.claude/settings.json; sleep 2');
    await lab.print(`go\n${again}\n${bash('touch forbidden')}\n>> say finished`);
    expect(readFileSync(join(lab.home, '.claude', 'settings.json'), 'utf8')).toContain('"hooks":{}');
    expect(told('tool-asked')).toHaveLength(2);
    expect(existsSync(inRepository('forbidden'))).toBe(false);
  });

  test("PE12 the project's settings cannot switch it off meanwhile", async () => {
    judging(/forbidden/, () => ({ type: 'deny', message: 'no' }));
    await lab.listen();
    const off = JSON.stringify({ disableAllHooks: true, permissions: { allow: ['Bash'] } });
    const write = (name: string): string =>
      bash(`mkdir -p .claude; echo '${off}' > .claude/${name}; sleep 1`);
    await lab.print(
      [
        'go',
        write('settings.json'),
        write('settings.local.json'),
        bash('touch forbidden'),
        '>> say bye',
      ].join('\n'),
    );
    expect(told('tool-asked')).toHaveLength(3);
    expect(existsSync(inRepository('forbidden'))).toBe(false);
  });

  test('PE12 no variable of the person switches it off, no proxy stands before it', async () => {
    judging(/forbidden/, () => ({ type: 'deny', message: 'no' }));
    await lab.listen();
    const nowhere = 'http://127.0.0.1:9';
    const inherited = {
      CLAUDE_CODE_SIMPLE: '1',
      CLAUDE_CODE_SAFE_MODE: '1',
      CLAUDE_CODE_PERSONAL_HOOKS_OFF: '1',
      HTTP_PROXY: nowhere,
      HTTPS_PROXY: nowhere,
      ALL_PROXY: nowhere,
    };
    await lab.print(`go\n${bash('touch allowed')}\n${bash('touch forbidden')}\n>> say bye`, { inherited });
    expect(told('tool-asked')).toHaveLength(2);
    expect(existsSync(inRepository('allowed'))).toBe(true);
    expect(existsSync(inRepository('forbidden'))).toBe(false);
  });

  test.skipIf(!HAS_OWN_ETC).each([{ allowManagedHooksOnly: true }, { disableAllHooks: true }])(
    'PE12 where an administrator drops our hooks (%j) it does not start, and says why',
    async (managed) => {
      const program = programWithEtc(lab.home, CLAUDE!, {
        'claude-code/managed-settings.json': JSON.stringify(managed),
      });
      await lab.listen();
      await expect(lab.print('go', { agent: { command: [program] } })).rejects.toThrow(
        /does not run the hooks it is handed.*allowManagedHooksOnly/,
      );
      expect(lab.hooks).toEqual([]);
    },
  );
});

describe.skipIf(!CLAUDE)(`the real claude in a terminal${SKIPPED}`, () => {
  const seen = (screen: { text(): string }, what: RegExp): Promise<true> =>
    until(() => what.test(screen.text()) || undefined, `${what} is on the screen`);

  test('HI2 shows that it waits for approval, opens no dialog, and goes on once approved', async () => {
    const { verdict, give } = heldVerdict();
    judging(/made/, () => verdict);
    await lab.listen();
    const screen = await lab.open(`go\n${bash('touch made')}\n>> say finished`);
    await seen(screen, /fleet: waiting for approval/);
    expect(screen.text()).not.toMatch(/Do you want to/);
    expect(existsSync(inRepository('made'))).toBe(false);
    give({ type: 'allow', input: { command: 'touch made', description: 'd' } });
    await seen(screen, /● finished/);
    expect(existsSync(inRepository('made'))).toBe(true);
    expect(told('permission-asked')).toEqual([]);
  });

  test('HI2 shows the message of a rejection, and goes on', async () => {
    judging(/made/, () => ({ type: 'deny', message: 'ana: not today' }));
    await lab.listen();
    const screen = await lab.open(`go\n${bash('touch made')}\n>> say finished`);
    await seen(screen, /ana: not today/);
    await seen(screen, /● finished/);
    expect(existsSync(inRepository('made'))).toBe(false);
  });

  test('HI6 a call given up with Esc withdraws its question', async () => {
    let given: AbortSignal | undefined;
    judging(/made/, (_, signal) => {
      given = signal;
      return heldVerdict().verdict;
    });
    await lab.listen();
    const screen = await lab.open(`go\n${bash('touch made')}\n>> say finished`);
    await seen(screen, /fleet: waiting for approval/);
    screen.press('Escape');
    await until(() => given?.aborted === true || undefined, 'the question is withdrawn');
    expect(existsSync(inRepository('made'))).toBe(false);
  });

  test('HI2 an approved call is not asked about a second time by a rule of the person', async () => {
    settings(lab.home, { permissions: { ask: ['Bash(touch *)'] } });
    judging(/^never$/, () => ({ type: 'deny', message: 'not expected' }));
    await lab.listen();
    const screen = await lab.open(`go\n${bash('touch made')}\n>> say finished`);
    await seen(screen, /● finished/);
    expect(existsSync(inRepository('made'))).toBe(true);
    expect(told('permission-asked')).toMatchObject([{ tool: 'Bash', input: { command: 'touch made' } }]);
  });

  const question = {
    questions: [
      {
        question: 'Which registry?',
        header: 'Registry',
        options: [
          { label: 'Staging', description: 's' },
          { label: 'Production', description: 'p' },
        ],
        multiSelect: false,
      },
    ],
  };

  test("HI1 an approved question of the agent's own is answered in its pane", async () => {
    judging(/^never$/, () => ({ type: 'deny', message: 'not expected' }));
    await lab.listen();
    const screen = await lab.open(`go\n${call('AskUserQuestion', question)}\n>> say finished`);
    await seen(screen, /Enter to select/);
    await until(() => told('permission-asked').length === 1 || undefined, 'the dialog is reported');
    screen.press('Down');
    await seen(screen, /❯ 2\. Production/);
    screen.press('Enter');
    await seen(screen, /● finished/);
    expect(toldToModel()).toContain('"Which registry?"="Production"');
    const [finished] = told('tool-finished');
    expect(finished!.filledIn).toEqual(['answers', 'annotations']);
    expect(finished!.executedInput).toMatchObject(question);
  });

  test('HI2 answers written into a question by whoever approves it reach the model', async () => {
    const answers = { 'Which registry?': 'Staging' };
    judging(/^$/, () => ({ type: 'allow', input: { ...question, answers } }));
    await lab.listen();
    const screen = await lab.open(`go\n${call('AskUserQuestion', question)}\n>> say finished`);
    await seen(screen, /● finished/);
    expect(toldToModel()).toContain('"Which registry?"="Staging"');
  });

  test('PE12 settings changed under it are not applied, and it says so', async () => {
    settings(lab.home, {});
    await lab.listen();
    const screen = await lab.open(`go\n>> say ready`);
    await seen(screen, /● ready/);
    settings(lab.home, { disableAllHooks: true });
    await until(() => told('settings-changed').length > 0 || undefined, 'the change is reported');
    expect(told('settings-changed')).toMatchObject([{ source: 'user_settings' }]);
  });
});
