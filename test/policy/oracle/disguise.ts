/** Words that are not spelled as they are meant. */
import { choose, type Random } from './chance.ts';
import type { ScriptPlaces } from './script-words.ts';

/** The same word for bash, another for who only looks at the text; or one that only a run reveals. */
export function disguised(random: Random, word: string, places: ScriptPlaces): string {
  const first = word.slice(0, 1);
  const rest = word.slice(1);
  return choose(random, [
    () => `${first}''${rest}`,
    () => `"${word}"`,
    () => `'${word}'`,
    () => `\\${word}`,
    () => `${first}"${rest}"`,
    () => `$'\\x${first.charCodeAt(0).toString(16)}'${rest}`,
    () => `$'\\${first.charCodeAt(0).toString(8)}${rest}'`,
    () => `${first}\\\n${rest}`,
    () => `\${x:-${word}}`,
    () => `$(echo ${word})`,
    () => `{${word},}`,
    () => `"$(printf %s ${word})"`,
    () => `${first}\${z}${rest}`,
    () => `${first}$@${rest}`,
    () => `$"${word}"`,
    () => `${places.stubs}/${word}`,
    () => `${places.otherStubs}/${word}`,
    () => `./${word}`,
  ])();
}
