/** `NAME=value`: before a command it changes what the command does, alone it changes everything that follows. */
import type { Assignment } from 'unbash';
import { tierAllows } from '../case.ts';
import { formProblem, partOf, type Finding } from '../finding.ts';
import type { Frame, Session } from './frame.ts';
import { walkWord } from './words.ts';

/** They say how something is printed, or that nobody watches; none of them names a file or a program. */
const HARMLESS = /^(?:CI|NODE_ENV|FORCE_COLOR|NO_COLOR|LANG|LC_ALL|TZ|DEBUG|COLUMNS|TERM)$/;
/** A path in one of these is a file that is read. */
const PLAIN_VALUE = /^(?!.*\.\.)[\w.,:@+=* -][\w.,:@+=*/ -]*$|^$/;

export function judgeAssignments(
  assignments: readonly Assignment[],
  /** Its word; null for a bare assignment. */
  command: string | null,
  frame: Frame,
  session: Session,
): void {
  setVariables(assignments, frame, session);
  for (const assignment of assignments)
    session.parts.push(partOf('assignment', assignment.text, judged(assignment, command, session)));
}

/** Looks into the values, and forgets what was known of these variables. */
export function setVariables(assignments: readonly Assignment[], frame: Frame, session: Session): void {
  for (const { name, value, index } of assignments) {
    if (index) walkWord(index, frame, session);
    if (value.type === 'Word') walkWord(value, frame, session);
    else for (const element of value.elements) walkWord(element, frame, session);
    if (frame.variables.has(name)) frame.variables.set(name, null);
  }
}

function judged(
  { name, value, index, append }: Assignment,
  command: string | null,
  { theCase }: Session,
): Finding {
  if (command === null) return formProblem(`${name} is set for everything that follows`);
  // How one line is cut into words ends with that line.
  if (
    name === 'IFS' &&
    command === 'read' &&
    value.type === 'Word' &&
    !value.parts?.some(({ type }) => type === 'CommandExpansion')
  )
    return tierAllows(theCase, 'it says how the line is cut into words');
  if (!HARMLESS.test(name)) return formProblem(`${name} may change what the command runs or reads`);
  const isPlain =
    value.type === 'Word' &&
    index === undefined &&
    append !== true &&
    !value.parts?.some(
      ({ type }) =>
        type !== 'Literal' && type !== 'Glob' && type !== 'SingleQuoted' && type !== 'DoubleQuoted',
    ) &&
    !/[$`]/.test(value.text) &&
    (name === 'DEBUG' || (PLAIN_VALUE.test(value.value) && !/^[:/]/.test(value.value)));
  return isPlain
    ? tierAllows(theCase, `${name} only says how to print or behave`)
    : formProblem(`the value of ${name} may name a file`);
}
