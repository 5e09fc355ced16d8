/**
 * What one run can reach at all, whatever its rules say: decided here from facts, turned into a command line by
 * bwrap-arguments.ts, made real by io/sandbox. Everything that is not listed is not there.
 */
import type { Tier } from '../agent.ts';
import type { Scope } from '../policy/verdict.ts';
import { isWithin } from './paths.ts';
import type { Machine } from './system-calls.ts';

export interface Confinement {
  readonly tier: Tier;
  readonly scopes: readonly Scope[];
  readonly worktree: string;
  readonly isWorktreeWritable: boolean;
  /** In order: a later one covers what lies at its place. */
  readonly mounts: readonly Mount[];
  readonly user: User;
  readonly doors: readonly Door[];
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: Limits;
  readonly machine: Machine;
  /** The agent's program keeps a mark its shell commands lose, and cannot be looked into by them. */
  readonly hasMarkedProgram: boolean;
}

/** `at` is where the agent sees it, `from` where it lies; all paths absolute and real. */
export type Mount =
  | { readonly type: 'read' | 'write' | 'device'; readonly from: string; readonly at: string }
  /** A folder in memory of its own, empty. */
  | { readonly type: 'empty'; readonly at: string; readonly bytesMax: number }
  /** A file nobody can open. */
  | { readonly type: 'hide'; readonly at: string }
  | { readonly type: 'link'; readonly to: string; readonly at: string }
  | { readonly type: 'proc' | 'dev' | 'seal'; readonly at: string };

/** Who the agent is outside, and who it takes itself for. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** A port on the agent's loopback behind which a socket of ours answers. */
export interface Door {
  readonly port: number;
  readonly socket: string;
}

export interface Limits {
  readonly processesMax: number;
  readonly filesMax: number;
}

export interface ConfinementRequest {
  readonly tier: Tier;
  readonly scopes: readonly Scope[];
  /** The folder the run works in. */
  readonly worktree: string;
  /** Below the worktree, readable but never writable: what decides about later runs (fleet.yaml). */
  readonly pinned: readonly string[];
  /** Files below the worktree that hold secrets. */
  readonly secrets: readonly string[];
  readonly git: GitPlaces | null;
  /** The run's own folder outside; `tmp` in it is shown, the rest is not. */
  readonly folder: string;
  /** Where the agent CLI keeps its state; the run's own, not the person's. */
  readonly state: readonly { readonly from: string; readonly at: string }[];
  /** Files of ours that hooks inside append to. */
  readonly reports: readonly string[];
  /** Made for this session to read: settings, a plugin. May lie in a hidden folder. */
  readonly startFiles: readonly string[];
  /** Programs and toolchains outside the system's folders. */
  readonly readable: readonly string[];
  /** Roots of other projects; seen only with their scope, and then only read. */
  readonly otherProjects: readonly string[];
  /** Never visible, wherever they lie: FLEET_HOME, the folder of sockets. */
  readonly hidden: readonly string[];
  readonly doors: readonly Door[];
  readonly environment: Readonly<Record<string, string>>;
  readonly system: SystemFacts;
}

/** A repository of the run's own that borrows the objects of the project's. */
export interface GitPlaces {
  readonly directory: string;
  /** The file that, inside, stands in the place of the worktree's `.git`. */
  readonly pointer: string;
  /** Object folders it borrows from, the project's and what that borrows itself. */
  readonly borrowed: readonly string[];
}

/** What was found on this machine. */
export interface SystemFacts {
  readonly machine: Machine;
  readonly user: User;
  readonly home: string;
  /** Of the places of SYSTEM_PLACES, those that are there. */
  readonly places: readonly (
    | { readonly type: 'folder'; readonly at: string }
    | { readonly type: 'link'; readonly at: string; readonly to: string }
  )[];
  /** What lies in /proc besides processes: where a user id of 0 could write, or read what is not its. */
  readonly procEntries: readonly { readonly at: string; readonly isFolder: boolean }[];
  /** Device files made for this run, because the machine's own would belong to who is in there. */
  readonly ownDevices: readonly { readonly from: string; readonly at: string }[];
  /** A folder with what of /etc is shown. */
  readonly etc: string;
  /** A folder with what stands in the place of each shell. */
  readonly unmark: string;
  /** Shells and git, by their real paths. */
  readonly shells: readonly string[];
}

/** Builds and test runs of a large project stay below; a fork bomb does not. */
const PROCESSES_MAX = 4_096;

/** What most systems allow at most without asking; watchers of large trees need it. */
const FILES_MAX = 65_536;

/** The home is for dot files and small caches; it lies in memory. */
const HOME_BYTES_MAX = 512 * 1024 * 1024;

/** Covers a place; nothing is meant to be put there but the mounts of the run itself. */
const COVER_BYTES_MAX = 64 * 1024;

/** Loopback ports below it can be bound by nobody in there, so nobody can put himself in the place of ours. */
const DOOR_PORT_MAX = 1_023;

/** Shown read-only where they are there. */
export const SYSTEM_PLACES: readonly string[] =
  '/usr /bin /sbin /lib /lib32 /lib64 /libx32 /opt /nix/store /run/current-system'.split(' ');

/**
 * Of /etc only what programs need to run: no keys, no shadow, no mounts. It is copied once and shown as one place,
 * because each mount costs a start a seventh of a millisecond.
 */
export const COPIED_ETC: readonly string[] = [
  'alternatives bash.bashrc bash_completion.d ca-certificates ca-certificates.conf crypto-policies debian_version',
  'fonts gitconfig inputrc java ld.so.cache ld.so.conf ld.so.conf.d locale.alias localtime lsb-release magic',
  'mime.types os-release perl pki/tls pki/ca-trust profile profile.d protocols python3 services shells ssl/certs',
  'ssl/openssl.cnf terminfo timezone vim xdg zsh',
  // What an administrator decided of agent CLIs holds inside, too.
  'claude-code codex gemini-cli opencode',
].flatMap((line) => line.split(' '));

const REAL_PROGRAMS = '/run/fleet/real';

export type Confined =
  | { readonly type: 'confined'; readonly confinement: Confinement }
  | { readonly type: 'refused'; readonly reason: string };

export function confinementOf(request: ConfinementRequest): Confined {
  const { system, worktree } = request;
  const reason = impossible(request);
  if (reason !== null) return { type: 'refused', reason };
  const isWorktreeWritable = request.tier === 'read_write' && request.scopes.includes('project');
  return {
    type: 'confined',
    confinement: {
      tier: request.tier,
      scopes: request.scopes,
      worktree,
      isWorktreeWritable,
      mounts: [
        ...systemMounts(request),
        ...ownMounts(request),
        ...projectMounts(request, isWorktreeWritable),
        ...gitMounts(request, isWorktreeWritable),
        ...pinMounts(request, isWorktreeWritable),
        ...shellMounts(request),
        { type: 'seal', at: '/' },
      ],
      user: insideUser(system.user),
      doors: request.doors,
      environment: insideEnvironment(request.environment),
      limits: { processesMax: PROCESSES_MAX, filesMax: FILES_MAX },
      machine: system.machine,
      hasMarkedProgram: system.shells.length > 0,
    },
  };
}

/** A folder that holds what must not be seen cannot be shown. */
function impossible(request: ConfinementRequest): string | null {
  const { worktree, hidden, folder, doors, system } = request;
  const fix =
    'give the agent a worktree of its own (worktree: true), or move the project into a folder of its own';
  for (const shown of [worktree, ...request.readable, ...visibleProjects(request)]) {
    if (!shown.startsWith('/')) return `"${shown}" is not an absolute path`;
    if (isWithin(system.home, shown))
      return `${shown} holds the whole home folder and cannot be shown to an agent; ${fix}`;
    const inside = hidden.find((place) => isWithin(place, shown));
    if (inside !== undefined) return `${shown} holds ${inside}, which no agent may see; ${fix}`;
  }
  if (isWithin(worktree, folder) || isWithin(folder, worktree))
    return `${worktree} overlaps ${folder}; ${fix}`;
  const open = doors.find(({ port }) => port < 1 || port > DOOR_PORT_MAX);
  if (open) return `port ${open.port} could be taken by the agent; doors are at 1 to ${DOOR_PORT_MAX}`;
  return null;
}

/**
 * Root gets another number inside: as 0 it would regain its capabilities with each program it starts. Outside it
 * stays root, so what root may do without any capability is masked by systemMounts.
 */
function insideUser({ uid, gid }: User): User {
  return uid === 0 ? { uid: 1_000, gid: 1_000 } : { uid, gid };
}

function systemMounts({ system, hidden }: ConfinementRequest): Mount[] {
  const shown = system.places.filter(({ type }) => type === 'folder');
  const covered = hidden.filter((place) => shown.some(({ at }) => isWithin(place, at)));
  return [
    ...system.places.map((place): Mount =>
      place.type === 'link' ? place : { type: 'read', from: place.at, at: place.at },
    ),
    ...covered.map((at): Mount => ({ type: 'empty', at, bytesMax: COVER_BYTES_MAX })),
    { type: 'proc', at: '/proc' },
    ...system.procEntries.map(({ at, isFolder }): Mount =>
      isFolder ? { type: 'read', from: at, at } : { type: 'hide', at },
    ),
    { type: 'dev', at: '/dev' },
    ...system.ownDevices.map(({ from, at }): Mount => ({ type: 'device', from, at })),
  ];
}

function ownMounts({ folder, state, reports, startFiles, readable, system }: ConfinementRequest): Mount[] {
  return [
    { type: 'read', from: system.etc, at: '/etc' },
    { type: 'write', from: `${folder}/tmp`, at: '/tmp' },
    { type: 'link', to: '/tmp', at: '/var/tmp' },
    { type: 'empty', at: system.home, bytesMax: HOME_BYTES_MAX },
    ...outermost(readable).map((at): Mount => ({ type: 'read', from: at, at })),
    ...startFiles.map((at): Mount => ({ type: 'read', from: at, at })),
    ...state.map(({ from, at }): Mount => ({ type: 'write', from, at })),
    ...reports.map((at): Mount => ({ type: 'write', from: at, at })),
  ];
}

function projectMounts(request: ConfinementRequest, isWritable: boolean): Mount[] {
  const { worktree } = request;
  return [
    ...visibleProjects(request).map((at): Mount => ({ type: 'read', from: at, at })),
    { type: isWritable ? 'write' : 'read', from: worktree, at: worktree },
  ];
}

function visibleProjects({ otherProjects, scopes }: ConfinementRequest): readonly string[] {
  return scopes.includes('other-projects') ? otherProjects : [];
}

/**
 * The swap: the worktree's own `.git` leads the host's git to the project's repository, and the agent's git to
 * this one. What would make git run something stays as it was written; the folders above it are mounts
 * themselves, because a folder that is none can be renamed, and the read-only file in it with it.
 */
function gitMounts({ git, worktree }: ConfinementRequest, isWritable: boolean): Mount[] {
  if (git === null) return [];
  const { directory, pointer, borrowed } = git;
  const read = (at: string): Mount => ({ type: 'read', from: at, at });
  const pin = (at: string): Mount => ({ type: 'write', from: at, at });
  const shared = [...borrowed.map(read), { type: 'read', from: pointer, at: `${worktree}/.git` } as const];
  if (!isWritable) return [read(directory), ...shared];
  return [
    pin(directory),
    pin(`${directory}/objects`),
    pin(`${directory}/objects/info`),
    ...['config', 'hooks', 'info', 'objects/info/alternates'].map((name) => read(`${directory}/${name}`)),
    ...shared,
  ];
}

function pinMounts({ pinned, secrets }: ConfinementRequest, isWritable: boolean): Mount[] {
  return [
    ...(isWritable ? pinned : []).map((at): Mount => ({ type: 'read', from: at, at })),
    ...secrets.map((at): Mount => ({ type: 'hide', at })),
  ];
}

/** Whatever an agent's program starts through a shell or git has lost its mark, with all that it starts in turn. */
function shellMounts({ system }: ConfinementRequest): Mount[] {
  const folders = new Set(system.shells.map((shell) => shell.slice(0, shell.lastIndexOf('/'))));
  return [
    ...[...folders].map((folder): Mount => ({ type: 'read', from: folder, at: realProgram(folder) })),
    ...system.shells.map((shell): Mount => ({
      type: 'read',
      from: unmarkFile(system.unmark, shell),
      at: shell,
    })),
  ];
}

/** Where a wrapped shell itself, or a folder of them, is found inside, by its path outside. */
export const realProgram = (path: string): string => `${REAL_PROGRAMS}${path}`;

/** The program that stands in its place, in the folder of these. */
export const unmarkFile = (folder: string, shell: string): string =>
  `${folder}/${shell.replaceAll('/', '-').slice(1)}`;

/** Loaders and shells read these before the sandbox is there: nothing of an agent's may run outside. */
const LOADER_NAME =
  /^(?:LD_|DYLD_|GCONV_PATH$|LOCPATH$|NLSPATH$|MALLOC_|GLIBC_|BASH_ENV$|ENV$|SHELLOPTS$|BASHOPTS$|PS4$|IFS$|BASH_FUNC_)/;

/** They name places that are not there. */
const OUTSIDE_NAMES = [
  'XDG_RUNTIME_DIR',
  'SSH_AUTH_SOCK',
  'DBUS_SESSION_BUS_ADDRESS',
  'DOCKER_HOST',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_CACHE_HOME',
  'XDG_STATE_HOME',
];

function insideEnvironment(given: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(given).filter(
    ([name]) => !LOADER_NAME.test(name) && !OUTSIDE_NAMES.includes(name),
  );
  return { ...Object.fromEntries(kept), TMPDIR: '/tmp' };
}

/** Without those that lie in another one: each mount costs time at every start. */
function outermost(paths: readonly string[]): string[] {
  return [...new Set(paths)].filter(
    (path) => !paths.some((other) => other !== path && isWithin(path, other)),
  );
}
