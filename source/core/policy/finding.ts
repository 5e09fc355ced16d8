/** What one look at one thing yields; of several the strictest decides. */
import { visible } from '../visible-text.ts';
import { VERDICTS, type DecidedBy, type JudgedPart, type VerdictWord } from './verdict.ts';

export interface Finding {
  readonly verdict: VerdictWord;
  readonly reason: string;
  readonly decidedBy: DecidedBy;
}

/** A person reads a part at a glance; the whole text stands beside it. */
const PART_TEXT_MAX = 200;

export function strictest<Each extends Finding>(findings: readonly Each[]): Each | null {
  let found: Each | null = null;
  for (const each of findings) if (!found || rank(each.verdict) > rank(found.verdict)) found = each;
  return found;
}

export function rank(verdict: VerdictWord): number {
  return VERDICTS.indexOf(verdict);
}

export function partOf(kind: JudgedPart['kind'], text: string, finding: Finding): JudgedPart {
  const { verdict, reason, decidedBy } = finding;
  return { text: shown(text), kind, verdict, reason, decidedBy };
}

/** Visible and short: what an agent wrote is never printed as it is. */
export function shown(text: string): string {
  // Escapes make a text longer, never shorter, so cutting first loses nothing.
  const cut = visible(text.slice(0, PART_TEXT_MAX + 1));
  return cut.length > PART_TEXT_MAX ? `${cut.slice(0, PART_TEXT_MAX - 1)}…` : cut;
}

export function formProblem(detail: string): Finding {
  return { verdict: 'ask', reason: detail, decidedBy: { type: 'form', detail } };
}
