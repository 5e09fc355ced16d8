/** What an agent holds in its hands: a way to ask, and no way to answer. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Run } from '../../source/core/fleet.ts';
import { askOnce } from '../../source/gate/ask.ts';
import { DAEMON_PROTOCOL, DaemonKind } from '../../source/wire/daemon-protocol.ts';
import { encodeJsonFrame, FrameReader } from '../../source/wire/frames.ts';
import { GATE_PROTOCOL, GateKind } from '../../source/wire/gate-protocol.ts';
import { askingProject } from '../support/asking.ts';
import { FleetHome } from '../support/fleet-home.ts';
import { until } from '../support/until.ts';

let home: FleetHome;
afterEach(() => home.close());

interface Started {
  readonly run: Run;
  readonly environment: Readonly<Record<string, string>>;
}

/** An agent that only tells what it was given. */
async function started(): Promise<Started> {
  const project = join(home.folder, 'project');
  if (!existsSync(project)) askingProject(home);
  writeFileSync(
    join(project, 'fleet.yaml'),
    `agents: [{name: dev, vendor: scripted, max_concurrent: 3, worktree: false, command: [bash, -c, 'env -0 > ../env-$FLEET_SESSION; read']}]\n`,
  );
  const { stdout, stderr } = await home.fleet(['start', 'dev', '--json'], { cwd: project });
  expect(stderr).toBe('');
  const { run } = JSON.parse(stdout) as { run: string };
  return environmentOf(await home.runWhen(run, ({ phase }) => phase === 'running'));
}

async function environmentOf(run: Run): Promise<Started> {
  const file = join(home.folder, `env-${run.session}`);
  const text = await until(
    () =>
      existsSync(file) && readFileSync(file, 'utf8').endsWith('\0') ? readFileSync(file, 'utf8') : undefined,
    'the agent to tell its environment',
  );
  const pairs = text.split('\0').flatMap((pair): [string, string][] => {
    const at = pair.indexOf('=');
    return at < 0 ? [] : [[pair.slice(0, at), pair.slice(at + 1)]];
  });
  return { run, environment: Object.fromEntries(pairs) };
}

const asking = (by: Started, session: string): Buffer =>
  encodeJsonFrame(GateKind.Ask, {
    protocol: GATE_PROTOCOL,
    id: 'a1',
    session,
    token: by.environment['FLEET_TOKEN']!,
    dialect: 'fleet',
    payload: JSON.stringify({ event: 'turn-started' }),
  });

/** What the endpoint says to raw frames before it hangs up. */
function saidTo(
  socket: string,
  ...frames: readonly Buffer[]
): Promise<readonly { kind: number; text: string }[]> {
  return new Promise((done, failed) => {
    const said: { kind: number; text: string }[] = [];
    const reader = new FrameReader();
    const connection = createConnection(socket, () => connection.write(Buffer.concat(frames)));
    connection.on('data', (chunk: Buffer) => {
      for (const { kind, payload } of reader.push(chunk)) said.push({ kind, text: payload.toString() });
    });
    connection.on('error', failed);
    connection.on('close', () => done(said));
  });
}

describe('an agent', () => {
  test('PE12 finds no way to the control socket in its environment', async () => {
    home = new FleetHome({ FLEET_APPROVAL_SECONDS: '60', FLEET_DIST: process.env['FLEET_DIST'] ?? '' });
    const { run, environment } = await started();
    const fleets = Object.keys(environment).filter((name) => name.startsWith('FLEET'));
    expect(fleets.toSorted()).toEqual([
      'FLEET_AGENT',
      'FLEET_GATE',
      'FLEET_GATE_SOCKET',
      'FLEET_NODE',
      'FLEET_RUN',
      'FLEET_SESSION',
      'FLEET_SPOOL',
      'FLEET_TASK',
      'FLEET_TOKEN',
    ]);
    const { daemonSocket, screensSocket, database } = home.places;
    for (const place of [daemonSocket, screensSocket, database, home.places.holderSocket(run.session!)])
      expect(Object.values(environment).filter((value) => value.includes(place))).toEqual([]);
    // The log tells nobody how to be that agent.
    expect(JSON.stringify(await home.log())).not.toContain(environment['FLEET_TOKEN']);
  });

  test('PE12 can ask at its endpoint and decide nothing there', async () => {
    home = new FleetHome();
    const mine = await started();
    const socket = mine.environment['FLEET_GATE_SOCKET']!;
    const session = mine.run.session!;
    expect(await askOnce(socket, asking(mine, session))).toMatchObject({ type: 'answered' });
    const say = (message: object) => encodeJsonFrame(DaemonKind.Message, message);
    const hello = say({ type: 'hello', protocol: DAEMON_PROTOCOL, version: 'test', client: 'cli' });
    const controls = [
      {
        type: 'decide',
        approval: 'x',
        verdict: 'approved',
        hash: '',
        decision: 'd',
        editedInput: null,
        message: '',
      },
      { type: 'grant-scope', run: mine.run.id, scope: 'network', reason: 'I want it' },
      { type: 'set-tier', project: '/', agent: 'dev', tier: 'read_write', isRaise: true, reason: 'r' },
      { type: 'fleet' },
    ];
    for (const ask of controls)
      expect(await saidTo(socket, hello, say({ type: 'ask', id: 1, ask }))).toEqual([
        { kind: GateKind.Refused, text: expect.stringContaining('no question') },
      ]);
    expect((await home.state()).runs[mine.run.id]!.grants).toEqual({});
  });

  test('PE12 cannot ask in the name of another run', async () => {
    home = new FleetHome();
    const [mine, other] = [await started(), await started()];
    expect(mine.environment['FLEET_TOKEN']).not.toBe(other.environment['FLEET_TOKEN']);
    const socket = other.environment['FLEET_GATE_SOCKET']!;
    for (const session of [mine.run.session!, other.run.session!])
      expect(await askOnce(socket, asking(mine, session))).toMatchObject({
        type: 'refused',
        sentence: expect.stringContaining('token'),
      });
    expect(await askOnce(socket, asking(other, other.run.session!))).toMatchObject({ type: 'answered' });
  });

  test('PE12 loses its way in with its session; the next one gets another', async () => {
    home = new FleetHome();
    const before = await started();
    const { id, session } = before.run;
    await home.fleet(['restart', id]);
    const after = await environmentOf(
      await home.runWhen(id, (run) => run.phase === 'running' && run.session !== session),
    );
    expect(after.environment['FLEET_TOKEN']).not.toBe(before.environment['FLEET_TOKEN']);
    await until(
      () => !existsSync(before.environment['FLEET_GATE_SOCKET']!) || undefined,
      'the old way to be gone',
    );
    const socket = after.environment['FLEET_GATE_SOCKET']!;
    expect(await askOnce(socket, asking(before, after.run.session!))).toMatchObject({ type: 'refused' });
    expect(await askOnce(socket, asking(after, after.run.session!))).toMatchObject({ type: 'answered' });
  });
});
