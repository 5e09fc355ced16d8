/** Codex: each tool call passes the gate through its hooks. */
import { codexAction } from './codex-actions.ts';
import { answerCodexHook, parseCodexHook } from './codex-hooks.ts';
import { launchCodex } from './codex-launch.ts';
import { codexVersion } from './codex-version.ts';
import type { VendorAdapter } from './vendor.ts';

export const codex: VendorAdapter = {
  name: 'codex',
  protection: 'gated',
  limits: [
    'A hook that is killed from outside lets its call run: the call is then reported as one that did not pass the gate.',
    "The provider's own web search and image generation pass no gate, so they are switched off.",
  ],
  version: codexVersion,
  launch: launchCodex,
  parseHook: parseCodexHook,
  actionOf: codexAction,
  answer: answerCodexHook,
};
