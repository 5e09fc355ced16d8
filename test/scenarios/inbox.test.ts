/** Everything a person can do with a request besides yes and no, through every real process. */
import { chmodSync, readFileSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Approval } from '../../source/core/fleet.ts';
import { AskingAgent, askingProject, type AskedCall } from '../support/asking.ts';
import { FleetHome } from '../support/fleet-home.ts';
import { until } from '../support/until.ts';

let home: FleetHome;
afterEach(() => home.close());

const bash = (id: string, command: string): AskedCall => ({ id, tool: 'Bash', input: { command } });

async function started(yaml: readonly string[] = []): Promise<AskingAgent> {
  home = new FleetHome();
  return AskingAgent.start(home, askingProject(home, yaml));
}

const pendingFor = (call: string): Promise<Approval> =>
  home.approvalWhen(
    ({ state, subject }) => state === 'pending' && subject.type === 'tool-call' && subject.call.id === call,
  );
const stateOf = (id: string, state: Approval['state']) =>
  home.approvalWhen((approval) => approval.id === id && approval.state === state);
const events = async (type: string) => (await home.log()).filter(({ event }) => event.type === type);

describe('an answer that is held', () => {
  test('HI5 can be taken back until it leaves, and then another one counts', async () => {
    const agent = await started();
    await agent.ask(bash('c1', 'make release'));
    const { id, hash } = await pendingFor('c1');
    const approve = ['approve', id, '--hash', hash.slice(0, 12)];
    const held = await agent.fleet(...approve, '--undo-window', '50s');
    expect(held).toMatchObject({ code: 0, stdout: `approved; it is held for 50 s: fleet undo ${id}\n` });
    await stateOf(id, 'approved');
    expect(await agent.fleet('undo', id)).toMatchObject({
      code: 0,
      stdout: `taken back; ${id} waits again\n`,
    });
    expect(await agent.fleet('undo', id)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nothing to take back'),
    });
    expect((await agent.fleet('reject', id, '-m', 'not today')).code).toBe(0);
    expect(await agent.told('c1')).toEqual({ verdict: 'deny', message: 'not today' });
    expect(await events('verdict-dispatched')).toHaveLength(1);
  });

  test('HI6 leaves by itself when its time is over, also after the daemon was killed in between', async () => {
    const agent = await started();
    await agent.ask(bash('c1', 'make release'));
    const { id, hash } = await pendingFor('c1');
    await agent.fleet('approve', id, '--hash', hash, '--undo-window', '2s');
    process.kill(await home.daemonPid(), 'SIGKILL');
    await stateOf(id, 'approved');
    expect(await agent.told('c1')).toMatchObject({ verdict: 'allow' });
    expect(await agent.fleet('undo', id)).toMatchObject({ code: 1 });
    expect(await events('approval-decided')).toHaveLength(1);
  });
});

describe('R18 what changed between yes and run', () => {
  test('is asked again instead of run, and told as what it is', async () => {
    const agent = await started();
    const script = join(agent.run.cwd, 'deploy.sh');
    writeFileSync(script, 'echo staging\n');
    await agent.ask(bash('c1', 'bash deploy.sh'));
    const first = await pendingFor('c1');
    await agent.fleet('approve', first.id, '--hash', first.hash, '--undo-window', '2s');
    await stateOf(first.id, 'approved');
    writeFileSync(script, 'echo production\n');
    await stateOf(first.id, 'lapsed');
    const second = await pendingFor('c1');
    expect(second).toMatchObject({ supersedes: first.id });
    expect(second.hash).not.toBe(first.hash);
    expect((await agent.fleet('approve', second.id, '--hash', second.hash)).code).toBe(0);
    expect(await agent.told('c1')).toMatchObject({ verdict: 'allow' });
  });

  test('before the yes makes it a yes to nothing', async () => {
    const agent = await started();
    const script = join(agent.run.cwd, 'deploy.sh');
    writeFileSync(script, 'echo staging\n');
    await agent.ask(bash('c1', './deploy.sh now'));
    const { id, hash } = await pendingFor('c1');
    unlinkSync(script);
    symlinkSync('/bin/true', script);
    const refused = await agent.fleet('approve', id, '--hash', hash);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('./deploy.sh leads to') });
    await stateOf(id, 'superseded');
    const again = await pendingFor('c1');
    expect(refused.stderr).toContain(`asked again as ${again.id}`);
  });
});

test('HI4 a request is shown with its risk and what would change in the file', async () => {
  const agent = await started(['permissions: {execution_tier: read_only}']);
  await agent.ask({ id: 'c1', tool: 'Write', input: { path: 'README.md', content: 'goodbye\n' } });
  await agent.ask(bash('c2', 'git reset --hard HEAD~3'));
  const [write, push] = [await pendingFor('c1'), await pendingFor('c2')];
  const { stdout } = await agent.fleet('approvals', write.id);
  expect(stdout).toContain('README.md: changed, +1 -1\n');
  expect(stdout).toContain('-hello\n  +goodbye\n');
  const listed = await agent.fleet('approvals');
  // The worst first, although it came last.
  expect(listed.stdout.indexOf(push.id)).toBeLessThan(listed.stdout.indexOf(write.id));
  expect(listed.stdout).toContain('could  throw away changes and commits');
  expect((await agent.fleet('approvals', '--risk', 'high')).stdout).not.toContain(write.id);
  expect(await agent.fleet('approvals', '--risk', 'awful')).toMatchObject({ code: 2 });
});

test('HI2 an answer instead of a run reaches the model as an answer', async () => {
  const agent = await started();
  await agent.ask(bash('c1', 'make test'));
  const { id } = await pendingFor('c1');
  expect((await agent.fleet('respond', id, '-m', 'they pass, I ran them')).code).toBe(0);
  expect(await agent.told('c1')).toEqual({
    verdict: 'deny',
    message: 'fleet: not run; a person answered instead: they pass, I ran them',
  });
});

test('HI7 a request put aside comes back, and no later than it may', async () => {
  const agent = await started();
  await agent.ask(bash('c1', 'make test'));
  const { id } = await pendingFor('c1');
  expect(await agent.fleet('snooze', id, '10m')).toMatchObject({ code: 0 });
  expect((await agent.fleet('approvals')).stdout).toContain('nothing awake waits for you; 1 other');
  expect((await agent.fleet('approvals', '--all')).stdout).toContain('asleep for 9m');
  expect(await agent.fleet('snooze', id, '3h')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('choose a shorter time'),
  });
  await agent.fleet('snooze', id, '0s');
  expect((await agent.fleet('approvals')).stdout).toContain(id);
});

test('HI7 several of one class are approved together, others with them are not', async () => {
  const agent = await started();
  await agent.ask(bash('c1', 'make docs 1'), bash('c2', 'make docs 2'), bash('c3', 'rm -rf build'));
  const [one, two, three] = [await pendingFor('c1'), await pendingFor('c2'), await pendingFor('c3')];
  const named = ({ id, hash }: Approval) => `${id}:${hash.slice(0, 12)}`;
  expect(await agent.fleet('approve', named(one), named(three))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('is of another class'),
  });
  expect(await agent.fleet('approve', named(one), `${two.id}:${'0'.repeat(12)}`)).toMatchObject({ code: 1 });
  await pendingFor('c1');
  expect(await agent.fleet('approve', named(one), named(two))).toMatchObject({
    code: 0,
    stdout: `approved 2: ${one.id} ${two.id}\n`,
  });
  expect(await agent.told('c1')).toMatchObject({ verdict: 'allow' });
  expect(await agent.told('c2')).toMatchObject({ verdict: 'allow' });
});

describe('always allow', () => {
  test('HI2 shows what the rule would have matched, writes it where it is named, and is not asked again', async () => {
    const agent = await started(['# the only one', 'role: writes docs']);
    await agent.ask(bash('c1', 'make docs --fast'));
    const first = await pendingFor('c1');
    await agent.fleet('reject', first.id, '-m', 'no');
    await agent.ask(bash('c2', 'make docs --fast'));
    const { id, hash } = await pendingFor('c2');
    const proposed = await agent.fleet('rule', 'propose', id);
    expect(proposed.stdout).toMatch(/^Bash\(make docs --fast\)\n {2}exactly “make docs --fast”\n/);
    expect(proposed.stdout).toContain('Bash(make docs:*)\n');
    expect(proposed.stdout).toContain('of 2 recorded calls: 2 more allowed\n');
    expect(proposed.stdout).toContain('CAREFUL: people had said no to 1 of them');
    const before = readFileSync(join(agent.run.project, 'fleet.yaml'), 'utf8');
    const always = ['--always', 'Bash(make docs:*)', '--reason', 'harmless'];
    const done = await agent.fleet('approve', id, '--hash', hash, ...always);
    expect(done).toMatchObject({ stderr: '', code: 0 });
    expect(await agent.told('c2')).toMatchObject({ verdict: 'allow' });
    expect(readFileSync(join(agent.run.project, 'fleet.yaml'), 'utf8')).toBe(
      `${before}    permissions:\n      rules:\n        - Bash(make docs:*)\n`,
    );
    await agent.ask(bash('c3', 'make docs --slow'));
    expect(await agent.told('c3')).toMatchObject({ verdict: 'allow' });
    expect((await events('rule-added'))[0]).toMatchObject({
      actor: `person:${userInfo().username}`,
      event: { rule: 'Bash(make docs:*)', whose: 'agent dev', reason: 'harmless', approval: id },
    });
    expect((await agent.fleet('rule', 'list')).stdout).toContain('Bash(make docs:*)');
    expect(
      await agent.fleet('rule', 'remove', 'Bash(make docs:*)', '--agent', 'dev', '--reason', 'done'),
    ).toMatchObject({ code: 0 });
    await agent.ask(bash('c4', 'make docs --slow'));
    await pendingFor('c4');
  });

  test('HI2 is refused in words where the rule is none, or nobody says why', async () => {
    const agent = await started();
    expect(await agent.fleet('rule', 'add', 'Bash(', '--agent', 'dev', '--reason', 'x')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('lacks the closing parenthesis'),
    });
    expect(await agent.fleet('rule', 'add', 'Bash(make x)', '--agent', 'dev')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('say why'),
    });
    expect(
      await agent.fleet('rule', 'add', 'Bash(make x)', '--agent', 'nobody', '--reason', 'x'),
    ).toMatchObject({ code: 1, stderr: expect.stringContaining('nobody is described in no file') });
    expect(
      await agent.fleet('rule', 'add', 'Bash(rm:*)', '--deny', '--to', 'global', '--reason', 'never'),
    ).toMatchObject({ code: 0 });
    expect(readFileSync(home.places.policy, 'utf8')).toBe('rules:\n  - deny: Bash(rm:*)\n');
  });
});

test('HI10 a standing grant answers for a while, is counted, and ends when it is revoked', async () => {
  const agent = await started();
  const add = (rule: string, ...words: string[]) =>
    agent.fleet('grant', 'add', rule, '--run', agent.run.id, '--reason', 'trying out', ...words);
  expect(await add('Bash(git push --force:*)')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('is decided on each time'),
  });
  expect(await add('Bash')).toMatchObject({ code: 1, stderr: expect.stringContaining('name the command') });
  expect(await add('Bash(make e2e:*)', '--days', '90')).toMatchObject({ code: 1 });
  const { code, stdout } = await add('Bash(make e2e:*)');
  expect(code).toBe(0);
  const id = /grant (\S+) holds/.exec(stdout)![1]!;
  await agent.ask(bash('c1', 'make e2e fast'));
  expect(await agent.told('c1')).toMatchObject({ verdict: 'allow' });
  expect((await agent.fleet('grants')).stdout).toMatch(new RegExp(`${id} .*make e2e.* 1 +`));
  await agent.ask(bash('c2', 'make e2e && rm -rf build'));
  await pendingFor('c2');
  expect((await agent.fleet('grant', 'revoke', id)).code).toBe(0);
  await agent.ask(bash('c3', 'make e2e fast'));
  await pendingFor('c3');
});

test('HI10 what named people decide on nobody else decides, and two votes are two people', async () => {
  const agent = await started();
  const me = userInfo().username;
  writeFileSync(
    home.places.policy,
    `approvers:\n  - { rule: 'Bash(make publish:*)', people: [somebody-else] }\n  - { rule: 'Bash(make release)', people: [${me}, ben], votes: 2 }\n`,
  );
  await agent.ask(bash('c1', 'make publish'), bash('c2', 'make release'));
  const [publish, release] = [await pendingFor('c1'), await pendingFor('c2')];
  expect(await agent.fleet('approve', publish.id, '--hash', publish.hash)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`is for somebody-else to decide, not for ${me}`),
  });
  const approve = ['approve', release.id, '--hash', release.hash];
  expect(await agent.fleet(...approve)).toMatchObject({
    code: 0,
    stdout: 'noted; 1 more person has to approve\n',
  });
  expect(await agent.fleet(...approve)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('it needs 2 different people'),
  });
  await pendingFor('c2');
  expect((await agent.fleet('reject', release.id, '-m', 'no after all')).code).toBe(0);
  expect(await agent.told('c2')).toEqual({ verdict: 'deny', message: 'no after all' });
});

test('HI9 the command for notices is told of the edge, without the input', async () => {
  const agent = await started();
  const told = join(home.folder, 'told');
  const teller = join(home.folder, 'tell.sh');
  writeFileSync(teller, `#!/bin/sh\nprintf '%s %s\\n' "$FLEET_NOTICE" "$*" >> '${told}'\n`);
  chmodSync(teller, 0o755);
  writeFileSync(home.places.policy, `notify: { command: ['${teller}', fleet] }\n`);
  await agent.ask(bash('c1', 'make secret-thing'));
  const { id } = await pendingFor('c1');
  const lines = () =>
    until(() => {
      try {
        return readFileSync(told, 'utf8');
      } catch {
        return undefined;
      }
    }, 'the notice');
  expect(await lines()).toBe(`first-waiting fleet dev waits for you: Bash (${id})\n`);
  const tested = await agent.fleet('notify', 'test');
  expect(tested.code).toBe(0);
  expect(tested.stdout).toContain('it was run and ended well');
  expect(tested.stdout).toContain('\u0007');
});

test('HI10 figures say how often people are asked, and which question is always a yes', async () => {
  const agent = await started();
  await agent.ask(bash('c1', 'make docs 1'));
  const { id, hash } = await pendingFor('c1');
  await agent.fleet('approve', id, '--hash', hash);
  await agent.told('c1');
  const { stdout } = await agent.fleet('approvals', 'stats', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    all: { asked: 1, approved: 1, rejected: 0, approveRate: 1 },
    people: [{ person: userInfo().username, asked: 1 }],
    classes: [{ class: 'Bash make docs «number» at read_only', askedBy: 'tier read_only', approval: id }],
  });
  expect((await agent.fleet('approvals', 'stats')).stdout).toContain('100%');
});
