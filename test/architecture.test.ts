/**
 * The import table of docs/architecture.md, enforced: who may import whom, and which packages. Type-only
 * imports count. The gate is followed transitively, because it must stay a file of Node built-ins.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

interface Part {
  /** Folder below source/, or a file at the top. */
  readonly at: string;
  readonly parts: readonly string[];
  readonly packages: readonly string[];
  /** Node built-ins; core has none. */
  readonly builtins: boolean;
}

/** Only packages that compute: a shell or YAML parser, a hash. */
const COMPUTING = ['yaml', '@noble/hashes', 'unbash', 'diff'];

const TABLE: readonly Part[] = [
  { at: 'core', parts: [], packages: COMPUTING, builtins: false },
  { at: 'wire', parts: ['core'], packages: [], builtins: true },
  { at: 'io/store', parts: ['core'], packages: ['better-sqlite3'], builtins: true },
  { at: 'io/git', parts: ['core'], packages: [], builtins: true },
  { at: 'io/pty', parts: ['core'], packages: ['node-pty'], builtins: true },
  { at: 'io/segments', parts: ['core'], packages: [], builtins: true },
  { at: 'io/files', parts: ['core'], packages: [], builtins: true },
  { at: 'io/network', parts: ['core'], packages: [], builtins: true },
  { at: 'io/vault', parts: ['core'], packages: ['@napi-rs/keyring', 'age-encryption'], builtins: true },
  { at: 'io/sandbox', parts: ['core'], packages: [], builtins: true },
  // Runs in the network of a sandbox; like the gate it is a file of its own.
  { at: 'bridge', parts: ['core'], packages: [], builtins: true },
  { at: 'gate', parts: ['core', 'wire'], packages: [], builtins: true },
  // Output of a session and the files of a project are read where they lie, without a daemon between.
  {
    at: 'cli',
    // `doctor` proves containment where there may be no daemon. A damaged log has no daemon to ask: `db restore` opens the store itself.
    parts: ['core', 'wire', 'io/segments', 'io/files', 'io/git', 'io/store', 'io/sandbox'],
    packages: ['commander', 'string-width'],
    builtins: true,
  },
  {
    at: 'tui',
    parts: ['core', 'wire'],
    packages: ['ink', 'react', 'string-width', 'fuzzysort', 'conf', 'chokidar'],
    builtins: true,
  },
  { at: 'holder', parts: ['core', 'wire', 'io/pty', 'io/segments'], packages: [], builtins: true },
  { at: 'screens', parts: ['core', 'wire', 'io/segments'], packages: [], builtins: true },
  { at: 'demo', parts: [], packages: [], builtins: true },
  {
    at: 'daemon',
    parts: [
      'core',
      'wire',
      'io/store',
      'io/git',
      'io/files',
      'io/segments',
      'io/network',
      'io/sandbox',
      'io/vault',
    ],
    packages: [],
    builtins: true,
  },
];

/** The terminal engine may be touched by one file only, so that it can be replaced in one place. */
const ENGINE_PACKAGES = ['@xterm/headless', '@xterm/addon-serialize', '@xterm/addon-unicode-graphemes'];
const ENGINE_FILE = 'source/screens/engine.ts';

interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly target: { readonly file: string } | { readonly package: string } | { readonly builtin: string };
}

const files = sourceFiles(join(ROOT, 'source'));
const imports = files.flatMap(importsOf);

describe('the import table', () => {
  it('covers every file', () => {
    expect(files.filter((file) => partOf(file) === undefined && !file.startsWith('source/types/'))).toEqual(
      [],
    );
  });

  it('lets a part import only its parts', () => {
    const wrong = imports.flatMap(({ file, target }) => {
      const part = partOf(file);
      if (!part || !('file' in target) || target.file.endsWith('.json')) return [];
      const other = partOf(target.file);
      const isAllowed = other && (other === part || part.parts.includes(other.at));
      return isAllowed ? [] : [`${file} imports ${target.file}`];
    });
    expect(wrong).toEqual([]);
  });

  it('lets a part use only its packages', () => {
    const wrong = imports.flatMap(({ file, target }) => {
      const part = partOf(file);
      if (!part || !('package' in target)) return [];
      if (ENGINE_PACKAGES.includes(target.package))
        return file === ENGINE_FILE ? [] : [`${file} uses ${target.package}`];
      return part.packages.includes(target.package) ? [] : [`${file} uses ${target.package}`];
    });
    expect(wrong).toEqual([]);
  });

  it('keeps Node out of core, and clocks and chance, too', () => {
    const builtins = imports.flatMap(({ file, specifier, target }) =>
      partOf(file)?.builtins === false && 'builtin' in target ? [`${file} imports ${specifier}`] : [],
    );
    const impure = files
      .filter((file) => file.startsWith('source/core/'))
      .flatMap((file) => {
        const code = readFileSync(join(ROOT, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
        const found =
          /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bprocess\.|\bsetTimeout\b|\bperformance\.|\bcrypto\.get/.exec(
            code,
          );
        return found ? [`${file} uses ${found[0]}`] : [];
      });
    expect([...builtins, ...impure]).toEqual([]);
  });

  it('keeps every package out of the gate, however far the import goes', () => {
    const seen = new Set<string>();
    const packages: string[] = [];
    const follow = (file: string) => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const { target, specifier } of imports.filter((each) => each.file === file)) {
        if ('package' in target) packages.push(`${file} uses ${specifier}`);
        if ('file' in target) follow(target.file);
      }
    };
    for (const file of files.filter((each) => each.startsWith('source/gate/'))) follow(file);
    expect(packages).toEqual([]);
  });

  it('keeps Ink off the way of the command line', () => {
    const reached = new Set<string>();
    const follow = (file: string) => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const { target } of imports.filter((each) => each.file === file))
        if ('file' in target) follow(target.file);
    };
    follow('source/cli/main.ts');
    expect([...reached].filter((file) => file.startsWith('source/tui/'))).toEqual([]);
  });
});

function partOf(file: string): Part | undefined {
  return TABLE.find(({ at }) => file.startsWith(`source/${at}/`));
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [relative(ROOT, path)] : [];
  });
}

function importsOf(file: string): Import[] {
  const { module, program } = parseSync(file, readFileSync(join(ROOT, file), 'utf8'));
  const fixed = module.staticImports.map(({ moduleRequest }) => moduleRequest.value);
  const passedOn = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest }) => (moduleRequest ? [moduleRequest.value] : [])),
  );
  const text = readFileSync(join(ROOT, file), 'utf8');
  const lazy = module.dynamicImports.map(({ moduleRequest }) =>
    text.slice(moduleRequest.start, moduleRequest.end).replaceAll(/^['"`]|['"`]$/g, ''),
  );
  const required = [...text.matchAll(/\brequire\(['"]([^'"]+)['"]\)/g)].map((match) => match[1]!);
  expect(program.type).toBe('Program');
  return [...fixed, ...passedOn, ...lazy, ...required].map((specifier) => ({
    file,
    specifier,
    target: targetOf(file, specifier),
  }));
}

function targetOf(file: string, specifier: string): Import['target'] {
  if (specifier.startsWith('.')) return { file: relative(ROOT, resolve(ROOT, dirname(file), specifier)) };
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return { builtin: specifier };
  const [scope = '', name = ''] = specifier.split('/');
  return { package: specifier.startsWith('@') ? `${scope}/${name}` : scope };
}
