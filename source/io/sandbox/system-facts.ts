/** What of the system a sandbox can show, and what of it has to be masked. Looked up once: a system does not move. */
import { constants, accessSync, lstatSync, readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SYSTEM_PLACES, type SystemFacts, type User } from '../../core/containment/confinement.ts';
import { MACHINES, type Machine } from '../../core/containment/system-calls.ts';
import { SandboxError } from './sandbox-error.ts';

/** What an agent CLI starts on behalf of the model. */
const SHELLS = ['/bin/sh', '/bin/bash', '/bin/dash', '/bin/zsh', '/usr/bin/zsh', '/usr/bin/git'];

/** Of /proc, what belongs to no process but stays: names of processes are numbers, the rest are links. */
const PROCESS_OR_LINK = /^(?:\d+|self|thread-self|mounts|net)$/;

/** The owner of it can write it, whatever capabilities he lacks. */
const OWNER_WRITES = 0o200;

/** Readable by nobody but root, who is in there by another name. */
const ROOT_READS = [
  'kcore',
  'kmsg',
  'kallsyms',
  'keys',
  'key-users',
  'timer_list',
  'slabinfo',
  'vmallocinfo',
  'kpagecount',
  'kpageflags',
  'kpagecgroup',
  'sched_debug',
  'latency_stats',
  'mtrr',
  'sysrq-trigger',
];

/** Throws SandboxError on a machine there is no filter for. */
export function systemFacts(user: User, home: string): Omit<SystemFacts, 'ownDevices'> {
  return {
    machine: machine(),
    user,
    home: realpathIfThere(home),
    places: SYSTEM_PLACES.flatMap(placeAt),
    procEntries: user.uid === 0 ? procEntries() : [],
    shells: [...new Set(SHELLS.filter(isExecutable).map((path) => realpathSync(path)))],
  };
}

function machine(): Machine {
  const found = MACHINES.find((name) => name === process.arch);
  if (found) return found;
  throw new SandboxError(
    'NO_MACHINE',
    `there is no filter for ${process.arch}; agents can be contained on ${MACHINES.join(' and ')}`,
  );
}

function placeAt(at: string): SystemFacts['places'][number][] {
  const found = lstatSync(at, { throwIfNoEntry: false });
  if (!found) return [];
  if (!found.isSymbolicLink()) return [{ type: 'folder', at }];
  // /bin is a link to usr/bin nearly everywhere; a link in /etc leads to what may not be shown as a whole.
  if (!at.startsWith('/etc/')) return [{ type: 'link', at, to: readlinkSync(at) }];
  const target = realpathIfThere(at);
  return target.startsWith('/usr/') ? [{ type: 'link', at, to: target }] : [];
}

function procEntries(): SystemFacts['procEntries'] {
  return readdirSync('/proc').flatMap((name): SystemFacts['procEntries'][number][] => {
    const at = join('/proc', name);
    if (PROCESS_OR_LINK.test(name)) return [];
    const found = statSync(at, { throwIfNoEntry: false });
    if (!found) return [];
    if (found.isDirectory()) return [{ at, isFolder: true }];
    return (found.mode & OWNER_WRITES) !== 0 || ROOT_READS.includes(name) ? [{ at, isFolder: false }] : [];
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function realpathIfThere(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
