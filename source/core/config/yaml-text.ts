/** YAML text to data of a shape, each problem with its line. */
import { isAlias, isCollection, LineCounter, parseDocument, visit } from 'yaml';
import type { Node } from 'yaml';
import type { Parsed, Problem } from './problem.ts';
import { hasErrors } from './problem.ts';
import type { Shape } from './shape.ts';

export interface YamlText {
  readonly text: string;
  readonly file: string;
  /** Lines of the file before this text (the front matter of AGENT.md starts at line 2). */
  readonly linesBefore: number;
}

/** Syntax errors told at once: one slip often makes dozens that follow from it. */
const SYNTAX_PROBLEMS_MAX = 5;

/** What the parser says with a word of help for the slips people make. */
const SYNTAX_EXPECTED: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'blanks',
  MULTIPLE_DOCS: 'one document, no second ---',
  RESOURCE_EXHAUSTION: 'less nesting',
};

export function readYaml<T>(source: YamlText, shape: Shape<T>): Parsed<T> {
  const lines = new LineCounter();
  // Keys that stand twice are found by the shapes, with their path; the parser's own search is quadratic.
  const document = parseDocument(source.text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    // Not 'silent': that would also keep quiet about a second document.
    logLevel: 'error',
  });
  const problems: Problem[] = [];
  const placeOfOffset = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file: source.file, line: Math.max(1, line) + source.linesBefore, column: Math.max(1, col) };
  };

  // A warning of the parser is an unknown tag: the data would not mean what it says.
  for (const { pos, code, message } of [...document.errors, ...document.warnings].slice(
    0,
    SYNTAX_PROBLEMS_MAX,
  )) {
    problems.push({
      ...placeOfOffset(pos[0]),
      path: '',
      severity: 'error',
      message: code === 'MULTIPLE_DOCS' ? 'a second document starts here' : lowerFirst(message),
      expected: SYNTAX_EXPECTED[code] ?? '',
    });
  }
  if (problems.length > 0) return { value: null, problems };

  visit(document, {
    Node(_, node) {
      if (!isAlias(node) && node.anchor === undefined) return undefined;
      problems.push({
        ...placeOfOffset(node.range?.[0] ?? 0),
        path: '',
        severity: 'error',
        message: `${isAlias(node) ? 'an alias' : 'an anchor'}, which is not supported`,
        expected: 'the data written out (or said once under defaults)',
      });
      return visit.BREAK;
    },
  });
  if (problems.length > 0) return { value: null, problems };

  const value = shape.read(document.contents, {
    path: '',
    placeOf: (node) => placeOfOffset(startOf(node)),
    report: (problem) => problems.push(problem),
  });
  return { value: hasErrors(problems) || value === undefined ? null : value, problems };
}

function startOf(node: Node | null): number {
  if (node === null) return 0;
  // A block collection starts where its first item does; the parser's range may start a line earlier.
  const first = isCollection(node) ? node.items[0] : undefined;
  const key =
    first !== null && typeof first === 'object' && 'key' in first ? (first.key as Node | null) : null;
  return key?.range?.[0] ?? node.range?.[0] ?? 0;
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
