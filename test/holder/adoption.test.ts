import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { findHolder, scanHolders, type FoundHolder } from '../../source/daemon/holders.ts';
import { openSegments } from '../../source/io/segments/segment-reader.ts';
import { encodeJsonFrame } from '../../source/wire/frames.ts';
import { HolderKind } from '../../source/wire/holder-protocol.ts';
import { placesOf } from '../../source/wire/places.ts';
import { bootId, identityOf, isAlive } from '../../source/wire/process-identity.ts';
import { readMeta, writeMeta } from '../../source/wire/session-files.ts';
import { HolderLab } from '../support/holder-lab.ts';
import { until } from '../support/until.ts';

let lab: HolderLab;
let strangers: ChildProcess[];
let servers: Server[];

beforeEach(() => {
  lab = new HolderLab();
  strangers = [];
  servers = [];
});

afterEach(async () => {
  for (const stranger of strangers) stranger.kill('SIGKILL');
  for (const server of servers) server.close();
  await lab.close();
});

const find = (session: string): Promise<FoundHolder> => findHolder(lab.places, session);

test('R5 a killed holder affects exactly its session, within two seconds, and its output is kept', async () => {
  const sessions = Array.from({ length: 8 }, (_, index) => `s${index}`);
  await Promise.all(
    sessions.map((session) => lab.startShell(session, `echo "this is ${session}"; exec sleep 100`)),
  );
  const watches = await Promise.all(sessions.map((session) => lab.watch(session)));
  await Promise.all(watches.map((watch, index) => watch.sees(`this is s${index}`)));
  for (const victim of [3, 0, 6]) {
    const { holder, child } = readMeta(lab.places.session(`s${victim}`))!;
    const closed = new Promise<void>((resolve) => watches[victim]!.connection.onClose(() => resolve()));
    const killedAt = performance.now();
    process.kill(holder.pid, 'SIGKILL');
    await closed;
    await until(async () => (await find(`s${victim}`)).state === 'lost' || undefined, 'it is lost');
    expect(performance.now() - killedAt).toBeLessThan(2_000);
    await until(() => !isAlive(child) || undefined, 'its child got a hangup');
    const text = [...openSegments(lab.places.session(`s${victim}`)).events(0)]
      .map((event) => (event.type === 'data' ? event.bytes.toString() : ''))
      .join('');
    expect(text).toBe(`this is s${victim}\r\n`);
  }
  const found = await scanHolders(lab.places);
  expect(found.map(({ session, state }) => `${session} ${state}`)).toEqual([
    's0 lost',
    's1 live',
    's2 live',
    's3 lost',
    's4 live',
    's5 live',
    's6 lost',
    's7 live',
  ]);
  expect(found[0]!.reason).toMatch(/its holder is gone \(killed/);
});

test('R5 a reused process number is no holder, whatever listens at the socket', async () => {
  const { holder } = await lab.startShell('s1', 'exec sleep 100');
  const meta = readMeta(lab.places.session('s1'))!;
  process.kill(holder.pid, 'SIGKILL');
  await until(() => !isAlive(holder) || undefined, 'the holder is gone');
  const stranger = spawn('sleep', ['100']);
  strangers.push(stranger);
  const number = identityOf(stranger.pid!)!;
  // The same number, another start: what a busy machine makes of a pid.
  writeMeta(lab.places.session('s1'), { ...meta, holder: { ...holder, pid: number.pid } });
  expect(await find('s1')).toMatchObject({ state: 'lost', hello: null });
  // Everything the same but the boot.
  writeMeta(lab.places.session('s1'), { ...meta, holder: { ...number, bootId: 'another-boot' } });
  expect(await find('s1')).toMatchObject({ state: 'lost' });
});

test('R5 a stale socket is no holder, and a new session may take its place', async () => {
  const { holder, child } = await lab.startShell('s1', 'exec sleep 100');
  process.kill(holder.pid, 'SIGKILL');
  await until(() => (!isAlive(holder) && !isAlive(child)) || undefined, 'both are gone');
  expect(existsSync(lab.places.holderSocket('s1'))).toBe(true);
  expect(await find('s1')).toMatchObject({ state: 'lost' });
  rmSync(lab.places.session('s1'), { recursive: true });
  await lab.startShell('s1', 'echo again; exec sleep 100');
  await (await lab.watch('s1')).sees('again');
  expect(await find('s1')).toMatchObject({ state: 'live' });
});

test('R5 a socket somebody serves is not taken away from them', async () => {
  await lab.startShell('s1', 'exec sleep 100');
  const twin = { socket: lab.places.holderSocket('s1') };
  await expect(lab.startShell('s2', 'exec sleep 100', twin)).rejects.toThrow(
    /already served by another holder/,
  );
  expect(await find('s1')).toMatchObject({ state: 'live' });
});

test('R5 never adopts a stranger: another process that answers at the socket', async () => {
  const { holder } = await lab.startShell('s1', 'exec sleep 100');
  const meta = readMeta(lab.places.session('s1'))!;
  const elsewhere = join(lab.folder, 'elsewhere.sock');
  const liar = {
    protocol: 1,
    minProtocol: 1,
    session: 's1',
    holder: identityOf(process.pid),
    child: meta.child,
    epoch: 0,
  };
  const server = createServer((socket) =>
    socket.on('error', () => {}).write(encodeJsonFrame(HolderKind.Welcome, liar)),
  );
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(elsewhere, resolve));
  writeMeta(lab.places.session('s1'), { ...meta, socket: elsewhere });
  expect(await find('s1')).toMatchObject({ state: 'stranger', hello: null });
  expect(isAlive(holder)).toBe(true);
});

test('R5 never adopts a stranger: a copied home does not take over the sessions of the original', async () => {
  await lab.startShell('s1', 'exec sleep 100');
  const copy = placesOf({ FLEET_HOME: join(lab.folder, 'copy') });
  mkdirSync(copy.sessions, { recursive: true });
  cpSync(lab.places.session('s1'), copy.session('s1'), { recursive: true });
  const [found] = await scanHolders(copy);
  expect(found).toMatchObject({ state: 'stranger', hello: null });
  expect(found!.reason).toContain(lab.places.session('s1'));
  expect(await find('s1')).toMatchObject({ state: 'live' });
});

test('R5 a moved home keeps its sessions', async () => {
  await lab.startShell('s1', 'exec sleep 100');
  const moved = placesOf({ FLEET_HOME: join(lab.folder, 'moved') });
  mkdirSync(moved.home);
  renameSync(lab.places.sessions, moved.sessions);
  expect(await findHolder(moved, 's1')).toMatchObject({ state: 'live' });
  renameSync(moved.sessions, lab.places.sessions);
});

test('R5 a holder that is stopped is silent, not lost, and is there again afterwards', async () => {
  const { holder } = await lab.startShell('s1', 'exec sleep 100');
  process.kill(holder.pid, 'SIGSTOP');
  expect(await find('s1')).toMatchObject({ state: 'silent', hello: null });
  process.kill(holder.pid, 'SIGCONT');
  expect(await find('s1')).toMatchObject({ state: 'live' });
});

test('R5 a session that ended says how, with its holder and without', async () => {
  const { holder } = await lab.startShell('s1', 'exit 5');
  await until(async () => (await find('s1')).exit ?? undefined, 'the exit');
  expect(await find('s1')).toMatchObject({ state: 'exited', exit: { code: 5 }, hello: { session: 's1' } });
  process.kill(holder.pid, 'SIGKILL');
  await until(() => !isAlive(holder) || undefined, 'the holder is gone');
  expect(await find('s1')).toMatchObject({ state: 'exited', exit: { code: 5 }, hello: null });
});

test('R5 a child that survives its holder is reported, so that it can be ended', async () => {
  const { holder, child } = await lab.startShell(
    's1',
    'trap "" HUP; echo ready; while :; do sleep 0.1; done 2>/dev/null',
  );
  await (await lab.watch('s1')).sees('ready');
  process.kill(holder.pid, 'SIGKILL');
  await until(async () => (await find('s1')).state === 'lost' || undefined, 'it is lost');
  expect(await find('s1')).toMatchObject({ state: 'lost', isChildAlive: true });
  process.kill(child.pid, 'SIGKILL');
});

test('R27 damaged, empty and foreign folders are reported in words and left alone', async () => {
  expect(await scanHolders(lab.places)).toEqual([]);
  await lab.startShell('s1', 'exec sleep 100');
  const folder = (name: string): string => {
    mkdirSync(lab.places.session(name), { recursive: true });
    return lab.places.session(name);
  };
  folder('empty');
  writeFileSync(join(folder('garbled'), 'meta.json'), '{"session": "garb');
  writeFileSync(join(folder('other'), 'meta.json'), '[1, 2]');
  writeFileSync(join(folder('null'), 'meta.json'), 'null');
  mkdirSync(join(folder('folder'), 'meta.json'));
  writeFileSync(join(lab.places.sessions, 'a-file'), '');
  const found = await scanHolders(lab.places);
  expect(found.map(({ session, state }) => `${session} ${state}`)).toEqual([
    'empty damaged',
    'folder damaged',
    'garbled damaged',
    'null damaged',
    'other damaged',
    's1 live',
  ]);
  for (const { reason } of found) expect(reason).not.toBe('');
  expect(readFileSync(join(lab.places.session('garbled'), 'meta.json'), 'utf8')).toBe('{"session": "garb');
});

test('R27 a garbled exit.json of a session that is over still says that it is over', async () => {
  const { holder } = await lab.startShell('s1', 'exit 5');
  await until(async () => (await find('s1')).exit ?? undefined, 'the exit');
  writeFileSync(join(lab.places.session('s1'), 'exit.json'), '{"code":');
  process.kill(holder.pid, 'SIGKILL');
  await until(() => !isAlive(holder) || undefined, 'the holder is gone');
  expect(await find('s1')).toMatchObject({ state: 'exited', exit: { code: null, signal: null } });
});

test('an identity is a number, a start and a boot', () => {
  const own = identityOf(process.pid)!;
  expect(own.bootId).toBe(bootId());
  expect(isAlive(own)).toBe(true);
  expect(isAlive({ ...own, startTime: '1' })).toBe(false);
  expect(isAlive({ ...own, startTime: '' })).toBe(false);
  expect(isAlive({ ...own, bootId: 'x' })).toBe(false);
  expect(identityOf(0)).toBeNull();
  expect(identityOf(-1)).toBeNull();
  expect(identityOf(2 ** 30)).toBeNull();
});
