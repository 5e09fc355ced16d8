/** `[[ … ]]`: harmless, but for the numbers, which bash evaluates, and `-v`, which evaluates a subscript. */
import type { TestExpression, Word } from 'unbash';
import { strictest, formProblem, partOf, type Finding } from '../finding.ts';
import { judgeAccess } from '../access.ts';
import { tierAllows } from '../case.ts';
import { argumentsOf, textsOf } from './argument.ts';
import { bindingsOf, type Frame, type Session } from './frame.ts';
import { walkWord } from './words.ts';

export function judgeTest(expression: TestExpression, frame: Frame, session: Session): void {
  const findings: Finding[] = [tierAllows(session.theCase, 'comparing is part of every tier')];
  collect(expression, frame, session, findings);
  session.parts.push(partOf('command', '[[ … ]]', strictest(findings)!));
}

const NUMERIC = /^-(?:eq|ne|lt|le|gt|ge)$/;
const FILE_TEST = /^-[abcdefghkprstuwxGLNOS]$/;

function collect(expression: TestExpression, frame: Frame, session: Session, findings: Finding[]): void {
  switch (expression.type) {
    case 'TestUnary': {
      const { operator, operand } = expression;
      walkWord(operand, frame, session);
      if (/^-[vR]$/.test(operator) && !/^\w+$/.test(operand.text))
        findings.push(formProblem(`${operator} evaluates what stands in brackets`));
      if (FILE_TEST.test(operator)) findings.push(...looks(operand, frame, session));
      return;
    }
    case 'TestBinary':
      for (const word of [expression.left, expression.right]) {
        walkWord(word, frame, session);
        if (NUMERIC.test(expression.operator) && !isNumber(word))
          findings.push(formProblem(`bash evaluates ${word.text} as arithmetic`));
      }
      return;
    case 'TestLogical':
      for (const each of expression.operands) collect(each, frame, session, findings);
      return;
    case 'TestNot':
      collect(expression.operand, frame, session, findings);
      return;
    case 'TestGroup':
      collect(expression.expression, frame, session, findings);
      return;
    default:
      expression satisfies never;
  }
}

/** Whether a file is there; of a name that is not known nothing is learnt that matters. */
function looks(word: Word, frame: Frame, session: Session): readonly Finding[] {
  return argumentsOf(word, bindingsOf(frame, session)).flatMap((argument) =>
    (textsOf(argument) ?? []).flatMap((path) =>
      frame.cwds.map((from) => judgeAccess({ kind: 'list', path, from, isSandboxed: true }, session.theCase)),
    ),
  );
}

function isNumber({ text }: Word): boolean {
  return /^"?(?:-?\d+|\$#|\$\?|\$\{#\w+(?:\[[@*]\])?\})"?$/.test(text);
}
