import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeFrame, encodeJsonFrame } from '../../source/wire/frames.ts';
import { GATE_PAYLOAD_BYTES_MAX, GateKind, type GateAsk } from '../../source/wire/gate-protocol.ts';
import { buildGate, listenRaw, preToolUse, runGate, tempFolder, type TempFolder } from '../support/gate.ts';
import { until } from '../support/until.ts';

const ALLOW = { stdout: '{"allow":1}', stderr: '', exitCode: 0 };
const ALLOWED = encodeJsonFrame(GateKind.Answer, ALLOW);

let built: TempFolder;
let script: string;
let folder: TempFolder;
let socket: string;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  built = tempFolder();
  script = await buildGate(built.path);
});
afterAll(() => built.remove());
beforeEach(() => {
  folder = tempFolder();
  socket = join(folder.path, 'g.sock');
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  folder.remove();
});

/** Runs a gate that is killed should the test end before it. */
function gate(options: Omit<Parameters<typeof runGate>[0], 'script'>) {
  const run = runGate({ script, ...options });
  closers.push(() => run.child.kill('SIGKILL'));
  return run;
}

async function daemon(onAsk: Parameters<typeof listenRaw>[1]) {
  const listener = await listenRaw(socket, onAsk);
  closers.push(() => listener.close());
  return listener;
}

const question = preToolUse('toolu_1');

/** Another Node than the one that runs this, and not older than the gate promises. */
const otherNode = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((place) => join(place, 'node'))
  .find((node) => {
    if (!existsSync(node)) return false;
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
    return version !== process.version && Number(/^v(\d+)/.exec(version)?.[1]) >= 18;
  });

describe('an answer', () => {
  test.skipIf(!otherNode)(
    `AG5 is the same on another Node${otherNode ? '' : ' (skipped: there is none on the PATH)'}`,
    async () => {
      await daemon((_, connection) => connection.end(ALLOWED));
      expect(await gate({ socket, stdin: question, node: otherNode! }).ended).toEqual({
        code: 0,
        stdout: ALLOW.stdout,
        stderr: '',
      });
      expect((await gate({ stdin: question, node: otherNode! }).ended).code).toBe(2);
    },
  );

  test('HI2 is printed as it came, and nothing else is', async () => {
    const asks: GateAsk[] = [];
    await daemon((ask, connection) => {
      asks.push(ask);
      connection.end(ALLOWED);
    });
    expect(await gate({ socket, stdin: question }).ended).toEqual({
      code: 0,
      stdout: ALLOW.stdout,
      stderr: '',
    });
    expect(asks).toMatchObject([{ protocol: 1, session: 's1', dialect: 'claude', payload: question }]);
  });

  test('HI2 that says no with exit code 2 keeps its sentence', async () => {
    await daemon((_, connection) =>
      connection.end(encodeJsonFrame(GateKind.Answer, { stdout: '', stderr: 'too dangerous', exitCode: 2 })),
    );
    expect(await gate({ socket, stdin: question }).ended).toEqual({
      code: 2,
      stdout: '',
      stderr: 'too dangerous',
    });
  });

  test('HI2 of half a megabyte arrives whole through a slow reader', async () => {
    const stdout = JSON.stringify({ text: 'x'.repeat(500_000) });
    await daemon((_, connection) =>
      connection.end(encodeJsonFrame(GateKind.Answer, { stdout, stderr: '', exitCode: 0 })),
    );
    const run = gate({ socket, stdin: question });
    run.child.stdout!.pause();
    setTimeout(() => run.child.stdout!.resume(), 300);
    expect((await run.ended).stdout).toBe(stdout);
  });
});

describe('HI6 a daemon that goes away while a call waits', () => {
  test('is asked the same again when it is back', async () => {
    const asks: GateAsk[] = [];
    const first = await daemon((ask) => asks.push(ask));
    const run = gate({ socket, stdin: question, env: { FLEET_GATE_AWAY_MS: '20000' } });
    await until(() => asks.length === 1 || undefined, 'the first daemon is asked');
    await first.close();
    await daemon((ask, connection) => {
      asks.push(ask);
      connection.end(ALLOWED);
    });
    expect((await run.ended).code).toBe(0);
    expect(asks).toHaveLength(2);
    expect(asks[1]).toEqual(asks[0]);
  });

  test('for good leads to a no', async () => {
    const asks: GateAsk[] = [];
    const first = await daemon((ask) => asks.push(ask));
    const run = gate({ socket, stdin: question });
    await until(() => asks.length === 1 || undefined, 'the daemon is asked');
    await first.close();
    expect(await run.ended).toMatchObject({ code: 2, stderr: expect.stringContaining('fleet brain start') });
  });
});

const DENIED = {
  code: 2,
  stdout: expect.stringContaining('"permissionDecision":"deny"'),
  stderr: expect.stringMatching(/^fleet: .{20}/),
};

describe('HI6 a call is denied when', () => {
  test('the gate was started by nobody of ours', async () => {
    expect(await gate({ stdin: question }).ended).toEqual(DENIED);
  });

  test('there is no daemon', async () => {
    const ended = await gate({ socket, stdin: question }).ended;
    expect(ended).toEqual(DENIED);
    expect(ended.stderr).toContain('ENOENT');
  });

  const misbehaviours: readonly [string, Buffer][] = [
    [
      'refuses',
      encodeFrame(GateKind.Refused, Buffer.from('fleet: the token is not the one of this session')),
    ],
    ['answers in no language', Buffer.from('HTTP/1.1 200 OK\r\n\r\n')],
    ['answers with broken JSON', encodeFrame(GateKind.Answer, Buffer.from('{"stdout":'))],
    ['answers without an exit code', encodeJsonFrame(GateKind.Answer, { stdout: '{}', stderr: '' })],
    ['answers exit code 1', encodeJsonFrame(GateKind.Answer, { stdout: '{}', stderr: '', exitCode: 1 })],
    ['answers text', encodeJsonFrame(GateKind.Answer, { stdout: 'yes', stderr: '', exitCode: 0 })],
    ['answers nothing', encodeJsonFrame(GateKind.Answer, { stdout: '', stderr: '', exitCode: 0 })],
    ['answers another kind of frame', encodeJsonFrame(9, ALLOW)],
    ['claims an endless answer', Buffer.from([0x7f, 0xff, 0xff, 0xff, 2])],
    ['answers more than an answer can be', encodeFrame(GateKind.Answer, Buffer.alloc(5 * 1024 * 1024, 32))],
  ];
  test.each(misbehaviours)('the daemon %s', async (_, bytes) => {
    await daemon((_ask, connection) => connection.end(bytes));
    expect(await gate({ socket, stdin: question }).ended).toEqual(DENIED);
  });

  test('the daemon hangs up again and again', async () => {
    await daemon((_, connection) => connection.destroy());
    expect(await gate({ socket, stdin: question }).ended).toEqual(DENIED);
  });

  test('nobody answers before the deadline', async () => {
    await daemon(() => {});
    const env = { FLEET_GATE_DEADLINE_MS: '300' };
    const ended = await gate({ socket, stdin: question, env }).ended;
    expect(ended).toEqual(DENIED);
    expect(ended.stderr).toContain('in time');
  });

  test('the call is larger than anybody can judge', async () => {
    await daemon((_, connection) => connection.end(ALLOWED));
    const stdin = preToolUse('toolu_1', { command: 'x'.repeat(GATE_PAYLOAD_BYTES_MAX) });
    expect(await gate({ socket, stdin }).ended).toEqual(DENIED);
  });

  test('the hook never says what it asks', async () => {
    await daemon((_, connection) => connection.end(ALLOWED));
    const env = { FLEET_GATE_DEADLINE_MS: '300' };
    expect((await gate({ socket, stdin: null, env }).ended).code).toBe(2);
  });

  test.each([
    ['', '', 'claude'],
    ['text', 'rm -rf', 'claude'],
    ['no event', '{}', 'claude'],
    ['a list', '[1]', 'fleet'],
    ['an unknown dialect', question, 'klingon'],
  ])('the hook sends %s', async (_, stdin, dialect) => {
    await daemon((_ask, connection) => connection.end(ALLOWED));
    expect(await gate({ socket, stdin, dialect }).ended).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^fleet: /),
    });
  });

  test('the event is one that nobody has heard of', async () => {
    const stdin = JSON.stringify({ hook_event_name: 'PreEverything' });
    expect(await gate({ socket, stdin }).ended).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('block'),
    });
  });

  test('the gate is told to end', async () => {
    const asks: GateAsk[] = [];
    await daemon((ask) => asks.push(ask));
    const run = gate({ socket, stdin: question });
    await until(() => asks.length === 1 || undefined, 'the daemon is asked');
    run.child.kill('SIGTERM');
    expect(await run.ended).toEqual(DENIED);
  });
});

describe('a gate whose agent gave up', () => {
  test('HI6 hangs up when it is killed', async () => {
    let hungUp = false;
    let asked = false;
    await daemon((_, connection) => {
      asked = true;
      connection.on('close', () => (hungUp = true));
    });
    const run = gate({ socket, stdin: question });
    await until(() => asked || undefined, 'the daemon is asked');
    run.child.kill('SIGKILL');
    await until(() => hungUp || undefined, 'the connection is closed');
  });

  test('HI6 hangs up when the agent itself is gone', async () => {
    let hungUp = false;
    let asked = false;
    await daemon((_, connection) => {
      asked = true;
      connection.on('close', () => (hungUp = true));
    });
    const file = join(folder.path, 'question');
    writeFileSync(file, question);
    // The shell stands for the agent: it starts the gate and waits.
    const agent = spawn('/bin/sh', ['-c', `"${process.execPath}" "${script}" claude < "${file}"; true`], {
      env: { FLEET_GATE_SOCKET: socket, FLEET_SESSION: 's1', FLEET_TOKEN: 't' },
      stdio: 'ignore',
    });
    closers.push(() => agent.kill('SIGKILL'));
    await until(() => asked || undefined, 'the daemon is asked');
    agent.kill('SIGKILL');
    await until(() => hungUp || undefined, 'the connection is closed');
  });
});

describe('a report', () => {
  const report = (n: number, extra: object = {}): string =>
    JSON.stringify({
      hook_event_name: 'PostToolUse',
      session_id: 'v1',
      tool_name: 'Bash',
      tool_use_id: `toolu_${n}`,
      tool_input: { command: `echo ${n}` },
      ...extra,
    });
  const spooled = (file: string): Record<string, unknown>[] =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  test('AU1 that finds no daemon is kept, and stops nobody', async () => {
    const file = join(folder.path, 'spool', 's1.jsonl');
    const ended = await gate({ socket, stdin: report(1), env: { FLEET_SPOOL: file } }).ended;
    expect(ended).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(spooled(file)).toMatchObject([{ session: 's1', dialect: 'claude', payload: report(1) }]);
    expect(readFileSync(file, 'utf8')).not.toContain('token');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('AU1 of many at once keeps every line whole and its id its own', async () => {
    const file = join(folder.path, 's1.jsonl');
    const runs = Array.from({ length: 8 }, (_, n) =>
      gate({ socket, stdin: report(n, { tool_response: 'y'.repeat(100_000) }), env: { FLEET_SPOOL: file } }),
    );
    for (const run of runs) expect((await run.ended).code).toBe(0);
    expect(new Set(spooled(file).map((line) => line['id'])).size).toBe(8);
  });

  test('AU1 is dropped once the spool is full', async () => {
    const file = join(folder.path, 's1.jsonl');
    writeFileSync(file, Buffer.alloc(16 * 1024 * 1024, '\n'));
    expect((await gate({ socket, stdin: report(1), env: { FLEET_SPOOL: file } }).ended).code).toBe(0);
    expect(statSync(file).size).toBe(16 * 1024 * 1024);
  });

  test('AU1 that is too long goes out without what the tool printed', async () => {
    const asks: GateAsk[] = [];
    await daemon((ask, connection) => {
      asks.push(ask);
      connection.end(encodeJsonFrame(GateKind.Answer, { stdout: '{}', stderr: '', exitCode: 0 }));
    });
    const stdin = report(1, { tool_response: { stdout: 'z'.repeat(2 * GATE_PAYLOAD_BYTES_MAX) } });
    expect(await gate({ socket, stdin }).ended).toEqual({ code: 0, stdout: '{}', stderr: '' });
    expect(asks.map((ask) => ask.payload)).toEqual([report(1)]);
  });

  test.each(['Stop', 'UserPromptSubmit', 'SessionStart'])(
    '%s without any daemon lets the agent go on',
    async (name) => {
      const stdin = JSON.stringify({ hook_event_name: name, session_id: 'v1' });
      expect(await gate({ socket, stdin }).ended).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(await gate({ stdin }).ended).toEqual({ code: 0, stdout: '', stderr: '' });
    },
  );
});
