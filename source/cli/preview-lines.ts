/** What a rule would have changed, in lines. */
import type { RulePreview } from '../core/approvals/preview-rule.ts';
import { visible } from '../core/visible-text.ts';
import { age } from './print.ts';

export function previewLines(preview: RulePreview, now: number): string[] {
  const { looked, changed, hadBeenRejected, examples } = preview;
  const words = (['allow', 'ask', 'deny'] as const)
    .filter((verdict) => changed[verdict] > 0)
    .map(
      (verdict) =>
        `${changed[verdict]} more ${({ allow: 'allowed', ask: 'asked', deny: 'denied' } as const)[verdict]}`,
    );
  const lines = [
    words.length === 0
      ? `would have changed none of ${looked} recorded calls`
      : `of ${looked} recorded calls: ${words.join(', ')}`,
  ];
  if (hadBeenRejected > 0) lines.push(`CAREFUL: people had said no to ${hadBeenRejected} of them`);
  for (const { at, agent, call, wasRejected } of examples)
    lines.push(`  ${age(now - at)} ago  ${agent}  ${call}${wasRejected ? '  (rejected)' : ''}`);
  return lines.map(visible);
}
