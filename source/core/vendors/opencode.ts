/** opencode: a plugin in its own process asks the gate before each tool call, in our own dialect. */
import { opencodeAction } from './opencode-actions.ts';
import { launchOpencode } from './opencode-launch.ts';
import { scripted } from './scripted.ts';
import type { VendorAdapter } from './vendor.ts';
import { versionQuestion } from './version-question.ts';

export const opencode: VendorAdapter = {
  name: 'opencode',
  protection: 'gated',
  limits: [
    'A plugin of your own that runs after the gate can change what was approved: what ran is compared, and told.',
    "A project's opencode.json and .opencode folder are left out: they could bring plugins.",
    'Tools of MCP servers bear no mark, so each of them asks.',
  ],
  version: versionQuestion({
    program: 'opencode',
    title: 'opencode',
    // The first one that was tried; its plugins are young, and what they may do still changes.
    versionMin: [1, 18, 33],
    fault: 'was never shown to wait for its plugins',
    package: 'opencode-ai',
  }),
  launch: launchOpencode,
  parseHook: (payload) => scripted.parseHook(payload),
  actionOf: opencodeAction,
  answer: (hook, verdict) => scripted.answer(hook, verdict),
};
