/**
 * Arithmetic is a language of its own: names are evaluated again and again, subscripts run commands, and `=`
 * sets variables. Numbers, and names that hold numbers, are all that passes.
 */
import type { ArithmeticExpression, ArithmeticWord } from 'unbash';
import type { Frame, Session } from './frame.ts';

const NUMBER = /^\s*(?:\d+#)?[\da-zA-Z@_]*\s*$/;
const NAME = /^\s*\$?\{?([A-Za-z_]\w*|[#?$!\d])\}?\s*$/;
const ASSIGNS = /^(?:[-+*/%&|^]|<<|>>)?=$/;

/** `isCounting`: the head of a `for ((…))`, which may count in a variable of its own. */
export function arithmeticProblem(
  expression: ArithmeticExpression,
  isCounting: boolean,
  frame: Frame,
  session: Session,
): string | null {
  const again = (each: ArithmeticExpression) => arithmeticProblem(each, isCounting, frame, session);
  switch (expression.type) {
    case 'ArithmeticBinary': {
      const found = again(expression.left) ?? again(expression.right);
      return found ?? (ASSIGNS.test(expression.operator) ? setting(expression.left, isCounting) : null);
    }
    case 'ArithmeticUnary': {
      const isStep = expression.operator === '++' || expression.operator === '--';
      return again(expression.operand) ?? (isStep ? setting(expression.operand, isCounting) : null);
    }
    case 'ArithmeticTernary':
      return again(expression.test) ?? again(expression.consequent) ?? again(expression.alternate);
    case 'ArithmeticGroup':
      return again(expression.expression);
    case 'ArithmeticWord':
      return wordProblem(expression, frame, session);
    case 'ArithmeticCommandExpansion':
      session.walk.substitution(expression.script, frame, session);
      return 'bash evaluates in arithmetic what a command prints';
    default:
      return expression satisfies never;
  }
}

function setting(target: ArithmeticExpression, isCounting: boolean): string | null {
  const isCounter =
    isCounting && target.type === 'ArithmeticWord' && /^\s*[a-z_][a-z0-9_]*\s*$/.test(target.value);
  return isCounter ? null : 'the arithmetic sets a variable';
}

function wordProblem({ value, parts }: ArithmeticWord, frame: Frame, session: Session): string | null {
  if (parts) session.walk.parts(parts, frame, session);
  const [, name] = NAME.exec(value) ?? [];
  if (name === undefined)
    return NUMBER.test(value) && !parts ? null : 'bash evaluates names and brackets in arithmetic';
  const words = frame.variables.get(name);
  if (words === undefined) return null;
  const areNumbers = words?.every(({ kind, text }) => kind === 'known' && /^-?\d+$/.test(text)) === true;
  return areNumbers ? null : `bash evaluates what ${name} holds`;
}
