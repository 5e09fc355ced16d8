/** One simple command: its assignments, its words, its redirections, and the scripts it hands to a shell. */
import type { Assignment, Command, Redirection, Word } from 'unbash';
import { formProblem, partOf, shown, strictest, type Finding } from '../finding.ts';
import { rank } from '../finding.ts';
import { argumentsOf, type Argument } from './argument.ts';
import { judgeAssignments, setVariables } from './assignments.ts';
import { changeDirectory } from './change-directory.ts';
import { facesOf, type Faces } from './faces.ts';
import { bindingsOf, inside, type Frame, type Session } from './frame.ts';
import { judgeRedirections } from './redirections.ts';
import { isNamedByRule, judgeWords } from './judge-words.ts';
import { walkWord } from './words.ts';

/** Scripts in scripts in scripts: nobody writes more, and each level is parsed anew. */
const SCRIPT_DEPTH_MAX = 16;

export function judgeSimple(command: Command, frame: Frame, session: Session): void {
  const assignments = command.prefix.filter((each): each is Assignment => each.type === 'Assignment');
  const words: Word[] = command.name ? [command.name] : [];
  const setters: Assignment[] = [];
  for (const each of command.suffix) {
    if (each.type === 'Word') words.push(each);
    else if (each.type === 'Assignment') setters.push(each);
  }
  judgeAssignments(assignments, words[0]?.value ?? null, frame, session);
  for (const word of words) walkWord(word, frame, session);
  if (setters.length > 0) setVariables(setters, frame, session);
  const args: Argument[] = [];
  for (const word of words) args.push(...argumentsOf(word, bindingsOf(frame, session)));
  for (const setter of setters) args.push(setArgument(setter, frame, session));
  // The parser takes `ls (` for the beginning of a function and goes on; bash does not read it at all.
  if (command.name && /^[ \t]*\(/.test(session.source.slice(command.name.end, command.name.end + 64)))
    session.parts.push(partOf('form', '(', formProblem('bash does not read this: unexpected (')));
  const { redirects } = command;
  if (args.length > 0) judgeArguments(args, display(words, setters), redirects, frame, session);
  judgeRedirections(redirects, frame, session);
  if (words.length > 0 && args.length === 0)
    session.parts.push(partOf('form', display(words, []), formProblem('the words of this command vanish')));
}

/** `alias x='rm y'` and `export A=b`: a word like others, with its quotes gone. */
function setArgument({ name, value, text }: Assignment, frame: Frame, session: Session): Argument {
  const found = value.type === 'Word' ? argumentsOf(value, bindingsOf(frame, session)) : [];
  const [only] = found;
  return only && found.length === 1
    ? { ...only, text: `${name}=${only.text}`, choices: null }
    : { kind: 'known', text, choices: null };
}

function judgeArguments(
  args: readonly Argument[],
  text: string,
  redirects: readonly Redirection[],
  frame: Frame,
  session: Session,
): void {
  const faces = facesOf(args, (name) => isNamedByRule(name, session.theCase));
  const odd = args.find((argument) => argument.kind === 'known' && CONTROL.test(argument.text));
  const findings = [judgeWords({ args, faces, frame, session })];
  if (odd) findings.push(formProblem('a word decodes to control characters'));
  const moved = changeDirectory(args, frame, session);
  if (moved) findings.push(moved);
  const finding = strictest(findings)!;
  session.parts.push(partOf('command', text, finding));
  if (VARIABLE_SETTERS.test(args[0]!.text))
    for (const name of frame.variables.keys()) frame.variables.set(name, null);
  judgeScripts(faces, redirects, frame, session);
}

const CONTROL = /[^\P{Cc}\n\t\u0001\u0002\u0003]/u;
/** They may give a loop's variable another value. */
const VARIABLE_SETTERS =
  /^(?:export|declare|typeset|local|readonly|read|mapfile|readarray|unset|getopts|printf|let|eval|source|\.|builtin|command|set|shift)$/;

function judgeScripts(faces: Faces, redirects: readonly Redirection[], frame: Frame, session: Session): void {
  for (const { argument, isCertain, isHere } of faces.scripts) {
    if (argument.kind !== 'known') {
      session.parts.push(
        partOf('form', 'a script in a word', formProblem('the script it runs is not known')),
      );
      continue;
    }
    nested(argument.text, isCertain, isHere ? frame : inside(frame), session);
  }
  if (!faces.readsInput) return;
  if (session.fed !== null) nested(session.fed, true, inside(frame), session);
  for (const redirect of redirects) {
    if (redirect.type === 'HereDoc') nested(redirect.body.text, true, inside(frame), session);
    if (redirect.type === 'HereString' && redirect.target) {
      const [argument] = argumentsOf(redirect.target, bindingsOf(frame, session));
      if (argument?.kind === 'known') nested(argument.text, true, inside(frame), session);
      else
        session.parts.push(
          partOf('form', 'a script as input', formProblem('the script it runs is not known')),
        );
    }
  }
}

function nested(text: string, isCertain: boolean, frame: Frame, session: Session): void {
  if (session.depth >= SCRIPT_DEPTH_MAX) {
    session.parts.push(partOf('form', text, formProblem('scripts are nested too deep')));
    return;
  }
  session.depth++;
  const start = session.parts.length;
  session.walk.text(text, frame, session);
  session.depth--;
  if (isCertain) return;
  // What may be a script counts as far as a rule forbids it or asks.
  const found = session.parts.splice(start).filter(isBound);
  session.parts.push(...found);
}

function isBound({ verdict, decidedBy }: Finding): boolean {
  return rank(verdict) > 0 && decidedBy.type === 'rule';
}

/** Enough words to fill what is shown of a part. */
function display(words: readonly Word[], setters: readonly Assignment[]): string {
  let text = '';
  for (const word of [...words, ...setters]) {
    if (text.length > 250) break;
    text += `${text === '' ? '' : ' '}${word.text}`;
  }
  return shown(text);
}
