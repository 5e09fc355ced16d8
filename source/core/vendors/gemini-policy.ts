/** Rules for Gemini's own policy engine, which decides before a hook is asked. */
import type { Rule } from '../agent.ts';

/** Its bands end at 999, where what only a person may answer stands. */
const NEVER = 998;
const ALWAYS = 990;

/**
 * Its own questions are answered with yes: the hook decides. The agent's "never" is said once more, for the
 * engine holds even where a hook is lost; only what its rules can say: a whole tool, or every command that
 * begins with these words.
 */
export const geminiPolicy = (rules: readonly Rule[]): string =>
  [
    rule({ toolName: '*', decision: 'allow', priority: ALWAYS, allowRedirection: true }),
    rule({ toolName: 'ask_user', decision: 'ask_user', priority: NEVER }),
    ...rules.filter(({ effect }) => effect === 'deny').flatMap(never),
  ].join('\n');

function never({ rule: text }: Rule): string[] {
  const [, name = '', pattern] = /^(\w+)(?:\((.*)\))?$/s.exec(text) ?? [];
  const words = /^([^*?[\]]+?)(?::| )\*$/.exec(pattern ?? '')?.[1];
  if (pattern !== undefined && (name !== 'Bash' || words === undefined)) return [];
  return (TOOLS_OF[name] ?? []).map((toolName) =>
    rule({
      toolName,
      ...(words === undefined ? {} : { commandPrefix: words }),
      decision: 'deny',
      priority: NEVER,
      denyMessage: `fleet: never: ${text}`,
    }),
  );
}

const TOOLS_OF: Readonly<Record<string, readonly string[]>> = {
  Bash: ['run_shell_command'],
  Read: ['read_file', 'read_many_files'],
  Write: ['write_file'],
  Edit: ['replace', 'write_file'],
  Glob: ['glob'],
  Grep: ['grep_search'],
  LS: ['list_directory'],
  WebFetch: ['web_fetch'],
  WebSearch: ['google_web_search'],
  Task: ['invoke_agent'],
};

/** One rule in TOML; what JSON writes is TOML here. */
const rule = (fields: Readonly<Record<string, unknown>>): string =>
  `[[rule]]\n${Object.entries(fields)
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
    .join('')}`;
