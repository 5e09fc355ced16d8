/** Rules as people write them: `Tool`, `Tool(*)`, `Tool(specifier)`. */
import { hostPattern } from './host-rule.ts';

export interface ParsedRule {
  readonly tool: string;
  /** null: the whole tool. */
  readonly specifier: string | null;
}

export interface RuleProblem {
  readonly problem: string;
  /** The tool it is meant for, where that much can be read. */
  readonly tool: string | null;
}

/** Tools whose rules are about hosts. */
export const HOST_TOOLS: readonly string[] = ['WebFetch', 'BrowserView', 'BrowserNavigate', 'BrowserAct'];

const TOOL = /^[A-Za-z_][\w.-]*(?:\*[\w.*-]*)?$/;

/** A rule that cannot be read comes back as a problem in words: what is wrong and how it is written. */
export function parseRule(text: string): ParsedRule | RuleProblem {
  const trimmed = text.trim();
  const open = trimmed.indexOf('(');
  const tool = (open < 0 ? trimmed : trimmed.slice(0, open)).trim();
  const readable = TOOL.test(tool) ? tool : null;
  const wrong = (problem: string): RuleProblem => ({
    problem: `the rule ${trimmed === '' ? 'without text' : `“${trimmed}”`} ${problem}; a rule is written Tool or Tool(pattern), as in Bash(npm test *)`,
    tool: readable,
  });
  if (tool === '') return wrong('names no tool');
  if (readable === null) return wrong(`names a tool “${tool}” that cannot be one`);
  if (tool.includes('*') && !tool.startsWith('mcp__'))
    return wrong('has a star in the name of the tool, which only mcp__ tools may have');
  if (open < 0) return { tool, specifier: null };
  if (!trimmed.endsWith(')')) return wrong('lacks the closing parenthesis');
  const specifier = trimmed.slice(open + 1, -1).trim();
  if (specifier === '') return wrong('has nothing between its parentheses');
  if (specifier === '*' || specifier === ':*') return { tool, specifier: null };
  if (HOST_TOOLS.includes(tool) && hostPattern(specifier) === null)
    return wrong(`needs a host, as in ${tool}(domain:example.com) or ${tool}(domain:*.example.com)`);
  return { tool, specifier };
}
