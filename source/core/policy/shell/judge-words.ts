/** The words of one command against rules, scopes and the tier's table of programs. */
import type { Access } from '../access-kind.ts';
import { judgeAccess, judgeBinding, sensitiveReason } from '../access.ts';
import { reachesTier, tierAllows, tierAsks, type Case } from '../case.ts';
import { formProblem, strictest, type Finding } from '../finding.ts';
import { UNKNOWN } from '../pattern.ts';
import { ruled, type ReadRule } from '../rules.ts';
import { mayBeOption, textsOf, type Argument } from './argument.ts';
import { controlOption } from './control-options.ts';
import { baseName, facesOf, type Faces } from './faces.ts';
import { bindingsOf, type Frame, type Session } from './frame.ts';
import { outcomeOf, type Outcome, type Touch } from './programs/program.ts';
import { programOf } from './programs/registry.ts';
import { asksVersion } from './programs/versions.ts';
import { neededScopes } from './reach.ts';
import { couldMatchCommand, matchesCommand } from './shell-pattern.ts';

interface Words {
  readonly args: readonly Argument[];
  readonly faces: Faces;
  readonly frame: Frame;
  readonly session: Session;
}

export function judgeWords(words: Words): Finding {
  const { args, faces, session } = words;
  const { theCase } = session;
  const forbidden = boundByRule('deny', faces, theCase);
  if (forbidden) return forbidden;
  const known = outcome(words);
  const wrapped = faces.certain.slice(1).map((inner) => outcome({ ...words, args: inner }));
  const bound = strictest([
    ...missingScope(faces, theCase),
    ...[known, ...wrapped].flatMap((each) =>
      accessesOf(each, words).flatMap((access) => judgeBinding(access, theCase) ?? []),
    ),
  ]);
  if (bound?.verdict === 'deny') return bound;
  const asked = bound ?? boundByRule('ask', faces, theCase) ?? unclear(faces, theCase);
  if (asked) return asked;
  const [program] = args;
  if (program!.kind !== 'known') return formProblem('which program this runs shows only when it runs');
  if (session.isLost) return formProblem('which folder it works in is not known any more');
  return allowedByRule(known, words) ?? byTable(known, words);
}

/** Whether some rule that forbids or asks may be about a program of this name. */
export function isNamedByRule(name: string, { rules }: Case): boolean {
  for (const effect of ['deny', 'ask'] as const)
    for (const { shell } of rules.of('Bash', effect))
      if (shell && (shell.name.includes('*') || baseName(shell.name).toLowerCase() === name.toLowerCase()))
        return true;
  return false;
}

function boundByRule(effect: 'deny' | 'ask', faces: Faces, { rules }: Case): Finding | null {
  const bound = rules.of('Bash', effect);
  if (bound.length === 0) return null;
  const whole = bound.find(({ shell }) => shell === null);
  if (whole) return ruled(whole);
  for (const { joined } of faces.commands) {
    const rule = bound.find(({ shell }) => matchesCommand(shell!, joined));
    if (rule) return ruled(rule);
  }
  return null;
}

/** Words that are not known might be such that a rule forbids them. */
function unclear(faces: Faces, { rules }: Case): Finding | null {
  const bound = [...rules.of('Bash', 'deny'), ...rules.of('Bash', 'ask')];
  if (bound.length === 0) return null;
  for (const { joined, isKnown } of faces.commands) {
    if (isKnown) continue;
    const rule = bound.find(({ shell }) => shell !== null && couldMatchCommand(shell, joined));
    if (rule)
      return {
        ...ruled(rule),
        verdict: 'ask',
        reason: `a word that is not known may make this what ${rule.rule} is about`,
      };
  }
  return null;
}

function missingScope({ certain }: Faces, { policy }: Case): readonly Finding[] {
  for (const command of certain) {
    const words = command.map(({ text }) => text);
    const needed = neededScopes([baseName(words[0]!), ...words.slice(1)]);
    const scope = needed.find((each) => !policy.scopes.includes(each));
    if (scope !== undefined)
      return [
        {
          verdict: 'deny',
          reason: `${baseName(words[0]!)} needs the scope ${scope}, which this run does not have`,
          decidedBy: { type: 'scope', scope },
        },
      ];
  }
  return [];
}

function outcome({ args, frame, session }: Words): Outcome | null {
  const program = programOf(baseName(args[0]!.text));
  return program ? outcomeOf(program, args, bindingsOf(frame, session)) : null;
}

/** Every file the command names, from every folder it may work in. */
function accessesOf(known: Outcome | null, { frame, session }: Words): readonly Access[] {
  if (!known) return [];
  const { world } = session.theCase;
  const froms = frame.cwds.length > 0 ? frame.cwds : [world.root];
  return known.touches.flatMap((touch) =>
    pathsOf(touch).flatMap((path) =>
      froms.map((from) => ({
        kind: touch.kind,
        path,
        from:
          touch.below === undefined
            ? from
            : touch.below.startsWith('/')
              ? touch.below
              : `${from}/${touch.below}`,
        isSandboxed: true,
        ...(touch.isNameOnly && { isNameOnly: true }),
        ...(touch.reaches && { reaches: touch.reaches }),
      })),
    ),
  );
}

function pathsOf({ argument }: Touch): readonly string[] {
  const texts = textsOf(argument);
  if (texts) return texts;
  return [argument.kind === 'names' ? argument.text : UNKNOWN];
}

function allowedByRule(known: Outcome | null, words: Words): Finding | null {
  const { faces, session } = words;
  const { theCase } = session;
  const rules = theCase.rules.of('Bash', 'allow');
  if (rules.length === 0) return null;
  const { joined } = faces.commands[0]!;
  let obstacle: Finding | null = null;
  for (const rule of rules) {
    if (rule.shell && !matchesCommand(rule.shell, joined)) continue;
    const found = obstacleTo(rule, known, words);
    if (found === null) return ruled(rule);
    obstacle ??= formProblem(found);
  }
  // A program that the tier allows anyway needs no rule.
  return obstacle && !isFree(known, words) ? obstacle : null;
}

function isFree(known: Outcome | null, words: Words): boolean {
  return byTable(known, words).verdict === 'allow';
}

/** Programs whose operand is a script: the same words mean another script in another folder. */
const INTERPRETERS =
  /^(?:bash|sh|dash|zsh|ksh|node|deno|bun|tsx|ts-node|python[\d.]*|ruby|perl|php|lua|Rscript|source|\.)$/;

/** After these the same words mean something else, so only a rule that spells them out covers them. */
const REBINDS = /^(?:hash|enable|alias|bind|complete|shopt)$/;

/** Why a rule that covers the words is not enough. */
function obstacleTo(rule: ReadRule, known: Outcome | null, words: Words): string | null {
  const { args, frame, session } = words;
  const { theCase } = session;
  const name = args[0]!.text;
  if (args.some(({ kind }) => kind === 'many') && !programOf(name)?.isText)
    return 'what an unquoted expansion becomes shows only when it runs';
  if (rule.shell?.hasStar !== false && REBINDS.test(name) && args.length > 1)
    return `${name} may give a name another meaning`;
  const isRelative = (name.includes('/') && !name.startsWith('/')) || INTERPRETERS.test(name);
  const { root, cwd } = theCase.world;
  if (isRelative && !frame.cwds.every((each) => each === root || each === cwd))
    return `${name} in another folder is another program or script`;
  if (INTERPRETERS.test(name) && args.some(({ text }) => text.startsWith('/dev/fd/')))
    return 'the script it runs is what another command prints';
  if (rule.shell && !rule.shell.hasStar) return null;
  const option = controlOption(
    args.map(({ text }) => text),
    rule.rule,
  );
  if (option !== null && rule.shell)
    return `${option} hands the program to others, which ${rule.rule} does not name`;
  for (const access of accessesOf(known, words)) {
    const found = sensitiveReason(access, theCase);
    if (found && (found.name === null || !rule.rule.includes(found.name)))
      return `${found.reason}, and ${rule.rule} does not name it`;
  }
  return null;
}

function byTable(known: Outcome | null, words: Words): Finding {
  const { args, frame, session } = words;
  const { theCase } = session;
  const name = args[0]!.text;
  if (frame.functions.has(name))
    return tierAllows(theCase, `${name} is a function of this command, judged where it stands`);
  if (args.every(({ kind }) => kind === 'known') && asksVersion(args.map(({ text }) => text)))
    return tierAllows(theCase, `${name} only says which version it is`);
  // cd has been followed; it is judged there.
  if (name === 'cd') return tierAllows(theCase, 'the working directory is followed');
  const program = programOf(name);
  if (!program || !known) return tierAsks(theCase, `${name} is not a program that any tier allows`);
  const tier = known.tier ?? program.tier;
  if (known.problem !== null) return tierAsks(theCase, `${name}: ${known.problem}`);
  if (tier === null) return tierAsks(theCase, `${name} always needs a rule`);
  if (!reachesTier(theCase, tier))
    return tierAsks(theCase, `${name} is not part of the tier ${theCase.policy.tier}`);
  const findings = [
    ...(known.inner ? [innerFinding(known.inner, words)] : []),
    ...accessesOf(known, words).map((access) => judgeAccess(access, theCase)),
    ...listed(args, words),
  ];
  const found = strictest(findings);
  return found && found.verdict !== 'allow'
    ? found
    : tierAllows(theCase, `${name} is part of the tier ${theCase.policy.tier}`);
}

/** A pattern of names prints what a folder holds, whatever the program does with it. */
function listed(args: readonly Argument[], { frame, session }: Words): readonly Finding[] {
  return args.flatMap((argument) =>
    argument.kind === 'names' && !isPattern(argument)
      ? frame.cwds.map((from) =>
          judgeAccess(
            { kind: 'list', path: argument.text, from, isSandboxed: true, isNameOnly: true },
            session.theCase,
          ),
        )
      : [],
  );
}

/** An option such as `--include=*.ts` that nothing on the disk matches. */
function isPattern(argument: Argument): boolean {
  return mayBeOption(argument) && argument.text.startsWith('-');
}

function innerFinding(inner: readonly Argument[], { frame, session }: Words): Finding {
  const faces = facesOf(inner, (name) => isNamedByRule(name, session.theCase));
  return judgeWords({ args: inner, faces, frame, session });
}
