/** bin/fleet.cjs, copied beside a small program that stands in for the bundle. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';

const OLD_NODE = resolve(import.meta.dirname, 'old-node.cjs');
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0).toReversed()) close();
});

/** Says what it was given; then ends as it is told to, by argument or by signal. */
const PROGRAM = `
const { argv, versions } = process;
process.on('SIGTERM', () => { console.log('got SIGTERM'); process.exit(9); });
process.on('SIGHUP', () => { console.log('got SIGHUP'); process.exit(8); });
console.log(JSON.stringify({ arguments: argv.slice(2), isOld: versions.node.startsWith('20.') }));
if (argv[2] === 'exit') process.exitCode = Number(argv[3]);
if (argv[2] === 'die') process.kill(process.pid, 'SIGKILL');
if (argv[2] === 'wait') setInterval(() => {}, 1000);
`;

/** What a checkout has: the launcher, and as told the bundle and a Node brought along. */
function checkout(has: { bundle?: boolean; node?: 'other' | 'itself'; modules?: boolean } = {}): string {
  const root = join(mkdtempSync(join(tmpdir(), 'fleet-launcher-')), 'a #1 %20 ?x=y');
  closing.push(() => rmSync(join(root, '..'), { recursive: true, force: true }));
  mkdirSync(join(root, 'bin'), { recursive: true });
  copyFileSync(resolve(import.meta.dirname, '../../bin/fleet.cjs'), join(root, 'bin', 'fleet.cjs'));
  if (has.bundle ?? true) {
    mkdirSync(join(root, 'dist'));
    writeFileSync(join(root, 'dist', 'fleet.mjs'), PROGRAM);
  }
  if (has.modules || has.node) mkdirSync(join(root, 'node_modules', '.bin'), { recursive: true });
  const node = join(root, 'node_modules', '.bin', 'node');
  if (has.node === 'itself') symlinkSync(process.execPath, node);
  if (has.node === 'other')
    writeFileSync(node, `#!/bin/sh\nexec '${process.execPath}' "$@"\n`, { mode: 0o755 });
  return root;
}

function launch(root: string, words: readonly string[], { isOld = false } = {}): ChildProcess {
  const node = isOld ? ['--require', OLD_NODE] : [];
  const child = spawn(process.execPath, [...node, join(root, 'bin', 'fleet.cjs'), ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  closing.push(() => child.kill('SIGKILL'));
  return child;
}

async function ended(child: ChildProcess): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close'),
    text(child.stdout!),
    text(child.stderr!),
  ]);
  return { code, stdout, stderr };
}

const run = (root: string, words: readonly string[] = [], options = {}): ReturnType<typeof ended> =>
  ended(launch(root, words, options));

describe('the launcher', () => {
  it('starts the bundle from any folder and ends as it ends', async () => {
    const { code, stdout, stderr } = await run(checkout(), ['exit', '7', '--flag']);
    expect({ code, stderr }).toEqual({ code: 7, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ arguments: ['exit', '7', '--flag'], isOld: false });
  });

  it('says how to build what is not built, installed or not', async () => {
    const fresh = checkout({ bundle: false });
    expect(await run(fresh)).toEqual({
      code: 1,
      stdout: '',
      stderr: `fleet-tui: not built yet. In ${fresh} run: npm ci\n`,
    });
    const { code, stderr } = await run(checkout({ bundle: false, modules: true }));
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/run: npm run build\n$/) });
  });

  it('says which Node it needs where there is only an old one', async () => {
    expect(await run(checkout(), [], { isOld: true })).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'fleet-tui: needs Node 24 or newer, this is v20.20.2. Install it from https://nodejs.org and try again.\n',
    });
  });

  it('says the same instead of starting itself for ever', async () => {
    const { code, stderr } = await run(checkout({ node: 'itself' }), [], { isOld: true });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('needs Node 24') });
  });
});

describe('under an old Node, with a newer one brought along', () => {
  it('the newer one runs, with the same words and the same end', async () => {
    const { code, stdout } = await run(checkout({ node: 'other' }), ['exit', '5', 'a b'], { isOld: true });
    expect(code).toBe(5);
    expect(JSON.parse(stdout)).toEqual({ arguments: ['exit', '5', 'a b'], isOld: false });
  });

  it('an end by a signal is told as a shell tells it', async () => {
    expect((await run(checkout({ node: 'other' }), ['die'], { isOld: true })).code).toBe(128 + 9);
  });

  it.each([
    ['SIGTERM', 9],
    ['SIGHUP', 8],
  ] as const)('%s reaches the program, whose end is waited for', async (signal, expected) => {
    const child = launch(checkout({ node: 'other' }), ['wait'], { isOld: true });
    const end = ended(child);
    await once(child.stdout!, 'data');
    child.kill(signal);
    const { code, stdout } = await end;
    expect(code).toBe(expected);
    expect(stdout).toContain(`got ${signal}`);
  });

  it('one that cannot be started is named', async () => {
    const root = checkout({ node: 'other' });
    const node = join(root, 'node_modules', '.bin', 'node');
    writeFileSync(node, '#!/no/such/interpreter\n');
    const { code, stderr } = await run(root, [], { isOld: true });
    expect(code).toBe(1);
    expect(stderr).toContain(`could not start ${node}`);
  });
});
