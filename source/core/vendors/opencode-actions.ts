/**
 * What the tools of opencode do, in the words that rules and tiers know. A field that is not named here may
 * mean anything, so a call that has one is not understood, and asks. Tools of MCP servers bear no mark there,
 * so they ask as well.
 */
import type { ToolCall } from '../approvals/envelope.ts';
import type { Action } from '../policy/action.ts';
import { textAt } from './hook-json.ts';
import { actionBy, type ToolTable } from './tool-table.ts';

type Input = ToolCall['input'];

const startOf = (input: Input): readonly string[] => [textAt(input, 'path') || '.'];

const TOOLS: ToolTable = {
  bash: {
    needs: ['command'],
    takes: ['description', 'timeout', 'workdir'],
    contents: ['command'],
    act: (input) => ({ type: 'shell', command: textAt(input, 'command') }),
  },
  read: {
    needs: ['filePath'],
    takes: ['offset', 'limit'],
    act: (input) => ({ type: 'read', paths: [textAt(input, 'filePath')] }),
  },
  write: {
    needs: ['filePath'],
    contents: ['content'],
    act: (input) => ({ type: 'write', paths: [textAt(input, 'filePath')] }),
  },
  edit: {
    needs: ['filePath'],
    takes: ['replaceAll'],
    contents: ['oldString', 'newString'],
    act: (input) => ({ type: 'edit', paths: [textAt(input, 'filePath')] }),
  },
  list: {
    takes: ['path', 'ignore'],
    act: (input) => ({ type: 'list', paths: startOf(input) }),
  },
  glob: {
    needs: ['pattern'],
    takes: ['path'],
    act: (input) => ({ type: 'glob', pattern: textAt(input, 'pattern'), files: null, paths: startOf(input) }),
  },
  grep: {
    needs: ['pattern'],
    takes: ['path', 'include'],
    act: (input) => ({
      type: 'grep',
      pattern: textAt(input, 'pattern'),
      files: textAt(input, 'include') || null,
      paths: startOf(input),
    }),
  },
  webfetch: {
    needs: ['url'],
    takes: ['format', 'timeout'],
    act: (input) => ({ type: 'fetch', url: textAt(input, 'url') }),
  },
  websearch: {
    needs: ['query'],
    act: (input) => ({ type: 'web-search', query: textAt(input, 'query') }),
  },
  task: {
    needs: ['subagent_type'],
    takes: ['description', 'task_id'],
    contents: ['prompt'],
    act: (input) => ({ type: 'subagent', kind: textAt(input, 'subagent_type'), tier: null }),
  },
  skill: { needs: ['name'], act: () => 'a skill, whose text may run commands of its own' },
  question: { takes: ['questions'], act: () => 'a question for you to answer in its pane' },
  todowrite: { takes: ['todos'], act: (_, tool) => ({ type: 'note', tool }) },
  todoread: { act: (_, tool) => ({ type: 'note', tool }) },
};

export const opencodeAction = (call: Pick<ToolCall, 'tool' | 'input'>): Action => actionBy(TOOLS, call);
