/** The built program as it is installed: its bins, its help, what it loads and what npm packs. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../source/cli/commands.ts';
import { PROGRAM } from '../support/fleet-home.ts';

interface Manifest {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
}

const ROOT = resolve(import.meta.dirname, '../..');
const { version, bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
const folder = mkdtempSync(join(tmpdir(), 'fleet-package-'));
const environment = { PATH: process.env['PATH'] ?? '', HOME: folder, FLEET_HOME: join(folder, 'home') };
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const execute = promisify(execFile);

/** Runs a file of the package with the Node that runs this test; rejects unless it ends well. */
async function node(words: readonly string[], more: Record<string, string> = {}): Promise<string> {
  const env = { ...environment, ...more };
  const running = execute(process.execPath, words, { cwd: folder, env });
  running.child.stdin?.end();
  return (await running).stdout;
}

describe('the bins', () => {
  it('fleet and fleet-tui are one program, by link as npm installs them', async () => {
    expect(bin['fleet-tui']).toBe(bin['fleet']);
    for (const name of ['fleet', 'fleet-tui']) {
      const link = join(folder, name);
      symlinkSync(join(ROOT, bin[name]!), link);
      expect(await node([link, '--version'])).toBe(`${version}\n`);
      expect(await node([link, 'log', 'verify', '--help'])).toContain('Usage: fleet log verify');
    }
  });

  it('fleet-gate refuses what is no question', async () => {
    const asked = node([join(ROOT, bin['fleet-gate']!), 'claude']);
    await expect(asked).rejects.toMatchObject({ code: 2 });
  });
});

describe('the help', () => {
  it('names every command, with its summary', async () => {
    const helps = new Map([['', await node([PROGRAM.script, '--help'])]]);
    for (const [name, load] of Object.entries(COMMANDS)) {
      const [first = '', second] = name.split(' ');
      const group = second === undefined ? '' : first;
      if (!helps.has(group)) helps.set(group, await node([PROGRAM.script, group, '--help']));
      // Long lines are wrapped; words are words.
      const words = helps.get(group)!.replace(/\s+/g, ' ');
      const { command } = await load();
      expect(command.name).toBe(name);
      expect(words).toMatch(new RegExp(` ${second ?? first}( [[<]|  ?)`));
      expect(words).toContain(command.summary);
    }
  });
});

describe('the README', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

  it('names every command', () => {
    expect(Object.keys(COMMANDS).filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });

  it('points only at what is there', () => {
    const places = [...readme.matchAll(/\]\(([^)#]+)/g)].map(([, place = '']) => place);
    expect(places).toContain('docs/control-room.svg');
    expect(places.filter((place) => !existsSync(join(ROOT, place)))).toEqual([]);
  });
});

describe('what is loaded', () => {
  /** Words only React and the terminal engine have in them. */
  const HEAVY = /react\.transitional\.element|allowProposedApi/;
  const dist = join(PROGRAM.script, '..');

  it('the bundle has Ink and the terminal engine in it, so that their absence means something', () => {
    const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.mjs'),
    );
    expect(files.some((name) => HEAVY.test(readFileSync(join(dist, name), 'utf8')))).toBe(true);
  });

  it.each(['--version', '--help', 'ls --help', 'config check'])(
    'a command of the line loads neither, nor any package: fleet %s',
    async (line) => {
      const out = join(folder, 'loaded');
      const preload = join(import.meta.dirname, 'loaded-files.mjs');
      await node(['--import', preload, PROGRAM.script, ...line.split(' ')], {
        LOADED_FILES: out,
      }).catch(
        // There is no project here to check; what was loaded is what counts.
        () => {},
      );
      const urls = readFileSync(out, 'utf8').split('\n');
      const files = urls.filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url));
      expect(files).toContain(PROGRAM.script);
      expect(files.filter((file) => file.includes('node_modules'))).toEqual([]);
      expect(files.filter((file) => HEAVY.test(readFileSync(file, 'utf8')))).toEqual([]);
    },
  );
});

describe('the tarball', () => {
  it('holds what is run and read, and no source, test or tool', async () => {
    const words = ['pack', '--dry-run', '--ignore-scripts', '--json', '--offline'];
    const { stdout } = await execute('npm', words, { cwd: ROOT, env: environment });
    const packed: unknown = JSON.parse(stdout);
    // npm 11 tells it as a list, npm 12 by name.
    const [{ files }] = Object.values(packed as Record<string, { files: { path: string }[] }>) as [
      { files: { path: string }[] },
    ];
    const tops = new Set(files.map(({ path }) => path.split('/')[0]));
    const read = ['CHANGELOG.md', 'LICENSE', 'README.md', 'docs', 'package.json', 'themes'];
    expect(tops).toEqual(new Set(['bin', 'dist', ...read]));
    const paths = files.map(({ path }) => path);
    for (const path of [
      'dist/fleet.mjs',
      'dist/chrome-worker.mjs',
      'dist/fleet-gate.cjs',
      ...Object.values(bin),
    ])
      expect(paths).toContain(path);
  });
});
