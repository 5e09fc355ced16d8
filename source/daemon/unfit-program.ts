/** Whether the installed program of an agent can be gated at all, asked of the program itself before it starts. */
import { execFile } from 'node:child_process';
import type { VendorAdapter } from '../core/vendors/vendor.ts';

/** A program that prints its version needs milliseconds; one that asks or hangs instead must not hold the start. */
const VERSION_TIMEOUT_MS = 10_000;
/** A version is a line; anything longer is something else. */
const VERSION_BYTES_MAX = 64 * 1024;

/** A sentence that says why it must not start, or undefined. */
export function unfitProgram(request: {
  readonly adapter: VendorAdapter;
  readonly program: string;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}): Promise<string | undefined> {
  const { adapter, program, cwd, environment } = request;
  const { version } = adapter;
  if (!version) return Promise.resolve(undefined);
  return new Promise((done) => {
    execFile(
      program,
      [...version.arguments],
      { cwd, env: { ...environment }, timeout: VERSION_TIMEOUT_MS, maxBuffer: VERSION_BYTES_MAX },
      (error, stdout) => {
        if (error?.code === 'ENOENT') return done(`"${program}" is not installed; ${version.howToInstall}`);
        const check = version.check(stdout);
        done(check.type === 'fine' ? undefined : check.message);
      },
    );
  });
}
