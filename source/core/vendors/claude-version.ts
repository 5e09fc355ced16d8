/** Which versions of Claude Code can be gated. */
import type { VersionCheck, VersionQuestion } from './vendor.ts';

/** The first version that knows `onFailure`; before it, a gate that dies lets the call through. */
const VERSION_MIN = [2, 1, 295] as const;

const HOW_TO_INSTALL = `install ${VERSION_MIN.join('.')} or newer: npm install -g @anthropic-ai/claude-code`;

export const claudeVersion: VersionQuestion = {
  arguments: ['--version'],
  howToInstall: HOW_TO_INSTALL,
  check: checkVersion,
};

/** Judges what `claude --version` printed: `2.1.329 (Claude Code)`. */
function checkVersion(text: string): VersionCheck {
  const found = /(\d+)\.(\d+)\.(\d+)/.exec(text);
  if (!found)
    return {
      type: 'unreadable',
      message: `"claude --version" said ${JSON.stringify(text.slice(0, 80))}, which names no version; ${HOW_TO_INSTALL}`,
    };
  const version = found[0];
  const parts = found.slice(1).map(Number);
  const at = VERSION_MIN.findIndex((least, place) => parts[place] !== least);
  if (at === -1 || parts[at]! > VERSION_MIN[at]!) return { type: 'fine', version };
  return {
    type: 'too-old',
    message: `Claude Code ${version} lets a call through when its gate fails; ${HOW_TO_INSTALL}`,
  };
}
