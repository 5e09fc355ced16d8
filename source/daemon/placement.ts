/**
 * Where a holder lives: in a scope of its own under the person's service manager when there is one (it then
 * survives logout), else as a plain process of its own session (it does not, and the screen says so).
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export type Placement = 'scope' | 'detached';

/** A service manager that is there answers in milliseconds; a start must not wait for one that is not. */
const PROBE_TIMEOUT_MS = 1_000;

let probed: Promise<boolean> | undefined;

/** The argument list that starts the command in its place. */
export async function placeHolder(
  session: string,
  command: readonly string[],
): Promise<{ readonly placement: Placement; readonly argv: readonly string[] }> {
  if (!(await hasServiceManager())) return { placement: 'detached', argv: command };
  const unit = `fleet-hold-${session.replaceAll(/[^\w.-]/g, '_')}`;
  const scope = ['systemd-run', '--user', '--scope', '--collect', '--quiet', `--unit=${unit}`, '--'];
  return { placement: 'scope', argv: [...scope, ...command] };
}

/** Asked once: a service manager neither comes nor goes while a daemon runs. */
function hasServiceManager(): Promise<boolean> {
  probed ??= probe();
  return probed;
}

/** Nothing of the starter's environment but what a runtime and a service manager need: no keys, no tokens. */
export function holderEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'];
  const kept = names.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  // Its only use of the pool is appending to files, one write at a time.
  return { ...Object.fromEntries(kept), UV_THREADPOOL_SIZE: '1' };
}

function probe(): Promise<boolean> {
  const runtime = process.env['XDG_RUNTIME_DIR'];
  if (process.platform !== 'linux' || !runtime || !existsSync(join(runtime, 'systemd', 'private')))
    return Promise.resolve(false);
  return new Promise((resolve) => {
    // What will be used is what is tried: a manager may be there and still refuse scopes.
    const child = spawn('systemd-run', ['--user', '--scope', '--collect', '--quiet', '--', 'true'], {
      stdio: 'ignore',
      timeout: PROBE_TIMEOUT_MS,
    });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
}
