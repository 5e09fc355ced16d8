/**
 * Every simple command of a script, wherever it stands: lists, pipes, subshells, bodies, substitutions, here
 * documents, arithmetic. Nothing is skipped and nothing is counted; the parser's limit on nesting is an error.
 */
import {
  parse,
  type AndOr,
  type CommandNode,
  type CompoundList,
  type Elif,
  type Function as ShellFunction,
  type If,
  type ParsedScript,
  type Pipeline,
  type PipelineNode,
  type Statement,
  type Word,
} from 'unbash';
import type { Case } from '../case.ts';
import { formProblem, partOf } from '../finding.ts';
import type { JudgedPart } from '../verdict.ts';
import { arithmeticProblem } from './arithmetic.ts';
import { argumentsOf, type Argument } from './argument.ts';
import { judgeSimple } from './command.ts';
import { fedText, firstWords } from './fed-text.ts';
import { bindingsOf, inside, settle, startFrame, union, type Frame, type Session } from './frame.ts';
import { judgeRedirections } from './redirections.ts';
import { judgeTest } from './test-expression.ts';
import { walkParts, walkWord } from './words.ts';

/** Judges a whole command; the parts come in the order of the text. */
export function judgeShell(text: string, theCase: Case): readonly JudgedPart[] {
  const session: Session = {
    theCase,
    parts: [],
    isLost: false,
    depth: 0,
    fed: null,
    upstream: [],
    source: text,
    walk: { text: walkText, substitution: walkSubstitution, parts: walkParts },
  };
  walkText(text, startFrame(theCase.world.cwd), session);
  return session.parts;
}

function walkText(text: string, frame: Frame, session: Session): void {
  const outer = session.source;
  session.source = text;
  walkScript(parse(text), frame, session);
  session.source = outer;
}

function walkScript(script: ParsedScript, frame: Frame, session: Session): void {
  for (const { message } of script.errors ?? []) problem(`bash does not read this: ${message}`, session);
  const outer = session.source;
  session.source = script.source ?? outer;
  statements(script.commands, frame, session);
  session.source = outer;
}

/** A substitution: a subshell of its own. */
function walkSubstitution(script: ParsedScript | undefined, frame: Frame, session: Session): void {
  if (script) walkScript(script, inside(frame), session);
  else problem('a substitution is not understood', session);
}

function statements(list: readonly Statement[], frame: Frame, session: Session): void {
  for (const { command, background } of list) {
    const own = background ? inside(frame) : frame;
    if (command.type === 'AndOr') andOr(command, own, session);
    else pipeline(command, own, session);
    settle(frame, background ? frame.cwds : union(own.cwds, own.cwdsOnFailure));
  }
}

function body(list: CompoundList, frame: Frame, session: Session): void {
  statements(list.commands, frame, session);
}

function andOr({ commands, operators }: AndOr, frame: Frame, session: Session): void {
  for (const [at, command] of commands.entries()) {
    if (at === 0) {
      pipeline(command, frame, session);
      continue;
    }
    // What stands behind `&&` runs where the last one succeeded, what stands behind `||` where it failed.
    const { cwds, cwdsOnFailure } = frame;
    const isAnd = operators[at - 1] === '&&';
    settle(frame, isAnd ? cwds : cwdsOnFailure);
    pipeline(command, frame, session);
    if (isAnd) frame.cwdsOnFailure = union(cwdsOnFailure, frame.cwdsOnFailure);
    else frame.cwds = union(cwds, frame.cwds);
  }
}

/** Of a longer pipe nobody says what comes out of it. */
const UPSTREAM_MAX = 8;

function pipeline(node: PipelineNode, frame: Frame, session: Session): void {
  if (node.type !== 'Pipeline') {
    command(node, frame, session);
    return;
  }
  const { commands, prefixes } = node satisfies Pipeline;
  const [only] = commands;
  if (only && commands.length === 1) command(only, frame, session);
  else {
    const outer = session.upstream;
    session.upstream = [];
    for (const [at, each] of commands.entries()) {
      session.fed = fedText(commands[at - 1], bindingsOf(frame, session));
      command(each, inside(frame), session);
      session.fed = null;
      session.upstream = [...session.upstream.slice(-UPSTREAM_MAX), firstWords(each)];
    }
    session.upstream = outer;
  }
  if (prefixes.some(({ type }) => type === 'Negation'))
    [frame.cwds, frame.cwdsOnFailure] = [frame.cwdsOnFailure, frame.cwds];
}

function command(node: CommandNode, frame: Frame, session: Session): void {
  switch (node.type) {
    case 'Command':
      judgeSimple(node, frame, session);
      return;
    case 'Redirected':
      command(node.command, frame, session);
      judgeRedirections(node.redirects, frame, session);
      return;
    case 'Subshell':
      body(node.body, inside(frame), session);
      settle(frame, frame.cwds);
      return;
    case 'BraceGroup':
      body(node.body, frame, session);
      return;
    case 'If':
      branches([node, ...node.elif], node.else, frame, session);
      return;
    case 'While':
      repeated(frame, session, () => {
        body(node.clause, frame, session);
        body(node.body, frame, session);
      });
      return;
    case 'For':
    case 'Select':
      loop(node.name, node.wordlist, node.body, frame, session);
      return;
    case 'ArithmeticFor':
      for (const expression of [node.initialize, node.test, node.update])
        if (expression) report(arithmeticProblem(expression, true, frame, session), session);
      repeated(frame, session, () => body(node.body, frame, session));
      return;
    case 'Case': {
      walkWord(node.word, frame, session);
      const start = frame.cwds;
      let ends = start;
      for (const item of node.items) {
        for (const pattern of item.pattern) walkWord(pattern, frame, session);
        settle(frame, ends);
        body(item.body, frame, session);
        ends = union(ends, frame.cwds);
      }
      settle(frame, ends);
      return;
    }
    case 'TestCommand':
      judgeTest(node.expression, frame, session);
      return;
    case 'ArithmeticCommand':
      report(
        node.expression
          ? arithmeticProblem(node.expression, false, frame, session)
          : 'the arithmetic is not understood',
        session,
      );
      return;
    case 'Function':
      defined(node, frame, session);
      return;
    case 'Coproc': {
      problem('coproc opens a pipe that outlives the command', session);
      const own = inside(frame);
      if (node.body.type === 'CompoundList') body(node.body, own, session);
      else command(node.body, own, session);
      return;
    }
    default:
      node satisfies never;
  }
}

function branches(
  clauses: readonly (If | Elif)[],
  otherwise: CompoundList | undefined,
  frame: Frame,
  session: Session,
): void {
  let ends: readonly string[] | null = null;
  for (const { clause, then } of clauses) {
    body(clause, frame, session);
    const untaken = frame.cwds;
    body(then, frame, session);
    ends = ends ? union(ends, frame.cwds) : frame.cwds;
    settle(frame, untaken);
  }
  if (otherwise) body(otherwise, frame, session);
  settle(frame, union(ends ?? frame.cwds, frame.cwds));
}

/** Upper case names mean something to the shell or to programs: PATH, IFS, HOME. */
const LOOP_NAME = /^[a-z_][a-z0-9_]*$/;

function loop(
  name: Word,
  words: readonly Word[] | undefined,
  list: CompoundList,
  frame: Frame,
  session: Session,
): void {
  for (const word of words ?? []) walkWord(word, frame, session);
  if (!LOOP_NAME.test(name.value))
    problem(`a loop over ${name.value} sets a variable that others read`, session);
  const outer = frame.variables.get(name.value);
  const values: readonly Argument[] | null = words
    ? words.flatMap((word) => argumentsOf(word, bindingsOf(frame, session)))
    : null;
  // A loop in a loop over the same name: it may be either.
  const isShadowed = frame.variables.has(name.value);
  frame.variables.set(name.value, isShadowed ? null : values);
  repeated(frame, session, () => body(list, frame, session));
  // Behind the loop it holds the last word, or nothing if there was none.
  if (isShadowed || outer === undefined) frame.variables.set(name.value, null);
}

/** What changes the working directory in a loop changes it again each time. */
function repeated(frame: Frame, session: Session, walk: () => void): void {
  const start = frame.cwds;
  walk();
  const ends = union(start, frame.cwds);
  if (ends.length > start.length || (ends.length === 0 && start.length > 0)) {
    problem('a cd in a loop leads further each time', session);
    session.isLost = true;
  }
  settle(frame, ends);
}

function defined(node: ShellFunction, frame: Frame, session: Session): void {
  const own = inside(frame);
  // Its arguments and everything around a later call are not known.
  for (const name of own.variables.keys()) own.variables.set(name, null);
  if (node.body.type === 'CompoundList') body(node.body, own, session);
  else command(node.body, own, session);
  if (own.cwds !== frame.cwds)
    problem(`the function ${node.name.value} changes the working directory`, session);
  if (isTaken(node.name.value))
    problem(`the function ${node.name.value} takes the name of a program`, session);
  else frame.functions.add(node.name.value);
}

/** Names that stand in rules and tables stay theirs; a made-up word with a capital or an underscore is nobody's. */
function isTaken(name: string): boolean {
  return !/^_|[_A-Z]/.test(name);
}

function report(found: string | null, session: Session): void {
  if (found !== null) problem(found, session);
}

function problem(detail: string, session: Session): void {
  session.parts.push(partOf('form', detail, formProblem(detail)));
}
