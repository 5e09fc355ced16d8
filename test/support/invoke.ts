/** Runs one command as the program would, with what it printed as text. */
import { PassThrough } from 'node:stream';
import type { Command, Invocation } from '../../source/cli/command.ts';

export interface Invoked {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function invoke(
  command: Command,
  given: Partial<Invocation> & { readonly cwd: string },
): Promise<Invoked> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const code = await command.run({
    positionals: [],
    options: {},
    stdin: new PassThrough(),
    stdout,
    stderr,
    env: {},
    program: { node: process.execPath, script: '', gateScript: '' },
    version: 'test',
    openControlRoom: () => Promise.reject(new Error('this command opens no control room')),
    ...given,
  });
  return { code, stdout: textOf(stdout), stderr: textOf(stderr) };
}

function textOf(stream: PassThrough): string {
  const pieces: Buffer[] = [];
  // Node 24 reads all that waits at once, Node 26 one piece at a time.
  for (let piece: unknown = stream.read(); Buffer.isBuffer(piece); piece = stream.read()) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}
