/** What `fleet doctor` looks at: each finding with what was found and what to do about it. */
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { findSandbox } from '../io/sandbox/find-sandbox.ts';
import { proveContainment } from '../io/sandbox/prove.ts';

export interface Finding {
  readonly what: string;
  readonly state: 'fine' | 'warning' | 'problem';
  readonly found: string;
  /** A command or a sentence; empty when there is nothing to do. */
  readonly fix: string;
}

/** A program that prints its version needs milliseconds, a runtime that starts cold a second. */
const VERSION_TIMEOUT_MS = 5_000;

const GIT_MIN = [2, 38] as const;

/** Agents that can be contained and asked; one is enough to work with. */
const AGENT_CLIS: readonly { readonly program: string; readonly install: string }[] = [
  { program: 'claude', install: 'npm install -g @anthropic-ai/claude-code' },
  { program: 'codex', install: 'npm install -g @openai/codex' },
  { program: 'gemini', install: 'npm install -g @google/gemini-cli' },
  { program: 'opencode', install: 'npm install -g opencode-ai' },
];

export async function examine(given: {
  readonly node: string;
  readonly path: string;
}): Promise<readonly Finding[]> {
  const [git, containment, agents] = await Promise.all([
    gitFinding(),
    containmentFinding(given.node),
    agentFinding(given.path),
  ]);
  return [fine('Node', process.version), git, ...containment, agents];
}

async function gitFinding(): Promise<Finding> {
  const said = await versionOf('git');
  const fix = `install git ${GIT_MIN.join('.')} or newer`;
  if (said === null) return { what: 'git', state: 'problem', found: 'is not installed', fix };
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(said) ?? [];
  const isOld = Number(major) < GIT_MIN[0] || (Number(major) === GIT_MIN[0] && Number(minor) < GIT_MIN[1]);
  return isOld ? { what: 'git', state: 'problem', found: said, fix } : fine('git', said);
}

async function containmentFinding(node: string): Promise<readonly Finding[]> {
  const what = 'containment';
  const sandbox = await findSandbox();
  if (sandbox.type === 'none') {
    const found = `${sandbox.reason}; agents with "sandbox: on" are refused`;
    return [{ what, state: 'problem', found, fix: sandbox.fix }];
  }
  const proofs = await proveContainment({ bubblewrap: sandbox.bubblewrap, node });
  const named = (outcome: string): string[] =>
    proofs.filter((proof) => proof.outcome === outcome).map(({ claim }) => claim);
  const open = named('open');
  const closed = named('closed').length;
  const found = `bubblewrap ${sandbox.version}: ${closed} of ${proofs.length} ways out tried and closed`;
  if (open.length > 0) {
    const fix = 'do not run agents on this machine until it is closed; report it, see docs/containment.md';
    return [{ what, state: 'problem', found: `an agent can ${open.join('; ')}`, fix }];
  }
  const unproven = named('unproven');
  const rest = unproven.length === 0 ? '' : ` (not even possible outside: ${unproven.join('; ')})`;
  return [fine(what, found + rest)];
}

async function agentFinding(path: string): Promise<Finding> {
  const there = AGENT_CLIS.filter(({ program }) => isOnPath(program, path)).map(({ program }) => program);
  if (there.length > 0) return fine('agent CLIs', there.join(', '));
  const fix = AGENT_CLIS.map(({ install }) => install).join(', or ');
  return {
    what: 'agent CLIs',
    state: 'warning',
    found: 'none on the PATH; only plain commands can be run',
    fix,
  };
}

const fine = (what: string, found: string): Finding => ({ what, state: 'fine', found, fix: '' });

function versionOf(program: string): Promise<string | null> {
  return new Promise((done) => {
    execFile(program, ['--version'], { timeout: VERSION_TIMEOUT_MS }, (error, stdout) =>
      done(error ? null : stdout.split('\n', 1)[0]!.trim()),
    );
  });
}

function isOnPath(program: string, path: string): boolean {
  return path.split(delimiter).some((folder) => {
    if (!isAbsolute(folder)) return false;
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
