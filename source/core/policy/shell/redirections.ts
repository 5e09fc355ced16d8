/** `> file`, `< file`, `2>&1`, here documents: output is writing a file, input is reading one. */
import type { Redirect, Redirection } from 'unbash';
import { judgeAccess } from '../access.ts';
import { tierAllows } from '../case.ts';
import { formProblem, partOf, strictest, type Finding } from '../finding.ts';
import { argumentsOf, textsOf, type Argument } from './argument.ts';
import { bindingsOf, type Frame, type Session } from './frame.ts';
import { walkParts, walkWord } from './words.ts';

export function judgeRedirections(redirects: readonly Redirection[], frame: Frame, session: Session): void {
  for (const redirect of redirects) {
    if (redirect.type === 'HereDoc') {
      if (redirect.body.parts) walkParts(redirect.body.parts, frame, session);
      continue;
    }
    if (redirect.target) walkWord(redirect.target, frame, session);
    if (redirect.type === 'HereString') continue;
    const finding = judged(redirect, frame, session);
    const text = `${redirect.operator} ${redirect.target?.text ?? ''}`;
    if (finding) session.parts.push(partOf('redirection', text, finding));
  }
}

function judged(redirect: Redirect, frame: Frame, session: Session): Finding | null {
  const { operator, descriptor, target } = redirect;
  if (!target) return formProblem('a redirection lacks its target');
  if (descriptor?.type === 'FileDescriptorVariable') return formProblem('a descriptor is kept in a variable');
  if (operator === '<>') return formProblem('<> opens a file for reading and writing and makes it');
  const isDuplicate = /^(?:\d+-?|-)$/.test(target.text);
  // Copying and closing descriptors touches no file.
  if ((operator === '>&' || operator === '<&') && isDuplicate) return null;
  if (operator === '<&') return formProblem('what the descriptor is copied from is not known');
  if (target.parts?.length === 1 && target.parts[0]!.type === 'ProcessSubstitution') return null;
  const found = argumentsOf(target, bindingsOf(frame, session));
  const [argument] = found;
  if (!argument || found.length > 1) return formProblem('a redirection needs exactly one file');
  return strictest(paths(argument).flatMap((path) => reached(path, operator === '<', frame, session)));
}

function paths(argument: Argument): readonly string[] {
  return textsOf(argument) ?? [argument.text];
}

function reached(path: string, isInput: boolean, frame: Frame, session: Session): readonly Finding[] {
  if (/^\/dev\/(?:tcp|udp)\//.test(path))
    return [formProblem('bash opens a network connection for this name')];
  const { theCase } = session;
  if (!isInput && path === '/dev/null') return [tierAllows(theCase, 'nothing is kept')];
  const isLost = session.isLost || frame.cwds.length === 0;
  const froms = frame.cwds.length === 0 ? [theCase.world.root] : frame.cwds;
  const found = froms.map((from) =>
    judgeAccess({ kind: isInput ? 'read' : 'write', path, from, isSandboxed: true }, theCase),
  );
  return isLost ? [...found, formProblem('which folder it works in is not known')] : found;
}
