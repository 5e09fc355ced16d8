/**
 * What a sandbox costs: the start of a program in it beside the same program without one, and a shell command that
 * an agent's program runs inside beside the same command outside, in turns in the same run.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { confinementOf } from '../source/core/containment/confinement.ts';
import { findSandbox } from '../source/io/sandbox/find-sandbox.ts';
import { makeFolder, sandboxedCommand } from '../source/io/sandbox/sandboxed-command.ts';
import { systemFacts } from '../source/io/sandbox/system-facts.ts';
import { compare, type Bench } from './support/row.ts';

const ROUNDS = 60;
/** The first starts fill the disk cache; they are not counted. */
const WARM_UP_ROUNDS = 5;
/** What a person does not notice of a start. */
const START_MS_MAX = 15;
/** A program of an agent runs this many commands a round, so that its own start does not count. */
const COMMANDS = 40;
const COMMAND_ROUNDS = 12;
/** Within what two runs of the same command differ by. */
const COMMAND_RATIO_MAX = 1.2;

const LOOP = `my $s = time; for (1 .. ${COMMANDS}) { system "/bin/bash", "-c", ":" } printf "%.4f", (time - $s) * 1000 / ${COMMANDS}`;

export async function run(): Promise<Bench> {
  const sandbox = await findSandbox();
  if (sandbox.type === 'none') throw new Error(`no sandbox to measure: ${sandbox.reason}; ${sandbox.fix}`);
  const place = realpathSync(mkdtempSync(join(tmpdir(), 'fleet-bench-')));
  try {
    const inside = await sandboxed(place, sandbox.bubblewrap);
    const program = ['/bin/true'];
    const extra: number[] = [];
    const bare: number[] = [];
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
      const ours = await timed(inside(program));
      const peer = await timed(program);
      if (round < 0) continue;
      extra.push(ours - peer);
      bare.push(peer);
    }
    const loop = ['perl', '-MTime::HiRes=time', '-e', LOOP];
    const commandInside: number[] = [];
    const commandOutside: number[] = [];
    for (let round = 0; round < COMMAND_ROUNDS; round += 1) {
      commandInside.push(Number(await said(inside(loop))));
      commandOutside.push(Number(await said(loop)));
    }
    return {
      id: 'sandbox',
      rows: [
        compare({
          name: 'sandbox: what it adds to a start, ms; peer: the program alone',
          ours: extra,
          peer: bare,
          limit: { value: START_MS_MAX, unit: 'ms' },
        }),
        compare({
          name: 'sandbox: shell command of an agent inside, ms; peer: outside',
          ours: commandInside,
          peer: commandOutside,
          target: COMMAND_RATIO_MAX,
        }),
      ],
    };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** With everything a run has but a repository and doors. */
async function sandboxed(
  place: string,
  bubblewrap: string,
): Promise<(command: readonly string[]) => readonly string[]> {
  const at = (name: string): string => join(place, name);
  for (const name of ['home', 'worktree', 'run']) mkdirSync(at(name));
  const user = { uid: process.getuid!(), gid: process.getgid!() };
  const system = await makeFolder(at('run'), at('shared'), systemFacts(user, at('home')));
  const confined = confinementOf({
    tier: 'read_write',
    scopes: ['project', 'build'],
    worktree: at('worktree'),
    pinned: [],
    secrets: [],
    git: null,
    folder: at('run'),
    state: [],
    reports: [],
    startFiles: [],
    readable: [],
    otherProjects: [],
    hidden: [],
    doors: [],
    environment: {},
    system,
  });
  if (confined.type === 'refused') throw new Error(confined.reason);
  const { confinement } = confined;
  const bridge = { node: '', script: '' };
  return (command) => sandboxedCommand({ bubblewrap, confinement, folder: at('run'), bridge, command });
}

/** Milliseconds from start to exit. */
async function timed(command: readonly string[]): Promise<number> {
  const start = performance.now();
  await said(command);
  return performance.now() - start;
}

function said(command: readonly string[]): Promise<string> {
  return new Promise((done, failed) => {
    const child = spawn(command[0]!, command.slice(1), {
      env: { PATH: '/usr/bin:/bin' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    child.on('error', failed);
    child.on('close', (code) =>
      code === 0 ? done(text) : failed(new Error(`${command.at(-1)} left with ${code}`)),
    );
  });
}
