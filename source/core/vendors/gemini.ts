/** Gemini CLI: each tool call passes the gate through its hooks. */
import { geminiAction } from './gemini-actions.ts';
import { answerGeminiHook, parseGeminiHook } from './gemini-hooks.ts';
import { launchGemini } from './gemini-launch.ts';
import { geminiVersion } from './gemini-version.ts';
import type { VendorAdapter } from './vendor.ts';

export const gemini: VendorAdapter = {
  name: 'gemini',
  protection: 'gated',
  limits: [
    'A hook that is killed from outside lets its call run: the call is then reported as one that did not pass the gate.',
    "A sub-agent's calls pass the gate under the name of the agent itself.",
    "A project's .gemini/settings.json with more than names of files and models keeps the agent from starting.",
    'What is changed in its own settings while it runs is gone with the run.',
  ],
  version: geminiVersion,
  launch: launchGemini,
  parseHook: parseGeminiHook,
  actionOf: geminiAction,
  answer: answerGeminiHook,
};
