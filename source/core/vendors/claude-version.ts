/** Which versions of Claude Code can be gated. */
import { versionQuestion } from './version-question.ts';

export const claudeVersion = versionQuestion({
  program: 'claude',
  title: 'Claude Code',
  // The first version that knows `onFailure`; before it, a gate that dies lets the call through.
  versionMin: [2, 1, 295],
  fault: 'lets a call through when its gate fails',
  package: '@anthropic-ai/claude-code',
});
