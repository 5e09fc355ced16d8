/** How a script asks before it acts: one process of the gate for each question, as any agent's hook does it. */
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

export type Input = Readonly<Record<string, unknown>>;

export type Outcome =
  | { readonly type: 'done'; readonly input: Input; readonly isEdited: boolean; readonly output: string }
  | { readonly type: 'failed'; readonly input: Input; readonly output: string }
  | { readonly type: 'refused'; readonly message: string };

/** Long output is what terminals are for; an outcome only needs enough to be talked about. */
const OUTPUT_LETTERS_MAX = 4_000;
const COMMAND_TIMEOUT_MS = 60_000;

let calls = 0;

/** Asks, and does exactly what was allowed: the answer's input runs, not the one that was asked with. */
export async function act(tool: string, input: Input): Promise<Outcome> {
  const id = `demo-${process.pid}-${++calls}`;
  const verdict = await ask({ event: 'tool-asked', call: { id, tool, input }, cwd: process.cwd() });
  if (verdict['verdict'] !== 'allow')
    return { type: 'refused', message: textIn(verdict, 'message') || 'not allowed' };
  const allowed = (verdict['input'] ?? input) as Input;
  const { isOk, output } = await execute(tool, allowed);
  const outcome = isOk ? 'succeeded' : 'failed';
  await ask({ event: 'tool-finished', call: { id, tool, input: allowed }, outcome });
  if (!isOk) return { type: 'failed', input: allowed, output };
  return {
    type: 'done',
    input: allowed,
    isEdited: JSON.stringify(allowed) !== JSON.stringify(input),
    output,
  };
}

export const tell = (event: string): Promise<unknown> => ask({ event });

function ask(question: unknown): Promise<Record<string, unknown>> {
  const { FLEET_NODE: node, FLEET_GATE: gate } = process.env;
  if (!node || !gate) throw new Error('not started by fleet-tui: FLEET_NODE and FLEET_GATE are missing');
  return new Promise((done) => {
    const child = spawn(node, [gate, 'fleet'], { stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('error', (error) => done({ verdict: 'deny', message: error.message }));
    child.on('close', () => done(parse(stdout) ?? { verdict: 'deny', message: stderr.trim() }));
    child.stdin.end(JSON.stringify(question));
  });
}

async function execute(tool: string, input: Input): Promise<{ isOk: boolean; output: string }> {
  try {
    switch (tool) {
      case 'Read':
        return { isOk: true, output: readFileSync(textIn(input, 'file_path'), 'utf8') };
      case 'Write': {
        const file = resolve(textIn(input, 'file_path'));
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, textIn(input, 'content'));
        return { isOk: true, output: '' };
      }
      case 'Edit': {
        const file = textIn(input, 'file_path');
        const before = readFileSync(file, 'utf8');
        const wanted = textIn(input, 'old_string');
        if (!before.includes(wanted)) return { isOk: false, output: 'the text to replace is not there' };
        writeFileSync(
          file,
          before.replace(wanted, () => textIn(input, 'new_string')),
        );
        return { isOk: true, output: '' };
      }
      case 'Bash':
        return await shell(textIn(input, 'command'));
      default:
        return { isOk: false, output: `${tool} is nothing this script can do` };
    }
  } catch (error) {
    return { isOk: false, output: error instanceof Error ? error.message : String(error) };
  }
}

function shell(command: string): Promise<{ isOk: boolean; output: string }> {
  return new Promise((done) => {
    execFile('/bin/sh', ['-c', command], { timeout: COMMAND_TIMEOUT_MS }, (error, stdout, stderr) =>
      done({ isOk: !error, output: (stdout + stderr).slice(-OUTPUT_LETTERS_MAX) }),
    );
  });
}

function textIn(input: Input, field: string): string {
  const value = input[field];
  return typeof value === 'string' ? value : '';
}

function parse(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}
