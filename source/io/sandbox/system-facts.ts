/** What of the system a sandbox can show, and what of it has to be masked. Looked up once: a system does not move. */
import { accessSync, constants, existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { SYSTEM_PLACES, type SystemFacts, type User } from '../../core/containment/confinement.ts';
import { MACHINES, type Machine } from '../../core/containment/system-calls.ts';
import { SandboxError } from './sandbox-error.ts';

/** What an agent CLI starts on behalf of the model. */
const SHELLS = ['/bin/sh', '/bin/bash', '/bin/dash', '/bin/zsh', '/usr/bin/zsh', '/usr/bin/git'];

/** For root alone, and without any capability: the machine's log, its memory, its switches. */
const FOR_ROOT = ['kcore', 'kmsg', 'kpagecount', 'kpageflags', 'kpagecgroup', 'mtrr', 'sysrq-trigger'];

/** They have files the owner may write, whatever capabilities he lacks. */
const FOLDERS_FOR_ROOT = ['sys', 'irq', 'acpi', 'bus', 'fs', 'scsi', 'dynamic_debug'];

export type FoundFacts = Omit<SystemFacts, 'ownDevices' | 'etc' | 'unmark'>;

/** Throws SandboxError on a machine there is no filter for. */
export function systemFacts(user: User, home: string): FoundFacts {
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
  return [{ type: 'link', at, to: readlinkSync(at) }];
}

function procEntries(): SystemFacts['procEntries'] {
  const named = (isFolder: boolean) => (name: string) => ({ at: join('/proc', name), isFolder });
  return [...FOLDERS_FOR_ROOT.map(named(true)), ...FOR_ROOT.map(named(false))].filter(({ at }) =>
    existsSync(at),
  );
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
