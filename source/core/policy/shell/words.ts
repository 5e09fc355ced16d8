/** What hides in a word: substitutions are judged, and expansions that evaluate or set something ask. */
import type { ParameterOperation, Word, WordPart } from 'unbash';
import { formProblem, partOf } from '../finding.ts';
import { arithmeticProblem } from './arithmetic.ts';
import type { Frame, Session } from './frame.ts';

export function walkWord(word: Word, frame: Frame, session: Session): void {
  if (word.parts) walkParts(word.parts, frame, session);
}

export function walkParts(parts: readonly WordPart[], frame: Frame, session: Session): void {
  for (const part of parts) walkPart(part, frame, session);
}

function walkPart(part: WordPart, frame: Frame, session: Session): void {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
    case 'SimpleExpansion':
      return;
    case 'DoubleQuoted':
    case 'LocaleString':
      walkParts(part.parts, frame, session);
      return;
    case 'Glob':
      if (part.parts) walkParts(part.parts, frame, session);
      return;
    case 'BraceExpansion':
      walkParts(part.parts ?? [], frame, session);
      return;
    case 'ExtendedGlob':
      walkParts(part.parts ?? [], frame, session);
      problem(`the pattern ${part.text} means something else in other shells`, session);
      return;
    case 'CommandExpansion':
    case 'ProcessSubstitution':
      session.walk.substitution(part.script, frame, session);
      return;
    case 'ArithmeticExpansion': {
      const found = part.expression
        ? arithmeticProblem(part.expression, false, frame, session)
        : 'the arithmetic is not understood';
      if (found !== null) problem(found, session);
      return;
    }
    case 'ParameterExpansion': {
      if (part.prefix === '!') problem(`${part.text} reads a variable that another one names`, session);
      if (part.index) {
        walkWord(part.index, frame, session);
        if (!/^(?:\d+|@|\*)$/.test(part.index.text))
          problem(`bash evaluates what stands in the brackets of ${part.text}`, session);
      }
      if (part.operation) walkOperation(part.operation, part.text, frame, session);
      return;
    }
    default:
      part satisfies never;
  }
}

function walkOperation(operation: ParameterOperation, text: string, frame: Frame, session: Session): void {
  switch (operation.type) {
    case 'Default':
      walkWord(operation.operand, frame, session);
      if (operation.operator.endsWith('=')) problem(`${text} sets a variable`, session);
      return;
    case 'Remove':
      walkWord(operation.operand, frame, session);
      return;
    case 'Replace':
      walkWord(operation.pattern, frame, session);
      walkWord(operation.replacement, frame, session);
      return;
    case 'Slice':
      for (const word of [operation.offset, operation.length]) {
        if (!word) continue;
        walkWord(word, frame, session);
        if (!/^\s*-?\d+\s*$/.test(word.text)) problem(`bash evaluates the position in ${text}`, session);
      }
      return;
    case 'CaseModification':
      if (operation.operand) walkWord(operation.operand, frame, session);
      return;
    case 'Transform':
    case 'Names':
    case 'Unknown':
      problem(`what ${text} becomes is not known`, session);
      return;
    default:
      operation satisfies never;
  }
}

function problem(detail: string, session: Session): void {
  session.parts.push(partOf('form', detail, formProblem(detail)));
}
