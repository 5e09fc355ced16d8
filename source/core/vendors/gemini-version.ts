/** Which versions of Gemini CLI can be gated. */
import { versionQuestion } from './version-question.ts';

export const geminiVersion = versionQuestion({
  program: 'gemini',
  title: 'Gemini CLI',
  // The first one that was tried; hooks are young there, and their answers still change.
  versionMin: [0, 61, 0],
  fault: 'was never shown to hold to its hooks',
  package: '@google/gemini-cli',
});
