/** Why a request asks: what decided, what each part of a command was worth, who may answer. */
import type { RiskLevel } from '../../../core/approvals/could.ts';
import type { Approval } from '../../../core/fleet.ts';
import type { DecidedBy, VerdictWord } from '../../../core/policy/verdict.ts';
import { harmless, revealed, span, wrapSpans, type Role } from '../../text.ts';
import type { Line } from './request-lines.ts';

export function roleOfRisk(level: RiskLevel): Role {
  if (level === 'low') return 'plain';
  return level === 'medium' ? 'waiting' : 'danger';
}

/** Three columns in front of a request: the more of them, the worse. */
export const RISK_MARKS: Readonly<Record<RiskLevel, string>> = {
  low: '   ',
  medium: '·  ',
  high: '!  ',
  critical: '!! ',
};

export const decidedWords = ({ decidedBy, tier }: Approval): string =>
  decidedBy === null ? `tier ${tier ?? 'not known'}` : wordsOf(decidedBy);

function wordsOf(by: DecidedBy): string {
  switch (by.type) {
    case 'rule':
      return `${by.effect} ${by.rule} at ${by.source}`;
    case 'tier':
      return `none: not on the list of tier ${by.tier} (${by.source})`;
    case 'scope':
      return `the run does not have the scope ${by.scope}`;
    case 'hold':
    case 'parent':
      return by.detail;
    case 'form':
      return `none could say: ${by.detail}`;
    case 'unattended':
      return 'nobody is there to be asked';
    default:
      return by satisfies never;
  }
}

/** Who has to say yes where one person's is not enough; empty where it is. */
export function needsWords({ needs, votes }: Approval): string {
  if (needs.votes <= 1 && needs.approvers === null) return '';
  const who = needs.approvers === null ? 'any' : needs.approvers.join(', ');
  const said = votes.map(({ by }) => by.replace(/^person:/, '')).join(', ');
  return `${needs.votes} of ${who}${said === '' ? '' : `; yes from ${said}`}`;
}

const MARKS: Readonly<Record<VerdictWord, readonly [mark: string, role: Role]>> = {
  allow: ['✓', 'done'],
  ask: ['◐', 'waiting'],
  deny: ['✗', 'danger'],
};

/** One line for each part of a command, where there is more than one. */
export function partLines({ judgement }: Approval, width: number): Line[] {
  if (!judgement || judgement.parts.length < 2) return [];
  const lines: Line[] = [[], [span('each part on its own', 'dim')]];
  for (const part of judgement.parts) {
    const [mark, role] = MARKS[part.verdict];
    const words = [
      ...revealed(part.text, part.verdict === 'allow' ? 'dim' : 'plain'),
      span(`  ${harmless(part.reason)}`, 'dim'),
    ];
    for (const [at, line] of wrapSpans(words, Math.max(8, width - 2)).entries())
      lines.push([span(at === 0 ? `${mark} ` : '  ', role), ...line]);
  }
  return lines;
}
