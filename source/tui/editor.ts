/** A text in the person's own editor, outside the control room. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { splitCommand } from './reduce-overlays.ts';

/** The text as it was saved; null when the editor failed or nothing was changed. The terminal must be free. */
export async function editText(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  const command = splitCommand(environment['VISUAL'] || environment['EDITOR'] || 'vi');
  if (typeof command === 'string') throw new Error(`$EDITOR cannot be read: ${command}`);
  // A folder of our own: nobody else may read or swap what is being approved.
  const folder = mkdtempSync(join(tmpdir(), 'fleet-edit-'));
  const file = join(folder, 'input.json');
  try {
    writeFileSync(file, text, { mode: 0o600 });
    const [program = 'vi', ...args] = command;
    const code = await new Promise<number | null>((done, failed) => {
      const child = spawn(program, [...args, file], { stdio: 'inherit' });
      child.once('error', failed);
      child.once('exit', done);
    });
    const saved = readFileSync(file, 'utf8');
    return code === 0 && saved !== text ? saved : null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
