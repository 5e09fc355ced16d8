/**
 * What the tools of Claude Code do, in the words that rules and tiers know. A field this table does not
 * name may mean anything, so a call that has one is not understood, and asks.
 */
import type { ToolCall } from '../approvals/envelope.ts';
import type { Action } from '../policy/action.ts';
import { textAt } from './hook-json.ts';
import { actionBy, type ToolTable } from './tool-table.ts';

type Input = ToolCall['input'];

type Tool = ToolTable[string];

const words = (line: string): readonly string[] => line.split(' ');

const note = (...takes: readonly string[]): Tool => ({ takes, act: (_, tool) => ({ type: 'note', tool }) });

/** What is for a person to answer waits in the queue like any call. */
const forPerson = (what: string, ...takes: readonly string[]): Tool => ({ takes, act: () => what });

const onFile = (
  type: 'read' | 'write' | 'edit' | 'list',
  field: string,
  more: Pick<Tool, 'takes' | 'contents'> = {},
): Tool => ({ needs: [field], ...more, act: (input) => ({ type, paths: [textAt(input, field)] }) });

/** Without a path they look at the working directory. */
const startOf = (input: Input): readonly string[] => [textAt(input, 'path') || '.'];

const subagent: Tool = {
  needs: ['prompt'],
  takes: ['description', 'subagent_type', 'model', 'effort', 'run_in_background', 'name', 'team_name'],
  contents: ['mode', 'isolation', 'prompt'],
  act(input) {
    const mode = textAt(input, 'mode') || 'default';
    if (mode !== 'default' && mode !== 'plan') return `a sub-agent in the mode ${mode}`;
    const isolation = textAt(input, 'isolation') || 'worktree';
    if (isolation !== 'worktree') return `a sub-agent that runs ${isolation}, past the gate`;
    return { type: 'subagent', kind: textAt(input, 'subagent_type') || 'general-purpose', tier: null };
  },
};

const TOOLS: ToolTable = {
  Bash: {
    needs: ['command'],
    takes: ['timeout', 'description', 'run_in_background'],
    // Its characters are judged with the command itself.
    contents: ['command'],
    act: (input) => ({ type: 'shell', command: textAt(input, 'command') }),
  },
  // Runs a shell for as long as it likes and reports each line.
  Monitor: {
    needs: ['command'],
    takes: ['description', 'timeout_ms', 'persistent'],
    contents: ['command'],
    act: (input) => ({ type: 'shell', command: textAt(input, 'command') }),
  },
  Read: onFile('read', 'file_path', { takes: ['offset', 'limit', 'pages', 'allow_large'] }),
  NotebookRead: onFile('read', 'notebook_path'),
  LSP: onFile('read', 'filePath', { takes: ['operation', 'line', 'character', 'query'] }),
  Write: onFile('write', 'file_path', { contents: ['content'] }),
  Edit: onFile('edit', 'file_path', { takes: ['replace_all'], contents: ['old_string', 'new_string'] }),
  MultiEdit: onFile('edit', 'file_path', { contents: ['edits'] }),
  NotebookEdit: onFile('edit', 'notebook_path', {
    takes: ['cell_id', 'cell_type', 'edit_mode'],
    contents: ['new_source'],
  }),
  LS: { takes: ['path', 'ignore'], act: (input) => ({ type: 'list', paths: startOf(input) }) },
  Glob: {
    needs: ['pattern'],
    takes: ['path'],
    act: (input) => ({
      type: 'glob',
      pattern: textAt(input, 'pattern'),
      files: null,
      paths: startOf(input),
    }),
  },
  Grep: {
    needs: ['pattern'],
    takes: words('path glob type output_mode head_limit offset multiline context -A -B -C -i -n -o'),
    act: (input) => ({
      type: 'grep',
      pattern: textAt(input, 'pattern'),
      files: textAt(input, 'glob') || null,
      paths: startOf(input),
    }),
  },
  WebFetch: {
    needs: ['url'],
    takes: ['prompt', 'offset'],
    act: (input) => ({ type: 'fetch', url: textAt(input, 'url') }),
  },
  WebSearch: {
    needs: ['query'],
    takes: ['allowed_domains', 'blocked_domains'],
    act: (input) => ({ type: 'web-search', query: textAt(input, 'query') }),
  },
  Agent: subagent,
  Task: subagent,
  SendMessage: {
    takes: ['to', 'recipient', 'recipient_kind', 'type', 'summary'],
    contents: ['message', 'content'],
    act: (input) => ({ type: 'agents', name: textAt(input, 'to') || textAt(input, 'recipient') }),
  },
  CronCreate: {
    needs: ['cron', 'prompt'],
    takes: ['recurring', 'durable'],
    act: (input) => ({ type: 'schedule', name: textAt(input, 'cron') }),
  },
  CronDelete: {
    needs: ['id'],
    act: (input) => ({ type: 'schedule', name: textAt(input, 'id') }),
  },
  ScheduleWakeup: {
    takes: ['delaySeconds', 'reason', 'prompt', 'stop', 'noop'],
    act: () => ({ type: 'schedule', name: 'wakeup' }),
  },
  EnterWorktree: {
    takes: ['name'],
    act: (input) => ({ type: 'workspace', name: textAt(input, 'name') || 'worktree' }),
  },
  // What it can remove is not in its input.
  ExitWorktree: forPerson('leaving a worktree, which may delete it', 'action', 'discard_changes'),
  AskUserQuestion: forPerson(
    'a question for you to answer',
    'questions',
    'answers',
    'annotations',
    'metadata',
  ),
  ExitPlanMode: forPerson('a plan for you to agree to', 'plan', 'planFilePath', 'allowedPrompts'),
  TodoWrite: note('todos'),
  TaskCreate: note('subject', 'description', 'activeForm', 'metadata'),
  TaskUpdate: note(
    ...words('taskId subject description activeForm status addBlocks addBlockedBy owner metadata'),
  ),
  TaskGet: note('taskId'),
  TaskList: note(),
  TaskOutput: note('task_id', 'block', 'timeout'),
  BashOutput: note('bash_id', 'shell_id', 'task_id', 'filter', 'block', 'timeout', 'wait_up_to'),
  TaskStop: note('task_id', 'shell_id'),
  KillShell: note('shell_id', 'task_id'),
  CronList: note(),
  EnterPlanMode: note(),
  ToolSearch: note('query', 'max_results'),
  Skill: forPerson('a skill, whose text may run commands of its own', 'skill', 'args'),
  SlashCommand: forPerson('a slash command, whose text may run commands of its own', 'command'),
};

export const claudeAction = (call: Pick<ToolCall, 'tool' | 'input'>): Action => actionBy(TOOLS, call);
