/** Claude Code: each tool call passes the gate through its hooks. */
import { claudeAction } from './claude-actions.ts';
import { answerClaudeHook, parseClaudeHook } from './claude-hooks.ts';
import { launchClaude } from './claude-launch.ts';
import { claudeVersion } from './claude-version.ts';
import type { VendorAdapter } from './vendor.ts';

export const claude: VendorAdapter = {
  name: 'claude',
  protection: 'gated',
  limits: [],
  version: claudeVersion,
  launch: launchClaude,
  parseHook: parseClaudeHook,
  actionOf: claudeAction,
  answer: answerClaudeHook,
};
