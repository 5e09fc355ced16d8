/** Who decided, in the words a person looks it up by. */
import type { DecidedBy } from '../policy/verdict.ts';

export function toldDecision(decidedBy: DecidedBy): string {
  switch (decidedBy.type) {
    case 'rule':
      return `${decidedBy.effect} ${decidedBy.rule} (${decidedBy.source})`;
    case 'tier':
      return `tier ${decidedBy.tier} (${decidedBy.source})`;
    case 'scope':
      return `scope ${decidedBy.scope}, which is off`;
    case 'parent':
      return `parent: ${decidedBy.detail}`;
    case 'form':
      return `form: ${decidedBy.detail}`;
    case 'hold':
      return decidedBy.detail;
    case 'unattended':
      return `nobody to ask: ${decidedBy.wouldAsk}`;
    default:
      return decidedBy satisfies never;
  }
}
