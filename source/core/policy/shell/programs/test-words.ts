/** `test` and `[`: harmless, but for `-v` and `-R`, which evaluate a subscript, and unknown words that may be those. */
import { mayBeOption, type Argument } from '../argument.ts';
import type { Outcome, Parsed, Touch } from './program.ts';

const FILE_TEST = /^-[abcdefghkprstuwxGLNOS]$/;
const BINARY = /^(?:=|==|!=|<|>|-eq|-ne|-lt|-le|-gt|-ge|-nt|-ot|-ef)$/;
const OPERATOR = /^(?:!|\(|\)|-a|-o|-[a-zA-Z])$/;

export function testProblem({ name, operands }: Parsed): Outcome {
  const words = name === '[' ? operands.slice(0, -1) : operands;
  const touches: Touch[] = [];
  let problem: string | null =
    name === '[' && operands.at(-1)?.text !== ']' ? 'it lacks the closing bracket' : null;
  for (const [at, word] of words.entries()) {
    const before = words[at - 1];
    const behind = words[at + 1];
    if (word.kind === 'known' && /^-[vR]$/.test(word.text) && behind && !isVariableName(behind))
      problem ??= `${word.text} evaluates what stands in brackets`;
    if (word.kind === 'names' && mayBeOption(word)) problem ??= 'names of files may be operators';
    if (word.kind === 'many') problem ??= 'an unquoted expansion may become an operator';
    if (word.kind === 'one' && !isFixed(before, behind))
      problem ??= 'a word that is not known may be an operator';
    if (
      before?.kind === 'known' &&
      FILE_TEST.test(before.text) &&
      word.kind !== 'one' &&
      !isBinaryAround(before, words[at - 2])
    )
      touches.push({ kind: 'list', argument: word });
  }
  return { touches, problem };
}

/** `-a` between two words is “and”, not a test of a file. */
function isBinaryAround(operator: Argument, before: Argument | undefined): boolean {
  return operator.text === '-a' && before !== undefined && before.text !== '!' && before.text !== '(';
}

function isVariableName({ kind, text }: Argument): boolean {
  return kind === 'known' && /^\w+$/.test(text);
}

/** An unknown word is an operand for sure beside an operator that takes it. */
function isFixed(before: Argument | undefined, behind: Argument | undefined): boolean {
  if (behind?.kind === 'known' && BINARY.test(behind.text)) return true;
  return before?.kind === 'known' && (OPERATOR.test(before.text) || BINARY.test(before.text));
}
