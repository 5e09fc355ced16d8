/** Runs a sandboxed command to its end, without a terminal: for us, not for an agent. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { SandboxError } from './sandbox-error.ts';

export interface SandboxedRun {
  readonly code: number;
  /** Empty when it went into a file. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Enough of a complaint to act on. */
const WORDS_CHARACTERS_MAX = 4_000;

/**
 * Takes what sandboxedCommand made. What it prints goes into `file` when one is named, which must not be there yet.
 * Throws SandboxError when it takes longer or prints more than it may: then everything in it has been ended.
 */
export function runSandboxed(given: {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly outputBytesMax: number;
  readonly file?: string;
  readonly user?: { readonly uid: number; readonly gid: number };
}): Promise<SandboxedRun> {
  const { argv, environment, cwd, timeoutMs, outputBytesMax, user } = given;
  return new Promise((done, failed) => {
    const file = given.file === undefined ? null : openSync(given.file, 'wx', 0o600);
    const child = spawn(argv[0]!, argv.slice(1), {
      cwd,
      env: { ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its own group, so that all of it can be ended.
      detached: true,
      ...user,
    });
    let bytes = 0;
    const chunks: Buffer[] = [];
    let stderr = '';
    let fault: SandboxError | null = null;
    const stop = (error: SandboxError): void => {
      fault ??= error;
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It ended in this moment.
      }
    };
    const late = setTimeout(
      () =>
        stop(new SandboxError('TIMEOUT', `${argv.at(-1)} in the sandbox did not end within ${timeoutMs} ms`)),
      timeoutMs,
    );
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > outputBytesMax)
        return stop(
          new SandboxError('FAILED', `what ran in the sandbox printed more than ${outputBytesMax} bytes`),
        );
      try {
        if (file === null) chunks.push(chunk);
        else for (let at = 0; at < chunk.length;) at += writeSync(file, chunk, at);
      } catch (cause) {
        stop(
          new SandboxError('FAILED', `what the sandbox printed could not be kept: ${String(cause)}`, {
            cause,
          }),
        );
      }
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (stderr.length < WORDS_CHARACTERS_MAX) stderr += text;
    });
    let isOpen = file !== null;
    const end = (): void => {
      clearTimeout(late);
      if (isOpen) closeSync(file!);
      isOpen = false;
    };
    child.on('error', (cause) => {
      end();
      failed(new SandboxError('FAILED', `the sandbox could not be started: ${cause.message}`, { cause }));
    });
    child.on('close', (code) => {
      end();
      if (fault !== null) failed(fault);
      else
        done({
          code: code ?? 137,
          stdout: Buffer.concat(chunks).toString(),
          stderr: stderr.slice(0, WORDS_CHARACTERS_MAX),
        });
    });
  });
}
