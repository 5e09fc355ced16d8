/** The argument list that starts a program inside its confinement, and the files that list leads to. */
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  ARGUMENTS_FD,
  bwrapArguments,
  FILTER_FD,
  outerArguments,
} from '../../core/containment/bwrap-arguments.ts';
import type { Confinement, SystemFacts } from '../../core/containment/confinement.ts';
import { seccompProgram } from '../../core/containment/seccomp.ts';
import { sharedFiles } from './shared-files.ts';
import type { FoundFacts } from './system-facts.ts';

/** How our own bridge is started; without a door there is none. */
export interface BridgeProgram {
  readonly node: string;
  readonly script: string;
}

/** Signals that reach the whole group of a terminal, ours among them: we must outlive the agent by a moment. */
const GROUP_SIGNALS = 'HUP,INT,QUIT,TERM,TSTP,TTIN,TTOU';

/**
 * Runs between the two sandboxes, so everything in it is ours. $1 bubblewrap, $2 folder, $3 processes, $4 files,
 * $5 node or nothing, $6 bridge, and after them the agent's command. A limit a system does not
 * know (dash spells processes -p, bash -u) is not worth failing for.
 */
const SCRIPT = `
bwrap=$1 folder=$2 processes=$3 files=$4 node=$5 bridge=$6
shift 6
exec 3<&- 4<&- 5<&- 6<&- 7<&-
ulimit -c 0
ulimit -n "$files" 2>/dev/null
ulimit -u "$processes" 2>/dev/null || ulimit -p "$processes" 2>/dev/null
[ -z "$node" ] || /usr/bin/env -i "$node" "$bridge" "$folder/doors" </dev/null >/dev/null 2>&1 &
exec "$bwrap" --seccomp ${FILTER_FD} --args ${ARGUMENTS_FD} -- /usr/bin/env --default-signal=${GROUP_SIGNALS} -- "$@" ${FILTER_FD}<"$folder/filter" ${ARGUMENTS_FD}<"$folder/arguments"
`;

const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];

/**
 * Makes the run's own folder, of which only `tmp` is ever seen inside. What is the same for all runs of a person
 * lies in `shared`, and is made when it is not there.
 */
export async function makeFolder(folder: string, shared: string, found: FoundFacts): Promise<SystemFacts> {
  for (const path of [folder, join(folder, 'tmp'), shared]) mkdirSync(path, { recursive: true, mode: 0o700 });
  const isRoot = found.user.uid === 0;
  return {
    ...found,
    ...sharedFiles(shared, found),
    ownDevices: isRoot ? await ownDevices(join(folder, 'dev')) : [],
  };
}

/** Everything the list needs is on disk when this returns. */
export function sandboxedCommand(given: {
  readonly bubblewrap: string;
  readonly confinement: Confinement;
  readonly folder: string;
  readonly bridge: BridgeProgram;
  readonly command: readonly string[];
}): string[] {
  const { bubblewrap, confinement, folder, bridge, command } = given;
  const { limits, doors, machine } = confinement;
  writeFileSync(join(folder, 'filter'), seccompProgram(machine), { mode: 0o600 });
  writeFileSync(
    join(folder, 'arguments'),
    bwrapArguments(confinement)
      .map((word) => `${word}\0`)
      .join(''),
    { mode: 0o600 },
  );
  const hasDoors = doors.length > 0;
  writeFileSync(join(folder, 'doors'), JSON.stringify(doors), { mode: 0o600 });
  return [
    // Inherited by everything up to the agent's own program, which gets them back.
    '/usr/bin/env',
    `--ignore-signal=${GROUP_SIGNALS}`,
    bubblewrap,
    ...outerArguments(),
    '--',
    '/bin/sh',
    '-c',
    SCRIPT,
    'sandbox',
    bubblewrap,
    folder,
    String(limits.processesMax),
    String(limits.filesMax),
    ...(hasDoors ? [bridge.node, bridge.script] : ['', '']),
    ...named(command),
  ];
}

/** `env` takes a word with = in it for a variable. */
function named(command: readonly string[]): readonly string[] {
  return command[0]?.includes('=') ? ['/bin/sh', '-c', 'exec "$0" "$@"', ...command] : command;
}

/** Root owns the machine's device files and could close them to everybody; these are its own. */
async function ownDevices(folder: string): Promise<SystemFacts['ownDevices']> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  await promisify(execFile)('cp', ['-a', ...DEVICES.map((name) => `/dev/${name}`), folder]);
  return DEVICES.map((name) => ({ from: join(folder, name), at: `/dev/${name}` }));
}
