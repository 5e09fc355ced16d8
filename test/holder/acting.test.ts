import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { connectHolder } from '../../source/wire/holder-client.ts';
import { encodeFrame, encodeJsonFrame, FrameReader, type Frame } from '../../source/wire/frames.ts';
import { encodeInput, HolderKind } from '../../source/wire/holder-protocol.ts';
import { HolderLab } from '../support/holder-lab.ts';
import { until } from '../support/until.ts';

let lab: HolderLab;
let servers: Server[];

beforeEach(() => {
  lab = new HolderLab();
  servers = [];
});

afterEach(async () => {
  for (const server of servers) server.close();
  await lab.close();
});

/** Prints the number of each byte it reads. */
const COUNTING = 'stty raw -echo; echo ready; exec od -An -v -tu1 -w1';

test('R3 input typed once though sent twice, also over a new connection', async () => {
  await lab.startShell('s1', 'stty -echo; echo ready; while read line; do echo "<$line>"; done');
  const watch = await lab.watch('s1');
  await watch.sees('ready');
  const first = await lab.connect('s1', 1, 77n);
  expect(await first.input(Buffer.from('one\r'), 5)).toBe('written');
  expect(await first.input(Buffer.from('one\r'), 5)).toBe('duplicate');
  first.close();
  const second = await lab.connect('s1', 1, 77n);
  expect(await second.input(Buffer.from('one\r'), 5)).toBe('duplicate');
  expect(await second.input(Buffer.from('two\r'), 6)).toBe('written');
  const other = await lab.connect('s1', 1, 78n);
  expect(await other.input(Buffer.from('three\r'), 5)).toBe('written');
  await watch.sees('<three>');
  expect(watch.text).toBe('ready\r\n<one>\r\n<two>\r\n<three>\r\n');
});

test('input that found no room was not typed, and the same may be sent again', async () => {
  await lab.startShell('s1', 'stty raw -echo; echo ready; exec sleep 100');
  const watch = await lab.watch('s1');
  await watch.sees('ready');
  const { connection } = watch;
  void connection.input(Buffer.alloc(4 * 1024 * 1024), 1).catch(() => {});
  expect(await connection.input(Buffer.alloc(1024 * 1024), 2)).toBe('full');
  expect(await connection.input(Buffer.alloc(1024 * 1024), 2)).toBe('full');
});

test('R3 a daemon with a newer epoch fences the older one, in words; terminals may still type and resize', async () => {
  const { holder } = await lab.startShell('s1', COUNTING);
  const watch = await lab.watch('s1');
  await watch.sees('ready');
  const old = await lab.connect('s1', 4);
  expect(await old.input(Buffer.from('a'))).toBe('written');
  const young = await lab.connect('s1', 5);
  expect(young.hello.epoch).toBe(5);
  expect(await old.input(Buffer.from('b'))).toBe('fenced');
  expect((await old.status()).exit).toBeNull();
  const refused = new Promise<string>((resolve) =>
    old.onClose(({ code, message }) => resolve(`${code}: ${message}`)),
  );
  old.signal(9, true);
  expect(await refused).toBe(
    'REFUSED: a newer daemon (epoch 5) has taken over this session, and epoch 4 may no longer act on it: this daemon must end',
  );
  for (const act of ['resize', 'release'] as const) {
    const returned = await lab.connect('s1', 4);
    const closed = new Promise<string>((resolve) => returned.onClose(({ code }) => resolve(code)));
    if (act === 'resize') returned.resize(90, 30);
    else returned.release();
    expect(await closed).toBe('REFUSED');
  }
  expect(await watch.connection.input(Buffer.from('c'))).toBe('written');
  watch.connection.resize(99, 33);
  await until(() => watch.resizes.at(-1)?.columns === 99 || undefined, 'the new size');
  await watch.sees('99');
  expect(watch.text.match(/\d+/g)).toEqual(['97', '99']);
  expect((await young.status()).exit).toBeNull();
  young.signal(9, true);
  await until(async () => (await young.status()).exit?.signal ?? undefined, 'the end');
  expect(young.hello.holder).toEqual(holder);
});

test('a terminal may neither signal nor release, and is told who may', async () => {
  await lab.startShell('s1', 'exec sleep 100');
  for (const act of ['signal', 'release'] as const) {
    const terminal = await lab.connect('s1', 0);
    const closed = new Promise<string>((resolve) => terminal.onClose(({ message }) => resolve(message)));
    if (act === 'signal') terminal.signal(9, true);
    else terminal.release();
    expect(await closed).toMatch(/only the daemon may .*: use fleet stop/);
  }
});

test('R4 a client of another protocol is refused in words that say what to do', async () => {
  await lab.startShell('s1', 'exec sleep 100');
  const hello = Buffer.alloc(20);
  hello.writeUInt16BE(9, 0);
  hello.writeUInt16BE(7, 2);
  const [frame] = await exchange(lab.places.holderSocket('s1'), encodeFrame(HolderKind.Hello, hello));
  expect(frame!.kind).toBe(HolderKind.Refused);
  expect(frame!.payload.toString()).toBe(
    'this session is held by a program that speaks holder protocol 1 to 1, and yours speaks 7 to 9: use the version of fleet that started it, or end the session and start it again',
  );
});

test('R6 garbage, impossible frames and half a hello end the connection and nothing else', async () => {
  await lab.startShell('s1', 'exec sleep 100');
  const socket = lab.places.holderSocket('s1');
  const impossible = Buffer.alloc(5, 0xff);
  const early = encodeInput(1, Buffer.from('typed before hello'));
  for (const bytes of [
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    impossible,
    early,
    encodeFrame(HolderKind.Hello, Buffer.alloc(3)),
  ])
    expect(await exchange(socket, bytes)).toEqual([]);
  const { connection } = await lab.watch('s1');
  expect((await connection.status()).exit).toBeNull();
});

test('a client tells apart who is gone, silent, garbage and refusing', async () => {
  const attempt = (socket: string) =>
    connectHolder({ socket, epoch: 0, timeoutMs: 300 }).then(
      () => 'connected',
      ({ code }: { code: string }) => code,
    );
  const serve = async (name: string, bytes: Buffer | null): Promise<string> => {
    const path = join(lab.folder, name);
    const server = createServer((socket) => {
      socket.on('error', () => {});
      if (bytes !== null) socket.write(bytes);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return path;
  };
  expect(await attempt(join(lab.folder, 'nobody.sock'))).toBe('GONE');
  expect(await attempt(await serve('silent', null))).toBe('TIMEOUT');
  expect(await attempt(await serve('http', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')))).toBe('GARBAGE');
  expect(await attempt(await serve('json', encodeJsonFrame(HolderKind.Welcome, { session: 1 })))).toBe(
    'GARBAGE',
  );
  expect(await attempt(await serve('no', encodeFrame(HolderKind.Refused, Buffer.from('no'))))).toBe(
    'REFUSED',
  );
});

test('what waits for a holder that is killed is told at once', async () => {
  const { holder } = await lab.startShell('s1', 'stty raw -echo; echo ready; exec sleep 100');
  const { connection } = await lab.watch('s1');
  const typed = connection.input(Buffer.alloc(3 * 1024 * 1024));
  const closed = new Promise<string>((resolve) => connection.onClose(({ code }) => resolve(code)));
  process.kill(holder.pid, 'SIGKILL');
  await expect(typed).rejects.toMatchObject({ code: 'GONE' });
  expect(await closed).toBe('GONE');
  await expect(connection.status()).rejects.toMatchObject({ code: 'GONE' });
  await expect(connection.input(Buffer.from('x'))).rejects.toMatchObject({ code: 'GONE' });
});

/** Sends bytes and returns the frames that come back until the other side hangs up. */
function exchange(path: string, bytes: Buffer): Promise<Frame[]> {
  return new Promise((resolve) => {
    const reader = new FrameReader();
    const frames: Frame[] = [];
    const socket = connect(path, () => socket.write(bytes));
    socket.on('data', (chunk) => frames.push(...reader.push(chunk)));
    socket.on('error', () => {});
    socket.on('close', () => resolve(frames));
  });
}
