/**
 * A small world to run scripts in, one after another: a worktree, a home, a folder outside, and stubs for
 * every program that write down how they were called instead of doing anything.
 */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { lstatSync, linkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { isSecretName } from '../../../source/core/policy/secrets.ts';
import type { ScriptPlaces } from './script-words.ts';

/** One run of a stub. */
export interface StubRun {
  /** Its name, or its whole path when it is not the one PATH leads to. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Variables it got that no harmless script sets. */
  readonly environment: string;
  /** First line of its input where that is a file. */
  readonly input: string;
}

export interface ScriptRun {
  readonly stubs: readonly StubRun[];
  /** Files that are new, gone or different, absolute. */
  readonly changed: readonly string[];
  readonly stdout: string;
  readonly isTimedOut: boolean;
}

/** A script that runs longer than this loops; what it did until then counts. */
const RUN_MS = 4_000;
/** The same for its own processor seconds: a loop of built-ins would heat for the whole time above. */
const CPU_SECONDS = 1;
/** 512-byte blocks a script may write to a file. */
const FILE_BLOCKS = 256;
/** More output than any script without a loop has. */
const OUTPUT_MAX = 64 * 1024;
/** The log of a loop may be long; the first calls say what there is to say. */
const STUB_RUNS_MAX = 2_000;
/** Descriptor of the pipe whose end tells that every process of a script has gone. */
const ALIVE_FD = 7;

/** Every variable that the generator may set and that changes what a program does. */
const WATCHED = ['LD_PRELOAD', 'PAGER', 'GIT_PAGER', 'BASH_ENV', 'FOO'] as const;

/** Dash reads it in a millisecond; it starts no other process. */
const STUB = `#!/bin/sh
read=
if [ -f /dev/stdin ]; then IFS= read -r read; fi
printf '%s\\0' "$0" "$(pwd -P)" "${WATCHED.map((name) => `$${name}`).join('')}" "$read" "$#" "$@" >> "$ORACLE_LOG"
`;

export class Lane {
  readonly places: ScriptPlaces;
  /** What the worktree holds of secrets, and of links that lead to one or out. */
  readonly secrets: readonly string[];
  readonly #log: string;
  readonly #bash: string;
  readonly #top: string;
  readonly #files: ReadonlyMap<string, string>;
  readonly #real = new Map<string, string>();

  /** `programs` are the names that PATH knows. */
  constructor(given: { readonly top: string; readonly bash: string; readonly programs: readonly string[] }) {
    mkdirSync(given.top, { recursive: true });
    const top = realpathSync(given.top);
    // So deep that no row of `..` a script has leads out of it.
    const world = join(top, 'world/1/2/3/4/5/6');
    this.places = {
      root: join(world, 'repo'),
      home: join(world, 'home'),
      stubs: join(top, 'stubs'),
      otherStubs: join(top, 'other-stubs'),
    };
    this.#top = join(top, 'world');
    this.#log = join(top, 'log');
    this.#bash = given.bash;
    const { root, home } = this.places;
    for (const name of WORKTREE) put(join(root, name));
    // Sourced, it is seen to run.
    writeFileSync(join(root, 'x.sh'), 'rm out-of-x.sh\n');
    for (const name of ['.ssh/id_rsa', 'x']) put(join(home, name));
    put(join(world, 'outside/x'));
    put(join(world, 'x'));
    symlinkSync(join(home, '.ssh/id_rsa'), join(root, 'link-ssh'));
    symlinkSync('.env', join(root, 'link-env'));
    symlinkSync('../outside', join(root, 'link-out'));
    symlinkSync('README.md', join(root, 'link-in'));
    const secrets = WORKTREE.filter((name) => name.split('/').some(isSecretName));
    this.secrets = [...secrets, 'link-ssh', 'link-env', 'link-out'].map((name) => join(root, name));
    this.#files = new Map(filesBelow(this.#top));
    for (const folder of [this.places.stubs, this.places.otherStubs]) {
      mkdirSync(folder);
      const stub = join(folder, '.stub');
      writeFileSync(stub, STUB);
      chmodSync(stub, 0o755);
      for (const program of given.programs) linkSync(stub, join(folder, program));
    }
  }

  /** Where a path really leads; of what does not exist, as far as it does. */
  realOf(path: string): string {
    const known = this.#real.get(path);
    if (known !== undefined) return known;
    const real = realOf(path);
    this.#real.set(path, real);
    return real;
  }

  async run(script: string): Promise<ScriptRun> {
    writeFileSync(this.#log, '');
    const { stdout, isTimedOut } = await this.#inBash(script);
    return { stubs: this.#stubRuns(), changed: this.#restore(), stdout, isTimedOut };
  }

  #inBash(script: string): Promise<{ stdout: string; isTimedOut: boolean }> {
    const { root, home, stubs } = this.places;
    const limits = `ulimit -t ${CPU_SECONDS} -f ${FILE_BLOCKS}`;
    const child = spawn(
      '/bin/sh',
      ['-c', `${limits}; exec "$0" --noprofile --norc -c "$1"`, this.#bash, script],
      {
        cwd: root,
        env: { PATH: stubs, HOME: home, ORACLE_LOG: this.#log, FUNCNEST: '4' },
        stdio: ['ignore', 'pipe', 'ignore', null, null, null, null, 'pipe'],
        detached: true,
      },
    );
    let stdout = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (stdout.length < OUTPUT_MAX) stdout += text;
    });
    return new Promise((settle, fail) => {
      let isTimedOut = false;
      const stop = (): void => {
        try {
          if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        } catch {
          // All of them have gone.
        }
      };
      const limit = setTimeout(() => {
        isTimedOut = true;
        stop();
      }, RUN_MS);
      child.once('error', fail);
      const alive = (child.stdio as readonly unknown[])[ALIVE_FD] as Readable;
      alive.resume().once('close', () => {
        clearTimeout(limit);
        settle({ stdout, isTimedOut });
      });
    });
  }

  #stubRuns(): StubRun[] {
    const fields = readFileSync(this.#log, 'utf8').split('\0');
    const runs: StubRun[] = [];
    for (let at = 0; at + 4 < fields.length && runs.length < STUB_RUNS_MAX;) {
      const [program = '', cwd = '', environment = '', input = '', count = ''] = fields.slice(at, at + 5);
      const words = fields.slice(at + 5, at + 5 + Number(count));
      const { stubs } = this.places;
      const name = dirname(program) === stubs ? program.slice(stubs.length + 1) : program;
      runs.push({ argv: [name, ...words], cwd, environment, input });
      at += 5 + Number(count);
    }
    return runs;
  }

  /** Names what is not as it was, and makes it so again. */
  #restore(): string[] {
    const now = new Map(filesBelow(this.#top));
    const changed: string[] = [];
    for (const [path, content] of now) {
      if (this.#files.get(path) === content) continue;
      changed.push(path);
      if (!this.#files.has(path)) rmSync(path, { recursive: true });
    }
    for (const [path, content] of this.#files) {
      if (now.get(path) === content) continue;
      if (!now.has(path)) changed.push(path);
      writeFileSync(path, content);
    }
    return changed;
  }
}

/** A glob hands it to the program, which takes it for an option: sort would write `evil.md`. */
export const OPTION_LIKE = '-oevil.md';

const WORKTREE = [
  'README.md',
  'NOTES.md',
  'a.txt',
  'b.txt',
  'a b.txt',
  'src/a.ts',
  'src/b.ts',
  'docs/n.txt',
  '.env',
  'config/.env',
  'server.pem',
  'x.sh',
  OPTION_LIKE,
  '.git/hooks/pre-commit.sample',
  '.claude/settings.json',
] as const;

/** Each file says its own name, so that what appears somewhere tells where it was read. */
function put(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `<<${path}>>\n`);
}

/** Files whose text was seen. */
export function filesNamedIn(text: string): string[] {
  return [...new Set([...text.matchAll(/<<(\/[^<>\n]*)>>/g)].map(([, path]) => path!))];
}

function* filesBelow(folder: string): Generator<[string, string]> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isSymbolicLink()) yield [path, `link ${lstatSync(path).ino}`];
    else yield [path, entry.isFile() ? readFileSync(path, 'utf8') : 'no file'];
  }
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realOf(parent), path.slice(parent.length));
  }
}
