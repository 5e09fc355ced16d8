/** git before its subcommand: how it prints, and where it works. */
import type { Argument } from '../argument.ts';
import { GIT_COMMANDS } from './git-commands.ts';
import { outcomeOf, type Outcome, type Parsed, type Program, type Touch } from './program.ts';

const GLOBAL: Program = {
  names: 'git',
  tier: 'read_only',
  options:
    '-P --no-pager --no-optional-locks --literal-pathspecs --no-replace-objects --no-lazy-fetch --version -v',
  operands: 'text',
  stopsAtOperand: true,
};

export const GIT: Program = {
  names: 'git',
  tier: 'read_only',
  hasAnyOption: true,
  isPlain: true,
  operands: ({ operands, bindings }) => gitOutcome(operands, bindings),
};

function gitOutcome(operands: readonly Argument[], bindings: Parsed['bindings']): Outcome {
  const words = [known('git')];
  const folders: Touch[] = [];
  let at = 0;
  // `-C folder` may come several times; each is looked at, and what follows works there.
  for (; at < operands.length && operands[at]!.text.startsWith('-'); at++) {
    const { kind, text } = operands[at]!;
    if (kind === 'known' && text === '-C' && operands[at + 1])
      folders.push({ kind: 'list', argument: operands[++at]! });
    else words.push(operands[at]!);
  }
  const global = outcomeOf(GLOBAL, words, bindings);
  const command = operands[at];
  if (global.problem !== null) return { ...global, touches: folders };
  if (!command) {
    const isVersion =
      words.length > 1 && words.slice(1).every(({ text }) => text === '--version' || text === '-v');
    return { touches: folders, problem: isVersion ? null : 'it lacks a subcommand', tier: 'restricted' };
  }
  const program = command.kind === 'known' ? GIT_COMMANDS.get(command.text) : undefined;
  if (!program) {
    const name =
      command.kind === 'known' ? `git ${command.text}` : 'which command of git it is, is not known; it';
    const changes = CHANGING.test(command.text)
      ? operands.slice(at + 1).filter(({ text }) => !text.startsWith('-'))
      : [];
    return {
      touches: [...folders, ...changes.map((argument) => ({ kind: 'edit', argument }) as const)],
      problem: `${name} is not one that only reads`,
    };
  }
  const [folder] = folders;
  const below = folder?.argument.kind === 'known' ? folder.argument.text : undefined;
  const own = outcomeOf(program, operands.slice(at), bindings);
  const problem = folders.length > 1 ? 'more than one -C is not followed' : own.problem;
  return {
    touches: [...folders, ...own.touches.map((touch) => (below === undefined ? touch : { ...touch, below }))],
    problem,
  };
}

/** Commands whose operands are files that they change. */
const CHANGING = /^(?:checkout|restore|rm|mv)$/;

function known(text: string): Argument {
  return { kind: 'known', text, choices: null };
}
