/**
 * The verdict on a tool call in its simplest form: reading, listing and searching files inside the worktree
 * is allowed, everything else asks. Paths are judged by where they really lead.
 */
import type { ToolCall } from '../approvals/envelope.ts';
import { hasUnseen } from '../visible-text.ts';

/** What the file system says about a call, looked up outside because core touches nothing. */
export interface PathFacts {
  /** Real path of the worktree. */
  readonly worktree: string;
  /** For each path the call names: its real path, symlinks resolved as far as it exists. */
  readonly real: Readonly<Record<string, string>>;
}

export interface Verdict {
  readonly verdict: 'allow' | 'ask' | 'deny';
  /** Why, in words for the person who is asked and for the log. */
  readonly reason: string;
}

/** Tools that only look, and the fields of their input that name a path. Without a path they look at the cwd. */
const LOOKING_TOOLS: Readonly<Record<string, readonly string[]>> = {
  Read: ['file_path'],
  NotebookRead: ['notebook_path'],
  LS: ['path'],
  Grep: ['path'],
  Glob: ['path'],
};

/** Fields a looking tool may carry besides its paths; an unknown one may mean anything, so it asks. */
const HARMLESS_FIELDS = new Set([
  'offset',
  'limit',
  'pages',
  'pattern',
  'glob',
  'type',
  'output_mode',
  'head_limit',
  'multiline',
  'ignore',
  '-A',
  '-B',
  '-C',
  '-i',
  '-n',
  '-o',
  'context',
  'description',
]);

/** Names that hold secrets wherever they are: looking at them is never a matter of course. */
const SECRET_NAME = new RegExp(
  [
    String.raw`^\.env(?!\.(?:example|sample|template)$)(?:\..*)?$`,
    String.raw`\.(?:pem|key|p12|pfx)$`,
    String.raw`^id_(?:rsa|dsa|ecdsa|ed25519)(?:\.pub)?$`,
    String.raw`^\.(?:netrc|npmrc|pypirc|git-credentials)$`,
    String.raw`^\.(?:ssh|aws|gnupg|kube|docker)$`,
  ].join('|'),
  'i',
);

/** Paths a call names, so that the daemon can look up where they lead. */
export function pathsOf(call: ToolCall): readonly string[] {
  const fields = LOOKING_TOOLS[call.tool] ?? [];
  return fields.flatMap((field) => (typeof call.input[field] === 'string' ? [call.input[field]] : []));
}

export function judge(request: { call: ToolCall; cwd: string; facts: PathFacts }): Verdict {
  const { call, cwd, facts } = request;
  const fields = LOOKING_TOOLS[call.tool];
  if (!fields) return ask(`${call.tool} is not a tool that only reads, lists or searches`);
  for (const [field, value] of Object.entries(call.input)) {
    if (fields.includes(field)) {
      if (typeof value !== 'string') return ask(`${field} is not a path`);
    } else if (!HARMLESS_FIELDS.has(field)) return ask(`${call.tool} with the unknown field ${field}`);
    if (typeof value === 'string' && hasUnseen(value))
      return ask(`${field} holds invisible or control characters`);
  }
  const paths = pathsOf(call);
  for (const path of paths.length > 0 ? paths : [cwd]) {
    const real = facts.real[path];
    if (real === undefined) return ask(`where ${path} leads is not known`);
    if (!isInside(real, facts.worktree)) return ask(`${path} is outside the worktree`);
    const secret = real
      .slice(facts.worktree.length)
      .split('/')
      .find((name) => SECRET_NAME.test(name));
    if (secret !== undefined) return ask(`${secret} usually holds secrets`);
  }
  // A glob may climb out of the folder it starts from.
  for (const field of ['pattern', 'glob'] as const) {
    const pattern = call.input[field];
    if (call.tool === 'Glob' || field === 'glob') {
      if (
        typeof pattern === 'string' &&
        (pattern.startsWith('/') || pattern.startsWith('~') || pattern.includes('..'))
      )
        return ask(`the pattern ${pattern} may lead outside the worktree`);
    }
  }
  return { verdict: 'allow', reason: `${call.tool} inside the worktree` };
}

const ask = (reason: string): Verdict => ({ verdict: 'ask', reason });

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
