/** R27: any file of FLEET_HOME is damaged in any way; fleet goes on or refuses in words, and destroys nothing. */
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Run } from '../../source/core/fleet.ts';
import { connectHolder } from '../../source/wire/holder-client.ts';
import { isAlive } from '../../source/wire/process-identity.ts';
import { report } from '../support/figures.ts';
import { FleetHome, type Ran, type User } from '../support/fleet-home.ts';
import { killHard, pidOf } from '../support/home-processes.ts';
import { reliabilityCount } from '../support/reliability-count.ts';
import { until } from '../support/until.ts';

const isFull = reliabilityCount({ reduced: 0, full: 1 }) === 1;
/** Nobody is kept waiting longer than this for a no. */
const ANSWER_MS_MAX = 15_000;
const GARBAGE = `garbage ${'not what was here '.repeat(50)}`;

/** Permissions hold nobody back who is root, so then another user runs it all. */
const NOBODY = 65_534;
const user: User | undefined = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : undefined;

let home: FleetHome;
afterEach(async () => {
  if (existsSync(home.folder)) for (const path of allIn(home.folder)) makeOpen(path);
  await home.close();
});

const DAMAGES = {
  deleted: (path: string) => rmSync(path, { recursive: true }),
  closed: (path: string) => chmodSync(path, 0),
  garbled(path: string) {
    rmSync(path, { recursive: true });
    write(path, GARBAGE);
  },
  'a folder': (path: string) => {
    rmSync(path, { recursive: true });
    mkdirSync(path);
    if (user) chownSync(path, user.uid, user.gid);
    write(join(path, 'kept'), GARBAGE);
  },
} as const;

/** What a home in use holds; the names of sessions are filled in. */
const TARGETS = [
  'fleet.db',
  'fleet.db-wal',
  'fleet.db-shm',
  'fleet.head',
  'fleet.key',
  'checkpoints.log',
  'daemon.lock',
  'backups',
  'logs',
  'logs/daemon.log',
  'logs/screens.log',
  'run',
  'run/daemon.sock',
  'run/screens.sock',
  'run/LIVE.sock',
  'run/LIVE.gate.sock',
  'sessions',
  'sessions/LIVE',
  'sessions/LIVE/meta.json',
  'sessions/LIVE/OUTPUT',
  'sessions/LIVE/INDEX',
  'sessions/ENDED/meta.json',
  'sessions/ENDED/exit.json',
  'sessions/ENDED/OUTPUT',
  'snapshots',
  'spool',
  'spool/LIVE.jsonl',
  'worktrees',
] as const;

/** What is there only while a process runs, or can be made again: its loss is no loss. */
const SCRATCH = /^run\/|^run$|^fleet\.db-shm$|^snapshots/;

const KINDS = Object.keys(DAMAGES) as (keyof typeof DAMAGES)[];
/** At a reduced count every third of them, each damaged in one way, all ways in turn. */
const cases = TARGETS.flatMap((target, index) =>
  isFull
    ? KINDS.map((damage) => [target, damage] as const)
    : index % 3 === 0
      ? [[target, KINDS[(index / 3) % KINDS.length]!] as const]
      : [],
);
const outcomes = { 'went on': 0, refused: 0 };

it.each(cases)('R27 %s: %s', async (target, damage) => {
  const { live, path } = await homeWith(target);
  const before = contentOf(path);
  DAMAGES[damage](path);

  const listed = await inTime(home.fleet(['ls', '--json']), 'fleet ls');
  expectSentence(listed);
  if (listed.code === 0) {
    const { runs } = JSON.parse(listed.stdout) as { runs: Run[] };
    expect(runs.find(({ id }) => id === live.id)?.phase).toBe('running');
    outcomes['went on']++;
  } else outcomes.refused++;
  const started = await inTime(home.fleet(['start', '--command', 'cat', '--json']), 'fleet start');
  expectSentence(started);
  expectSentence(await inTime(home.fleet(['ls']), 'fleet ls'));

  expect(isAlive(live.holder!) && isAlive(live.child!)).toBe(true);
  if (!target.startsWith('run')) await echoes(live);
  if (!SCRATCH.test(target)) {
    if (damage === 'closed') expectKept(before);
    else if (damage !== 'deleted') expectKept(new Map([['', Buffer.from(GARBAGE)]]));
  }
});

it('R27 a home that may only be read is refused in words', async () => {
  const { live } = await homeWith('fleet.db');
  for (const path of allIn(home.places.home)) if (lstatSync(path).isDirectory()) chmodSync(path, 0o500);
  for (const command of [['ls'], ['start', '--command', 'cat']]) {
    const refused = await inTime(home.fleet(command), 'a refusal');
    expect(refused.code).toBe(1);
    expectSentence(refused);
  }
  expect(isAlive(live.holder!) && isAlive(live.child!)).toBe(true);
});

it('R27 a home of somebody else is refused in words and left alone', async () => {
  home = new FleetHome({}, user);
  if (!user) {
    process.stdout.write('R27: not root, so nobody else can own a folder here\n');
    return;
  }
  mkdirSync(home.places.home, { mode: 0o777 });
  const refused = await inTime(home.fleet(['ls']), 'a refusal');
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.stderr).toContain(`${home.places.home} belongs to user 0`);
  expect(readdirSync(home.places.home)).toEqual([]);
});

it('R27 counts', () => report('R27', { cases: cases.length, ...outcomes }));

/** A home in use, with one session alive and one ended, whose daemon was just killed. */
async function homeWith(target: string): Promise<{ live: Run; path: string }> {
  home = new FleetHome({}, user);
  const live = await begin(['--command', 'cat']);
  const ended = await begin(['--command', 'echo over']);
  await home.runWhen(ended.id, ({ phase }) => phase === 'exited');
  await echoes(live);
  const { places } = home;
  write(join(places.spool, `${live.session}.jsonl`), '\n{"id":"r1"}\n');
  mkdirSync(places.snapshots, { recursive: true });
  await until(() => existsSync(places.screensSocket) || undefined, 'screens');
  await killHard(await pidOf(places, 'daemon'));
  const named = target.replace('LIVE', live.session!).replace('ENDED', ended.session!);
  const folder = join(places.home, named, '..');
  const pattern = named.endsWith('OUTPUT') ? /^out\./ : named.endsWith('INDEX') ? /^index\./ : null;
  const found = pattern ? readdirSync(folder).find((name) => pattern.test(name)) : undefined;
  const path = found === undefined ? join(places.home, named) : join(folder, found);
  if (!existsSync(path))
    throw new Error(`there is no ${relative(places.home, path)}: ${readdirSync(folder).join(' ')}`);
  return { live, path };
}

async function begin(parameters: readonly string[]): Promise<Run> {
  const { stdout, stderr } = await home.fleet(['start', ...parameters, '--json']);
  if (stderr) throw new Error(stderr);
  const { run } = JSON.parse(stdout) as { run: string };
  return home.runWhen(run, ({ phase }) => phase !== 'requested' && phase !== 'launching');
}

/** The session takes input and answers, daemon or not. */
async function echoes({ session }: Run): Promise<void> {
  const holder = await connectHolder({
    socket: home.places.holderSocket(session!),
    epoch: 0,
    timeoutMs: 5_000,
  });
  let shown = '';
  holder.onData((_, bytes) => (shown += bytes.toString()));
  holder.attach(Number.MAX_SAFE_INTEGER);
  await holder.input(Buffer.from('are you there\r'));
  await until(() => shown.includes('are you there') || undefined, 'the echo of a live session');
  holder.close();
}

async function inTime(running: Promise<Ran>, what: string): Promise<Ran> {
  const startedAt = performance.now();
  const ran = await running;
  expect(performance.now() - startedAt, `${what} took its time`).toBeLessThan(ANSWER_MS_MAX);
  return ran;
}

/** Either it went well, or one line says what is wrong; never where in our sources. */
function expectSentence({ code, stderr }: Ran): void {
  expect(stderr).not.toMatch(/\n\s+at |node:internal|\bundefined\b|\[object/);
  if (code === 0) return;
  expect({ code, stderr }).toMatchObject({ code: 1 });
  expect(stderr).toMatch(/^fleet (ls|start): .{30,}\n$/s);
}

/** Every one of these contents is somewhere in the home, wherever it was moved to. */
function expectKept(contents: ReadonlyMap<string, Buffer>): void {
  for (const path of allIn(home.places.home)) makeOpen(path);
  const there = [...contentOf(home.places.home).values()];
  for (const [name, content] of contents)
    // A log may have grown since.
    expect(
      there.some((kept) => kept.subarray(0, content.length).equals(content)),
      `${name} is kept`,
    ).toBe(true);
}

function contentOf(path: string): Map<string, Buffer> {
  return new Map(
    [path, ...(lstatSync(path).isDirectory() ? allIn(path) : [])]
      .filter((each) => lstatSync(each).isFile())
      .map((each) => [each, readFileSync(each)]),
  );
}

/** Folders before what is in them, one at a time, so that each can be opened before it is looked into. */
function* allIn(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    yield path;
    if (entry.isDirectory()) yield* allIn(path);
  }
}

function makeOpen(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory()) chmodSync(path, 0o700);
  else if (stat?.isFile() || stat?.isSocket()) chmodSync(path, 0o600);
}

function write(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
  if (user) chownSync(path, user.uid, user.gid);
}
