/** What an agent's runs would have been denied if nobody had attended them: what to allow before nobody does. */
import type { Fleet } from '../fleet.ts';
import type { PastCall } from '../policy-tools/replay.ts';
import type { JudgedPart } from '../policy/verdict.ts';
import { judgeCall } from './judge-call.ts';

export interface DeniedPart {
  /** As it was understood: `npm publish`, a path, a host. */
  readonly text: string;
  readonly reason: string;
  readonly count: number;
  /** Wall clock, milliseconds, of the latest. */
  readonly at: number;
}

export interface DeniedUnattended {
  readonly judged: number;
  readonly denied: number;
  /** Each part that stood in the way, the most frequent first. */
  readonly parts: readonly DeniedPart[];
}

/** By the rules and tiers as they are now, and without the scopes people granted then. */
export function deniedUnattended(
  fleet: Pick<Fleet, 'projects' | 'policy' | 'tiers'>,
  calls: readonly PastCall[],
): DeniedUnattended {
  const parts = new Map<string, DeniedPart>();
  let denied = 0;
  for (const { at, run, call, kind, world } of calls) {
    const alone = { ...run, isAttended: false, grants: {} };
    const { judgement } = judgeCall(fleet, { run: alone, call, kind, world });
    if (judgement.verdict === 'allow') continue;
    denied++;
    for (const part of judgement.parts.filter(({ verdict }) => verdict !== 'allow')) {
      const key = `${part.text}\n${part.reason}`;
      const before = parts.get(key);
      parts.set(key, withOneMore(part, before, at));
    }
  }
  const sorted = [...parts.values()].sort((a, b) => b.count - a.count || b.at - a.at);
  return { judged: calls.length, denied, parts: sorted };
}

const withOneMore = (
  { text, reason }: JudgedPart,
  before: DeniedPart | undefined,
  at: number,
): DeniedPart => ({
  text,
  reason,
  count: (before?.count ?? 0) + 1,
  at: Math.max(before?.at ?? 0, at),
});
