import { lstatSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  listenForGate,
  type GateEndpoint,
  type GateEndpointOptions,
} from '../../source/daemon/gate-endpoint.ts';
import { askOnce } from '../../source/gate/ask.ts';
import { encodeFrame, encodeJsonFrame } from '../../source/wire/frames.ts';
import {
  GATE_PAYLOAD_BYTES_MAX,
  GATE_PROTOCOL,
  GateKind,
  type GateAsk,
} from '../../source/wire/gate-protocol.ts';
import { tempFolder, TOKEN, TOKEN_HASH, type TempFolder } from '../support/gate.ts';
import { until } from '../support/until.ts';

const ANSWER = { stdout: '{}', stderr: '', exitCode: 0 };
const ASK: GateAsk = {
  protocol: GATE_PROTOCOL,
  id: 'a1',
  session: 's1',
  token: TOKEN,
  dialect: 'claude',
  payload: '{}',
};
const asking = (change: Partial<GateAsk> = {}): Buffer =>
  encodeJsonFrame(GateKind.Ask, { ...ASK, ...change });

let folder: TempFolder;
let socket: string;
const endpoints: GateEndpoint[] = [];

beforeEach(() => {
  folder = tempFolder();
  socket = join(folder.path, 's1.gate.sock');
});
afterEach(() => {
  for (const endpoint of endpoints.splice(0)) endpoint.close();
  folder.remove();
});

async function listen(onAsk: GateEndpointOptions['onAsk']): Promise<GateEndpoint> {
  const endpoint = await listenForGate({ socket, session: 's1', tokenHash: TOKEN_HASH, onAsk });
  endpoints.push(endpoint);
  return endpoint;
}

describe('the gate of a session', () => {
  test('HI1 hands a question on and its answer back', async () => {
    const asks: GateAsk[] = [];
    await listen(async (ask) => {
      asks.push(ask);
      return ANSWER;
    });
    expect(await askOnce(socket, asking())).toEqual({ type: 'answered', answer: ANSWER });
    expect(asks).toEqual([ASK]);
  });

  test('PE12 is for its owner alone', async () => {
    await listen(async () => ANSWER);
    expect(lstatSync(socket).mode & 0o777).toBe(0o600);
  });

  const strangers: readonly [string, Buffer, RegExp][] = [
    ['a wrong token', asking({ token: 'guess' }), /token/],
    ['no token', asking({ token: '' }), /token/],
    ['the name of another session', asking({ session: 's2' }), /token/],
    ['another protocol', asking({ protocol: 2 }), /speaks protocol 2, the daemon 1; restart/],
    ['more than anybody can judge', asking({ payload: 'x'.repeat(GATE_PAYLOAD_BYTES_MAX + 1) }), /larger/],
    ['no JSON', encodeFrame(GateKind.Ask, Buffer.from('{')), /no question/],
    ['a question with a hole', encodeJsonFrame(GateKind.Ask, { ...ASK, payload: undefined }), /no question/],
    ['two questions at once', Buffer.concat([asking(), asking()]), /no question/],
    ['an answer', encodeJsonFrame(GateKind.Answer, ANSWER), /no question/],
    ['an impossible frame', Buffer.from([0xff, 0xff, 0xff, 0xff, 1]), /no question/],
  ];
  test.each(strangers)('PE12 refuses %s in words, and asks nobody', async (_, bytes, sentence) => {
    let asked = 0;
    await listen(async () => {
      asked += 1;
      return ANSWER;
    });
    expect(await askOnce(socket, bytes)).toEqual({
      type: 'refused',
      sentence: expect.stringMatching(sentence),
    });
    expect(asked).toBe(0);
  });

  test('PE12 hangs up on one who never stops sending', async () => {
    await listen(async () => ANSWER);
    const connection = createConnection(socket);
    connection.on('error', () => {});
    const closed = new Promise<void>((done) => connection.on('close', () => done()));
    connection.write(Buffer.from([0x00, 0xff, 0xff, 0xff, 1]));
    connection.write(Buffer.alloc(4 * 1024 * 1024, 32));
    await closed;
  });

  test('HI6 a question that fails inside is refused, not left hanging', async () => {
    await listen(() => Promise.reject(new Error('disk full')));
    expect(await askOnce(socket, asking())).toEqual({
      type: 'refused',
      sentence: 'fleet: the call could not be judged: disk full',
    });
  });

  test('HI6 is told when the one who asked hangs up', async () => {
    let signal: AbortSignal | undefined;
    await listen((_, given) => {
      signal = given;
      return new Promise(() => {});
    });
    const connection = createConnection(socket, () => connection.write(asking()));
    await until(() => signal !== undefined || undefined, 'the question arrives');
    expect(signal!.aborted).toBe(false);
    connection.destroy();
    await until(() => signal!.aborted || undefined, 'the signal is given');
  });

  test('HI6 a daemon that leaves does not take it that the agent gave up', async () => {
    let signal: AbortSignal | undefined;
    const endpoint = await listen((_, given) => {
      signal = given;
      return new Promise(() => {});
    });
    const held = askOnce(socket, asking());
    await until(() => signal, 'the question arrives');
    endpoint.close();
    expect(await held).toMatchObject({ type: 'away', wasAsked: true });
    expect(signal!.aborted).toBe(false);
  });

  test('PE12 lets 64 wait and refuses the next', async () => {
    let waiting = 0;
    await listen(() => {
      waiting += 1;
      return new Promise(() => {});
    });
    const held = Array.from({ length: 64 }, () => askOnce(socket, asking()));
    await until(() => waiting === 64 || undefined, '64 wait');
    expect(await askOnce(socket, asking())).toMatchObject({ type: 'refused' });
    endpoints.splice(0)[0]!.close();
    for (const outcome of await Promise.all(held)) expect(outcome.type).toBe('away');
  });

  test('UI7 takes the place that a killed daemon left behind', async () => {
    writeFileSync(socket, '');
    writeFileSync(`${socket}~`, '');
    await listen(async () => ANSWER);
    expect((await askOnce(socket, asking())).type).toBe('answered');
  });

  test('UI7 a daemon on its way out leaves its successor alone', async () => {
    const old = await listen(async () => ({ ...ANSWER, stdout: '{"old":1}' }));
    await listen(async () => ANSWER);
    old.close();
    expect(await askOnce(socket, asking())).toEqual({ type: 'answered', answer: ANSWER });
    endpoints.pop()!.close();
    expect(lstatSync(socket, { throwIfNoEntry: false })).toBeUndefined();
  });
});
