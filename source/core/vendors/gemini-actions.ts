/**
 * What the tools of Gemini CLI do, in the words that rules and tiers know. A field that is not named here may
 * mean anything, so a call that has one is not understood, and asks.
 */
import type { ToolCall } from '../approvals/envelope.ts';
import type { Action } from '../policy/action.ts';
import { textAt } from './hook-json.ts';
import { actionBy, type ToolTable } from './tool-table.ts';

type Input = ToolCall['input'];

const startOf = (input: Input): readonly string[] => [textAt(input, 'dir_path') || '.'];

const note = (...takes: string[]): ToolTable[string] => ({
  takes,
  act: (_, tool) => ({ type: 'note', tool }),
});

const TOOLS: ToolTable = {
  run_shell_command: {
    needs: ['command'],
    takes: ['description', 'dir_path', 'is_background', 'delay_ms'],
    contents: ['command'],
    act: (input) => ({ type: 'shell', command: textAt(input, 'command') }),
  },
  read_file: {
    needs: ['file_path'],
    takes: ['start_line', 'end_line', 'offset', 'limit'],
    act: (input) => ({ type: 'read', paths: [textAt(input, 'file_path')] }),
  },
  list_directory: {
    takes: ['dir_path', 'ignore', 'file_filtering_options'],
    act: (input) => ({ type: 'list', paths: startOf(input) }),
  },
  glob: {
    needs: ['pattern'],
    takes: ['dir_path', 'case_sensitive', 'respect_git_ignore', 'respect_gemini_ignore'],
    act: (input) => ({ type: 'glob', pattern: textAt(input, 'pattern'), files: null, paths: startOf(input) }),
  },
  grep_search: {
    needs: ['pattern'],
    takes: [
      'dir_path',
      'include_pattern',
      'exclude_pattern',
      'names_only',
      'max_matches_per_file',
      'total_max_matches',
      'case_sensitive',
      'fixed_strings',
      'context',
      'before',
      'after',
      'no_ignore',
    ],
    act: (input) => ({
      type: 'grep',
      pattern: textAt(input, 'pattern'),
      files: textAt(input, 'include_pattern') || null,
      paths: startOf(input),
    }),
  },
  write_file: {
    needs: ['file_path'],
    contents: ['content'],
    act: (input) => ({ type: 'write', paths: [textAt(input, 'file_path')] }),
  },
  replace: {
    needs: ['file_path'],
    takes: ['allow_multiple', 'expected_replacements'],
    contents: ['instruction', 'old_string', 'new_string'],
    act: (input) => ({ type: 'edit', paths: [textAt(input, 'file_path')] }),
  },
  web_fetch: {
    needs: ['prompt'],
    act(input) {
      const [url, ...more] = textAt(input, 'prompt').match(/https?:\/\/\S+/g) ?? [];
      if (url === undefined || more.length > 0) return 'it names no single address to fetch';
      return { type: 'fetch', url };
    },
  },
  google_web_search: {
    needs: ['query'],
    act: (input) => ({ type: 'web-search', query: textAt(input, 'query') }),
  },
  invoke_agent: {
    needs: ['agent_name'],
    contents: ['prompt'],
    act: (input) => ({ type: 'subagent', kind: textAt(input, 'agent_name'), tier: null }),
  },
  activate_skill: { needs: ['name'], act: () => 'a skill, whose text may run commands of its own' },
  ask_user: { takes: ['questions'], act: () => 'a question for you to answer in its pane' },
  update_topic: note('title', 'summary', 'strategic_intent'),
  write_todos: note('todos'),
  list_background_processes: note(),
  read_background_output: note('pid', 'lines', 'delay_ms'),
  enter_plan_mode: note('reason'),
};

/** Every tool may be told to wait for the one before it. */
const ANYWHERE = ['wait_for_previous'];

export const geminiAction = ({ tool, input }: Pick<ToolCall, 'tool' | 'input'>): Action =>
  actionBy(TOOLS, { tool, input }, ANYWHERE);
