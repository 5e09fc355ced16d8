/** Whether agents can be contained on this machine: found out by containing something, not by looking for a file. */
import { execFile } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { outerArguments } from '../../core/containment/bwrap-arguments.ts';

export type SandboxFound =
  | { readonly type: 'found'; readonly bubblewrap: string; readonly version: string }
  /** `fix` is one command or one sentence. */
  | { readonly type: 'none'; readonly reason: string; readonly fix: string };

/** A sandbox is there in milliseconds. */
const PROBE_TIMEOUT_MS = 5_000;

/** The first with --size and --perms for what is kept in memory, and --remount-ro. */
const VERSION_MIN = [0, 6] as const;

const INSTALL =
  'install bubblewrap: sudo apt-get install bubblewrap (Debian, Ubuntu), sudo dnf install bubblewrap (Fedora), sudo pacman -S bubblewrap (Arch)';

let found: Promise<SandboxFound> | undefined;

/** Asked once for a process that found one; a person who installs what is missing need not restart anything. */
export function findSandbox(): Promise<SandboxFound> {
  found ??= probe().then((result) => {
    if (result.type === 'none') found = undefined;
    return result;
  });
  return found;
}

async function probe(): Promise<SandboxFound> {
  if (process.platform !== 'linux')
    return none(
      `agents are contained with bubblewrap, which is Linux only; this is ${process.platform}`,
      'run fleet-tui in a Linux machine or container',
    );
  const bubblewrap = onPath('bwrap');
  if (bubblewrap === null) return none('bubblewrap is not installed', INSTALL);
  const asked = await run(bubblewrap, ['--version']);
  const version = /(\d+)\.(\d+)(?:\.\d+)?/.exec(asked.output);
  const [, major = '0', minor = '0'] = version ?? [];
  if (Number(major) === VERSION_MIN[0] && Number(minor) < VERSION_MIN[1])
    return none(
      `bubblewrap ${version?.[0] ?? ''} at ${bubblewrap} is older than ${VERSION_MIN.join('.')}`,
      INSTALL,
    );
  const inner = [
    '--unshare-user',
    '--unshare-pid',
    '--unshare-ipc',
    '--unshare-uts',
    '--ro-bind',
    '/',
    '/',
    '--proc',
    '/proc',
    '--dev',
    '/dev',
  ];
  const tried = await run(bubblewrap, [
    ...outerArguments(),
    '--',
    bubblewrap,
    ...inner,
    '--',
    '/bin/sh',
    '-c',
    ':',
  ]);
  if (tried.code === 0) return { type: 'found', bubblewrap, version: version?.[0] ?? '' };
  return none(
    `bubblewrap cannot make a sandbox here: ${tried.output.trim() || `it ended with ${tried.code}`}`,
    fixFor(tried.output),
  );
}

/** What stands in the way is one of few things, and the kernel does not say which. */
function fixFor(output: string): string {
  if (isSetTo('/proc/sys/kernel/apparmor_restrict_unprivileged_userns', '1'))
    return 'Ubuntu lets only named programs make user namespaces: sudo apt-get install apparmor-profiles && sudo ln -sf /usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/ && sudo apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict';
  if (isSetTo('/proc/sys/kernel/unprivileged_userns_clone', '0'))
    return 'sudo sysctl -w kernel.unprivileged_userns_clone=1';
  if (isSetTo('/proc/sys/user/max_user_namespaces', '0'))
    return 'sudo sysctl -w user.max_user_namespaces=15000';
  if (/proc/i.test(output))
    return 'in a container: start it with --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined';
  return 'in a container: allow user namespaces (--security-opt seccomp=unconfined); else see docs/containment.md';
}

function isSetTo(path: string, value: string): boolean {
  try {
    return readFileSync(path, 'utf8').trim() === value;
  } catch {
    return false;
  }
}

function none(reason: string, fix: string): SandboxFound {
  return { type: 'none', reason, fix };
}

function onPath(name: string): string | null {
  for (const folder of (process.env['PATH'] ?? '/usr/bin:/bin').split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // Not in this one.
    }
  }
  return null;
}

function run(
  program: string,
  words: readonly string[],
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((done) => {
    execFile(
      program,
      [...words],
      { timeout: PROBE_TIMEOUT_MS, env: { PATH: '/usr/bin:/bin' } },
      (error, stdout, stderr) =>
        done({ code: error ? Number(error.code ?? 1) : 0, output: `${stdout}${stderr}` }),
    );
  });
}
