/** One call, from the agent's hook to a person and back, through every real process. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Run } from '../../source/core/fleet.ts';
import { openSegments } from '../../source/io/segments/segment-reader.ts';
import { FleetHome, PROGRAM } from '../support/fleet-home.ts';
import { until } from '../support/until.ts';

const AGENT = resolve(import.meta.dirname, '..', 'support', 'asking-agent.mjs');
let home: FleetHome;
afterEach(() => home.close());

interface Call {
  readonly id: string;
  readonly tool: string;
  readonly input: Record<string, unknown>;
}

/** A project with one agent that asks, and that agent running. */
async function asking(environment: Record<string, string> = {}) {
  home = new FleetHome(environment);
  const project = join(home.folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'README.md'), 'hello\n');
  writeFileSync(
    join(project, 'fleet.yaml'),
    `agents:\n  - name: dev\n    vendor: scripted\n    command: ${JSON.stringify([PROGRAM.node, AGENT])}\n`,
  );
  const git = (...parameters: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...parameters], {
      cwd: project,
      stdio: 'ignore',
    });
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-qm', 'first');
  const started = await home.fleet(['start', 'dev', 'do', 'it', '--json'], { cwd: project });
  expect(started.stderr).toBe('');
  const { run: id } = JSON.parse(started.stdout) as { run: string };
  const run = await home.runWhen(id, ({ phase }) => phase === 'running');
  const session = run.session!;
  const output = () =>
    [...openSegments(home.places.session(session)).events(0)]
      .flatMap((event) => (event.type === 'data' ? [event.bytes.toString()] : []))
      .join('');
  const said = (text: string) =>
    until(() => (output().includes(text) ? output() : undefined), `the agent to say ${text}`);
  await said('ready');
  const ask = async (call: Call, executed?: unknown) => {
    const line = JSON.stringify({ call: { ...call, subagent: '' }, executed });
    const daemon = await home.connect();
    await daemon.ask({ type: 'send', run: id, text: line, isSubmitted: true });
  };
  /** What the hook of the call was told, as the agent's screen shows it. */
  const told = async (call: string) => {
    const text = await said(`told ${call} `);
    const match = new RegExp(`told ${call} (\\{.*\\})\\r?\\n`).exec(
      await until(
        () => (new RegExp(`told ${call} \\{.*\\}\\r?\\n`).test(output()) ? output() : undefined),
        text,
      ),
    );
    return JSON.parse(match![1]!) as { verdict: string; input?: unknown; message?: string };
  };
  return { run: run satisfies Run, ask, told, said, project };
}

const bash = (id: string, command = 'make release'): Call => ({ id, tool: 'Bash', input: { command } });
const pending = () => home.approvalWhen(({ state }) => state === 'pending');

describe('a call that asks', () => {
  it('HI1 holds the agent, shows in the queue, and a yes lets exactly it run', async () => {
    const { run, ask, told, said } = await asking();
    await ask(bash('c1'));
    const approval = await pending();
    expect(approval).toMatchObject({
      run: run.id,
      agent: 'dev',
      subject: { type: 'tool-call', call: bash('c1') },
      branch: `fleet/dev/${run.id}`,
    });
    const listed = await home.fleet(['approvals']);
    expect(listed.stdout).toContain('make release');
    const decided = await home.fleet(['approve', approval.id, '--hash', approval.hash.slice(0, 12)]);
    expect(decided).toMatchObject({ code: 0, stdout: 'approved\n' });
    expect(await told('c1')).toEqual({ verdict: 'allow', input: { command: 'make release' } });
    await said('finished c1');
    const { approvals, alarms } = await until(async () => {
      const fleet = await home.state();
      return fleet.approvals[approval.id]?.state === 'executed' ? fleet : undefined;
    }, 'the execution to be recorded');
    expect(approvals[approval.id]).toMatchObject({ state: 'executed', dispatches: 1 });
    expect(alarms).toEqual([]);
  });

  it('HI2 edited input runs as edited', async () => {
    const { ask, told } = await asking();
    await ask(bash('c1'));
    const approval = await pending();
    const file = join(home.folder, 'edited.json');
    writeFileSync(file, '{"command":"make release --dry-run"}');
    await home.fleet(['approve', approval.id, '--hash', approval.hash, '--edit', file]);
    expect(await told('c1')).toEqual({ verdict: 'allow', input: { command: 'make release --dry-run' } });
  });

  it("HI2 a rejection's message reaches the agent", async () => {
    const { ask, told } = await asking();
    await ask(bash('c1'));
    const approval = await pending();
    expect((await home.fleet(['reject', approval.id])).code).toBe(2);
    expect((await home.fleet(['reject', approval.id, '-m', 'use the staging registry'])).code).toBe(0);
    expect(await told('c1')).toEqual({ verdict: 'deny', message: 'use the staging registry' });
  });

  it('HI5 is not approved with the hash of something else', async () => {
    const { ask } = await asking();
    await ask(bash('c1'));
    const approval = await pending();
    const wrong = await home.fleet(['approve', approval.id, '--hash', '0'.repeat(12)]);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('is not what you saw');
    expect((await pending()).id).toBe(approval.id);
  });

  it('HI6 waits through the death of the daemon, and the answer still arrives once', async () => {
    const { ask, told } = await asking();
    await ask(bash('c1'));
    const approval = await pending();
    process.kill(await home.daemonPid(), 'SIGKILL');
    const again = await pending();
    expect(again).toEqual(approval);
    await home.fleet(['approve', approval.id, '--hash', approval.hash]);
    expect(await told('c1')).toMatchObject({ verdict: 'allow' });
    const decisions = (await home.log()).filter(({ event }) => event.type === 'approval-decided');
    expect(decisions).toHaveLength(1);
  });

  it('HI6 expires as a no', async () => {
    const { ask, told } = await asking({ FLEET_APPROVAL_SECONDS: '1' });
    await ask(bash('c1'));
    expect(await told('c1')).toMatchObject({ verdict: 'deny', message: 'fleet: nobody answered in time' });
  });

  it('HI5 executed input that differs from the approved one raises an alarm', async () => {
    const { ask, told } = await asking();
    await ask(bash('c1'), { command: 'make release --force' });
    const approval = await pending();
    await home.fleet(['approve', approval.id, '--hash', approval.hash]);
    await told('c1');
    const alarms = await until(async () => {
      const fleet = await home.state();
      return fleet.alarms.length > 0 ? fleet.alarms : undefined;
    }, 'an alarm');
    expect(alarms.map(({ alarm }) => alarm)).toEqual(['executed-input-differs']);
  });

  it('PE1 reading inside the worktree is allowed without asking, outside it asks', async () => {
    const { run, ask, told } = await asking();
    await ask({ id: 'c1', tool: 'Read', input: { file_path: join(run.cwd, 'README.md') } });
    expect(await told('c1')).toMatchObject({ verdict: 'allow' });
    await ask({ id: 'c2', tool: 'Read', input: { file_path: '/etc/hostname' } });
    expect((await pending()).reason).toBe('/etc/hostname is outside the worktree');
  });

  it('HI6 a stop of the run ends its requests', async () => {
    const { run, ask } = await asking();
    await ask(bash('c1'));
    const approval = await pending();
    await home.fleet(['stop', run.id]);
    await home.approvalWhen(({ id, state }) => id === approval.id && state === 'cancelled');
  });
});
