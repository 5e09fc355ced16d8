/**
 * Who a process is. A number alone is no identity: it is given again once its process is gone, and a copied
 * home carries numbers of another machine. Number, start time and boot together are never given twice.
 */
import { readFileSync } from 'node:fs';

import type { ProcessIdentity } from './holder-protocol.ts';

/** `ps` and `sysctl` answer in milliseconds; a machine that needs longer than this has worse problems. */
const ASK_TIMEOUT_MS = 2_000;

/** A process that has ended but was not yet waited for still has its number, and does nothing any more. */
const ENDED_STATES: ReadonlySet<string> = new Set(['Z', 'X', 'x']);

interface ProcessState {
  readonly startTime: string;
  readonly state: string;
}

let knownBootId: string | undefined;

/** The same for the whole life of the system, another after each boot. */
export function bootId(): string {
  knownBootId ??= readBootId();
  return knownBootId;
}

/** The identity of the process that has this number now, or null when none has. */
export function identityOf(pid: number): ProcessIdentity | null {
  const state = readState(pid);
  return state === null ? null : { pid, startTime: state.startTime, bootId: bootId() };
}

/** Whether exactly this process still runs: not a later one with its number, not one of another machine. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (identity.bootId !== bootId()) return false;
  const state = readState(identity.pid);
  return state !== null && state.startTime === identity.startTime && !ENDED_STATES.has(state.state);
}

export function isSameProcess(one: ProcessIdentity, other: ProcessIdentity): boolean {
  return one.pid === other.pid && one.startTime === other.startTime && one.bootId === other.bootId;
}

function readState(pid: number): ProcessState | null {
  if (!Number.isInteger(pid) || pid <= 0) return null;
  return process.platform === 'linux' ? readProcState(pid) : readPsState(pid);
}

function readProcState(pid: number): ProcessState | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  // The name of the program stands in brackets and may itself hold brackets and spaces; the rest follows it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  // Field 22 counted from one, of which the first two are before the cut.
  const startTime = fields[19];
  return state === undefined || startTime === undefined ? null : { state, startTime };
}

function readPsState(pid: number): ProcessState | null {
  const line = ask('ps', ['-o', 'state=,lstart=', '-p', String(pid)]);
  const match = /^\s*(\S+)\s+(\S.*)$/.exec(line);
  return match === null ? null : { state: match[1]!.charAt(0), startTime: match[2]!.trim() };
}

function readBootId(): string {
  if (process.platform === 'linux') {
    try {
      return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    } catch {
      return 'unknown';
    }
  }
  return ask('sysctl', ['-n', 'kern.bootsessionuuid']) || ask('sysctl', ['-n', 'kern.boottime']) || 'unknown';
}

/** What a small system program prints, or nothing when it fails: no such process, no such program. */
function ask(program: string, parameters: readonly string[]): string {
  try {
    const environment = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C' };
    // Loaded where there is no /proc only: every holder would carry it along.
    const { execFileSync } = process.getBuiltinModule('node:child_process');
    return execFileSync(program, parameters, {
      encoding: 'utf8',
      env: environment,
      timeout: ASK_TIMEOUT_MS,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}
