/** Which processes belong to a FLEET_HOME, told by their environment: the tests end exactly those they started. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { identityOf, isAlive } from '../../source/wire/process-identity.ts';
import type { Places } from '../../source/wire/places.ts';
import { until } from './until.ts';

/** Holders carry no FLEET_HOME; their sessions do, in FLEET_RUN and their title. */
export type Role = 'daemon' | 'screens';

/** Pids of the home's processes of a kind that run now. */
export function pidsOf({ home }: Places, role: Role): number[] {
  return listProcesses()
    .filter(({ args, env }) => args.endsWith(` ${role}`) && env.includes(`FLEET_HOME=${home}`))
    .map(({ pid }) => pid);
}

/** The one that runs now, waited for. */
export function pidOf(places: Places, role: Role): Promise<number> {
  return until(() => {
    const [pid, ...more] = pidsOf(places, role);
    return more.length === 0 ? pid : undefined;
  }, `one ${role} process`);
}

/** Ends all that was started with this folder as its HOME, whatever became of the files that name them. */
export async function endAllOf(folder: string): Promise<void> {
  // One of them may start another before its own turn comes.
  await until(async () => {
    const left = listProcesses().filter(({ env }) => env.includes(`HOME=${folder}`));
    for (const { pid } of left) await killHard(pid);
    return left.length === 0 || undefined;
  }, `the processes of ${folder} to be gone`);
}

/** Ends it as nobody can resist, and waits until it is gone. */
export async function killHard(pid: number): Promise<void> {
  const identity = identityOf(pid);
  if (!identity || !isAlive(identity)) return;
  process.kill(pid, 'SIGKILL');
  await until(() => !isAlive(identity) || undefined, `process ${pid} to be gone`);
}

/** Memory of a process in use now, in KiB; Linux only, null elsewhere. */
export function residentKib(pid: number): number | null {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]);
  } catch {
    return null;
  }
}

interface Listed {
  readonly pid: number;
  readonly args: string;
  readonly env: readonly string[];
}

function listProcesses(): Listed[] {
  return process.platform === 'linux' ? listProc() : listPs();
}

function listProc(): Listed[] {
  const found: Listed[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const read = (file: string) =>
        readFileSync(`/proc/${name}/${file}`, 'utf8').split('\0').filter(Boolean);
      found.push({ pid: Number(name), args: read('cmdline').join(' '), env: read('environ') });
    } catch {
      // Gone, or another user's.
    }
  }
  return found;
}

/** Elsewhere the environment follows the arguments on one line, so the role stands somewhere in the middle. */
function listPs(): Listed[] {
  const lines = execFileSync('ps', ['axeww', '-o', 'pid=,command='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [, pid, rest = ''] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
    const words = rest.split(' ');
    const firstVariable = words.findIndex((word) => /^[A-Z_]+=/.test(word));
    if (pid === undefined || firstVariable < 0) return [];
    return [
      { pid: Number(pid), args: words.slice(0, firstVariable).join(' '), env: words.slice(firstVariable) },
    ];
  });
}
