/** policy.yaml with one thing said differently; every other line, comments included, stays as it is. */
import type { Tier } from '../agent.ts';

export function withDefaultTier(text: string, tier: Tier): string {
  const line = /^(default_tier[ \t]*:[ \t]*)[^\s#]+/m;
  if (line.test(text)) return text.replace(line, `$1${tier}`);
  return `default_tier: ${tier}\n${text}`;
}
