/**
 * Whether hooks that fleet hands over are run at all: an administrator may allow managed hooks only, and Claude
 * Code then drops ours without a word. It is asked to run the hooks of a start and leave, which needs no model.
 */
import { isRecord, textAt } from './hook-json.ts';
import type { ProgramQuestion } from './vendor.ts';

/** A file copied by `cat` needs milliseconds; a start that hangs is refused all the same. */
const CANARY_TIMEOUT_SECONDS = 10;

const ANSWER_FILE = 'canary.json';

export const CANARY_DEAD =
  'Claude Code does not run the hooks it is handed, so its calls would not pass the gate; its administrator may allow managed hooks only (allowManagedHooksOnly or disableAllHooks in managed settings)';

export function claudeCanary(
  program: string,
  folder: string,
): { readonly command: readonly string[]; readonly question: ProgramQuestion } {
  const hook = {
    type: 'command',
    command: '/bin/sh',
    // What the hook is told is kept: it says which event it was run for.
    args: ['-c', 'cat > "$0"', `${folder}/${ANSWER_FILE}`],
    timeout: CANARY_TIMEOUT_SECONDS,
  };
  const settings = { disableAllHooks: false, hooks: { SessionStart: [{ hooks: [hook] }] } };
  return {
    // No other hooks than ours and managed ones: the person's run when the agent starts, once.
    command: [program, '--setting-sources=', `--settings=${JSON.stringify(settings)}`, '--init-only'],
    question: { stdin: '', isWhole: () => false, answerFile: ANSWER_FILE },
  };
}

export function isCanaryAlive(answer: string): boolean {
  try {
    const told: unknown = JSON.parse(answer);
    return isRecord(told) && textAt(told, 'hook_event_name') === 'SessionStart';
  } catch {
    return false;
  }
}
