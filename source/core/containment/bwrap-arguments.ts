/**
 * A confinement as the command lines of bubblewrap. There are two, one in the other: the outer one makes a network
 * without any way out, and in it our bridge answers; the inner one holds the agent, in processes and users of its
 * own from which the bridge can be neither seen, nor ended, nor replaced.
 */
import type { Confinement, Mount } from './confinement.ts';

/** File descriptors under which the inner bubblewrap finds its filter and its arguments. */
export const FILTER_FD = 8;
export const ARGUMENTS_FD = 9;

/**
 * The one mark an agent's program keeps and its shell commands lose. A process with a capability cannot be looked
 * into by one without it; this one lets nobody do anything outside the machine's first user namespace.
 */
const MARK = 'CAP_WAKE_ALARM';

/**
 * Ports below 1024 need a capability in the namespace the network belongs to: the bridge has it, the agent, a user
 * namespace deeper, cannot. The second one is what mapping a user 0 any further takes.
 */
const BRIDGE_CAPABILITIES = ['CAP_NET_BIND_SERVICE', 'CAP_SETFCAP'];

/** What stands before the script that starts bridge and agent. The same for every confinement. */
export function outerArguments(): string[] {
  return [
    ...words('--dev-bind / / --unshare-user --uid 0 --gid 0 --unshare-net --unshare-pid'),
    ...words('--die-with-parent --cap-drop ALL'),
    ...BRIDGE_CAPABILITIES.flatMap((name) => ['--cap-add', name]),
  ];
}

/** What is read from ARGUMENTS_FD: paths of a person's machine do not belong into a list of processes. */
export function bwrapArguments(confinement: Confinement): string[] {
  const { user, mounts, worktree, hasMarkedProgram } = confinement;
  return [
    ...words(`--unshare-user --uid ${user.uid} --gid ${user.gid}`),
    ...words('--unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup-try --hostname agent'),
    ...words('--die-with-parent --cap-drop ALL'),
    ...(hasMarkedProgram ? ['--cap-add', MARK] : []),
    ...mounts.flatMap(mountArguments),
    '--chdir',
    worktree,
  ];
}

/** Only for what is written here: a path may have a blank in it. */
const words = (text: string): string[] => text.split(' ');

function mountArguments(mount: Mount): string[] {
  switch (mount.type) {
    case 'read':
      return ['--ro-bind', mount.from, mount.at];
    case 'write':
      return ['--bind', mount.from, mount.at];
    case 'device':
      return ['--dev-bind', mount.from, mount.at];
    case 'empty':
      return ['--perms', '0700', '--size', String(mount.bytesMax), '--tmpfs', mount.at];
    case 'hide':
      // A device on a mount for files: there to be seen, not to be opened.
      return ['--ro-bind', '/dev/null', mount.at];
    case 'link':
      return ['--symlink', mount.to, mount.at];
    case 'proc':
      return ['--proc', mount.at];
    case 'dev':
      return ['--dev', mount.at];
    case 'seal':
      return ['--remount-ro', mount.at];
    default:
      return mount satisfies never;
  }
}
