/** Which versions of Codex can be gated. */
import { versionQuestion } from './version-question.ts';

export const codexVersion = versionQuestion({
  program: 'codex',
  title: 'Codex',
  // The first one that was tried: earlier ones may skip hooks, or let a terminal be typed into past them.
  versionMin: [0, 169, 0],
  fault: 'was never shown to hold to its hooks',
  package: '@openai/codex',
});
