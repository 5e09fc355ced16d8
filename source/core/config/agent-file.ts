/** AGENT.md: front matter that describes one agent, and a body that instructs it. */
import { agentKeys } from './agent-keys.ts';
import type { AgentKeys } from './agent-keys.ts';
import type { Parsed } from './problem.ts';
import { readYaml } from './yaml-text.ts';

export interface AgentFile {
  readonly keys: AgentKeys;
  /** Markdown, without the blank lines around it. */
  readonly instructions: string;
}

export function parseAgentFile(text: string, path: string): Parsed<AgentFile> {
  const parts = /^---[ \t]*\r?\n([\s\S]*?)^---[ \t]*(?:\r?\n|$)/m.exec(text);
  if (parts === null || parts.index !== 0) {
    const isUnclosed = /^---[ \t]*\r?\n/.test(text);
    return {
      value: null,
      problems: [
        {
          file: path,
          line: 1,
          column: 1,
          path: '',
          severity: 'error',
          message: isUnclosed ? 'the front matter has no end' : 'has no front matter',
          expected: isUnclosed
            ? 'a line --- after it'
            : 'a first line ---, then keys such as name:, then a line ---',
        },
      ],
    };
  }
  const { value, problems } = readYaml({ text: parts[1]!, file: path, linesBefore: 1 }, agentKeys);
  return {
    value: value === null ? null : { keys: value, instructions: text.slice(parts[0].length).trim() },
    problems,
  };
}
