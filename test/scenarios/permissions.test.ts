/** What a run may do, changed while it runs by the people and files that have a say, through every real process. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { AskingAgent, askingProject, fleetYaml, type AskedCall } from '../support/asking.ts';
import { FleetHome } from '../support/fleet-home.ts';

let home: FleetHome;
afterEach(() => home.close());

const bash = (id: string, command: string): AskedCall => ({ id, tool: 'Bash', input: { command } });
const glob = (id: string): AskedCall => ({ id, tool: 'Glob', input: { pattern: '*.md' } });
const fetching = (id: string): AskedCall => ({
  id,
  tool: 'WebFetch',
  input: { url: 'https://docs.example.com/' },
});
const write = (id: string): AskedCall => ({ id, tool: 'Write', input: { path: 'notes.md', content: 'x' } });

async function started(yaml: readonly string[] = [], ...words: string[]): Promise<AskingAgent> {
  home = new FleetHome();
  return AskingAgent.start(home, askingProject(home, yaml), ...words);
}

const pending = () => home.approvalWhen(({ state }) => state === 'pending');

describe('rules', () => {
  test('PE3 count from the moment their file is saved, for a call that waits as well', async () => {
    const agent = await started();
    await agent.ask(bash('c1', 'make release'));
    const { id } = await pending();
    writeFileSync(home.places.policy, 'rules:\n  - Bash(make release)\n');
    expect(await agent.told('c1')).toMatchObject({ verdict: 'allow' });
    await home.approvalWhen((approval) => approval.id === id && approval.state === 'superseded');

    writeFileSync(
      join(agent.run.project, 'fleet.yaml'),
      fleetYaml(['permissions: {rules: [{deny: Bash(make release)}]}']),
    );
    await agent.ask(bash('c2', 'make release'));
    expect(await agent.told('c2')).toMatchObject({
      verdict: 'deny',
      message: expect.stringContaining('make release'),
    });
    const judged = (await home.log()).filter(({ event }) => event.type === 'tool-judged').at(-1)!.event;
    expect(judged).toMatchObject({
      judgement: { decidedBy: { type: 'rule', effect: 'deny', source: 'fleet.yaml:6' } },
    });
  });

  test('PE3 of a file with a mistake are not read: the last sound ones hold, and nothing starts', async () => {
    const agent = await started();
    writeFileSync(home.places.policy, 'rules:\n  - deny: Bash(make release)\n');
    await agent.ask(bash('c1', 'make release'));
    expect(await agent.told('c1')).toMatchObject({ verdict: 'deny' });
    writeFileSync(home.places.policy, 'rulez: []\n');
    await agent.ask(bash('c2', 'make release'));
    expect(await agent.told('c2')).toMatchObject({ verdict: 'deny' });
    expect((await agent.fleet('ls')).stdout).toContain('policy.yaml:1:1 rulez: unknown key');
    expect(await agent.fleet('start', 'dev')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('did you mean "rules"?'),
    });
  });
});

describe('scopes', () => {
  test('PE6 PE7 hold what needs them until a person grants them, and are gone when revoked', async () => {
    const agent = await started();
    await agent.ask(fetching('c1'), fetching('c2'));
    const request = await pending();
    expect(request.subject).toMatchObject({ type: 'scope', scope: 'network' });
    expect((await agent.fleet('scope', 'list')).stdout).toMatch(/network +asked for/);
    const grant = ['scope', 'grant', agent.run.id, 'network'];
    expect(await agent.fleet(...grant)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--reason'),
    });
    expect(await agent.fleet(...grant, '--reason', 'reads the docs')).toMatchObject({ code: 0, stderr: '' });
    expect(await agent.told('c1')).toMatchObject({ verdict: 'allow' });
    expect(await agent.told('c2')).toMatchObject({ verdict: 'allow' });
    expect((await agent.fleet('scope', 'list')).stdout).toMatch(/network +granted .* reads the docs/);

    expect(await agent.fleet('scope', 'revoke', agent.run.id, 'network')).toMatchObject({ code: 0 });
    await agent.ask(fetching('c3'));
    expect(await agent.told('c3')).toMatchObject({ verdict: 'deny' });
    const kinds = (await home.log()).map(({ event }) => event.type);
    expect(kinds).toEqual(expect.arrayContaining(['call-held', 'scope-granted', 'scope-revoked']));
  });

  test('PE7 are granted by a yes in the queue, and the call is judged anew', async () => {
    const agent = await started();
    await agent.ask(fetching('c1'));
    const { id, hash } = await pending();
    expect(await agent.fleet('approve', id, '--hash', hash)).toMatchObject({ code: 0 });
    expect(await agent.told('c1')).toMatchObject({ verdict: 'allow' });
  });

  test('PE7 are refused with words that reach the agent', async () => {
    const agent = await started();
    await agent.ask(fetching('c1'));
    const { id } = await pending();
    expect(await agent.fleet('reject', id, '-m', 'use the local docs')).toMatchObject({ code: 0 });
    expect((await agent.told('c1')).message).toContain('use the local docs');
  });

  test('PE7 wait through the death of the daemon', async () => {
    const agent = await started();
    await agent.ask(fetching('c1'));
    const before = await pending();
    process.kill(await home.daemonPid(), 'SIGKILL');
    const after = await pending();
    expect(after).toEqual(before);
    await agent.fleet('scope', 'grant', agent.run.id, 'network', '--reason', 'docs');
    expect(await agent.told('c1')).toMatchObject({ verdict: 'allow' });
  });
});

describe('tiers', () => {
  test('PE2 are lowered and raised by a person, and bind a session from its next call on', async () => {
    const agent = await started();
    await agent.ask(glob('c1'));
    expect(await agent.told('c1')).toMatchObject({ verdict: 'allow' });
    expect((await agent.fleet('tier', 'dev', 'restricted')).stdout).toContain('dev is restricted now');
    await agent.ask(glob('c2'));
    const asked = await pending();
    expect(asked).toMatchObject({ tier: 'restricted' });

    expect(await agent.fleet('tier', 'dev', 'read_write')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--raise --reason'),
    });
    const raise = ['tier', 'dev', 'read_write', '--raise', '--reason', 'it mends the docs'];
    expect(await agent.fleet(...raise)).toMatchObject({ code: 0 });
    // What waited needs no answer any more.
    expect(await agent.told('c2')).toMatchObject({ verdict: 'allow' });
    await agent.ask(write('c3'));
    expect(await agent.told('c3')).toMatchObject({ verdict: 'allow' });
    expect((await agent.fleet('tier')).stdout).toMatch(/dev +read_write +set by .* +read_only/);
    const { runs } = JSON.parse((await agent.fleet('ls', '--json')).stdout) as { runs: unknown[] };
    expect(runs).toMatchObject([{ tier: 'read_write', scopes: ['project', 'build'] }]);
  });

  test('PE2 have a global default, kept in policy.yaml beside what else stands there', async () => {
    const agent = await started();
    writeFileSync(home.places.policy, '# ours\ndefault_tier: read_only # for now\nrules: []\n');
    expect(await agent.fleet('tier', '--default', 'restricted')).toMatchObject({ code: 0 });
    expect(readFileSync(home.places.policy, 'utf8')).toBe(
      '# ours\ndefault_tier: restricted # for now\nrules: []\n',
    );
    await agent.ask(glob('c1'));
    expect(await pending()).toMatchObject({ tier: 'restricted' });
    expect(await agent.fleet('tier', '--default', 'readonly')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('did you mean "read_only"?'),
    });
  });
});

describe('a run that nobody attends', () => {
  test('PE9 starts only with a tier of its own; what would ask is denied and logged', async () => {
    home = new FleetHome();
    const project = askingProject(home);
    await expect(AskingAgent.start(home, project, '--unattended')).rejects.toThrow('no tier of its own');
    expect((await home.fleet(['tier', 'dev', 'read_only'], { cwd: project })).code).toBe(0);
    const agent = await AskingAgent.start(home, project, '--unattended');
    await agent.ask(glob('c1'), bash('c2', 'make release'), fetching('c3'));
    expect(await agent.told('c1')).toMatchObject({ verdict: 'allow' });
    expect(await agent.told('c2')).toMatchObject({ verdict: 'deny' });
    expect(await agent.told('c3')).toMatchObject({ verdict: 'deny' });
    const { approvals } = await home.state();
    expect(approvals).toEqual({});
    const denied = (await home.log()).flatMap(({ event }) =>
      event.type === 'tool-judged' && event.verdict === 'deny' ? [event.judgement?.decidedBy.type] : [],
    );
    expect(new Set(denied)).toEqual(new Set(['scope', 'unattended']));
  });
});
