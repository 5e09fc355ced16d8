/**
 * How people fare with being asked: how often, how fast they answer, how often it is a yes. What is always
 * approved, or approved before it can have been read, is a question that should not be asked.
 */
import type { FleetEvent, Recorded } from '../event.ts';
import type { Tier } from '../agent.ts';
import { classOf } from './class-of.ts';
import type { Subject } from './subject.ts';

export interface AskFigures {
  readonly asked: number;
  readonly approved: number;
  readonly rejected: number;
  /** Nobody answered in time. */
  readonly expired: number;
  readonly perHour: number;
  /** Of those decided, 0 to 1; null where none was. */
  readonly approveRate: number | null;
  readonly medianDecisionMs: number | null;
  /** Decided in less time than reading takes, 0 to 1. */
  readonly shareUnderTwoSeconds: number | null;
}

export interface PersonFigures extends AskFigures {
  readonly person: string;
}

export interface ClassFigures extends AskFigures {
  /** What the questions have in common, and what made them one. */
  readonly class: string;
  readonly askedBy: string;
  /** The latest of them, to make a rule from. */
  readonly approval: string;
  /** Asked often and always approved: a rule would say the same. */
  readonly isRuleSuggested: boolean;
}

export interface Fatigue {
  readonly hours: number;
  readonly all: AskFigures;
  readonly people: readonly PersonFigures[];
  /** Most asked first. */
  readonly classes: readonly ClassFigures[];
  /** Questions that interrupt: more than this an hour are not read any more. */
  readonly isOverBudget: boolean;
}

const HOUR_MS = 3_600_000;
/** Nobody reads a command, its place and its reason faster. */
const READ_MS = 2_000;
/** Interruptions of one person in an hour after which answers become reflexes. */
const PER_HOUR_MAX = 12;
/** From so many answers on a habit shows, … */
const SUGGEST_ASKS_MIN = 30;
/** … and so often yes is always. */
const SUGGEST_RATE_MIN = 0.95;
const CLASSES_MAX = 50;

interface Asked {
  readonly id: string;
  readonly class: string;
  readonly askedBy: string;
  readonly at: number;
  end: { readonly how: 'approved' | 'rejected' | 'expired'; readonly by: string; readonly ms: number } | null;
}

/** `events` oldest first: requests, decisions, undone and closed ones, from `since` to `until`. */
export function fatigueOf(
  events: readonly Recorded[],
  { since, until }: { readonly since: number; readonly until: number },
): Fatigue {
  const asked = new Map<string, Asked>();
  for (const recorded of events) note(asked, recorded);
  const all = [...asked.values()];
  const hours = Math.max(1, (until - since) / HOUR_MS);
  const people = group(all, ({ end }) => (end && end.how !== 'expired' ? end.by : null));
  const classes = group(all, (each) => `${each.class}\n${each.askedBy}`);
  return {
    hours,
    all: figures(all, hours),
    people: [...people].map(([person, items]) => ({ person, ...figures(items, hours) })),
    classes: [...classes.values()]
      .map((items) => classFigures(items, hours))
      .sort((a, b) => b.asked - a.asked)
      .slice(0, CLASSES_MAX),
    isOverBudget: all.length / hours / Math.max(1, people.size) > PER_HOUR_MAX,
  };
}

function note(asked: Map<string, Asked>, { event, at, actor }: Recorded): void {
  switch (event.type) {
    case 'approval-requested':
      asked.set(event.approval, {
        id: event.approval,
        class: classOf({ subject: subjectOf(event), tier: event.tier ?? null }),
        askedBy: askedBy(event),
        at,
        end: null,
      });
      return;
    case 'approval-decided': {
      const request = asked.get(event.approval);
      if (request)
        request.end = { how: event.verdict, by: actor.replace(/^person:/, ''), ms: at - request.at };
      return;
    }
    case 'approval-undone': {
      const request = asked.get(event.approval);
      if (request) request.end = null;
      return;
    }
    case 'approval-closed': {
      const request = asked.get(event.approval);
      if (request && event.outcome === 'expired')
        request.end = { how: 'expired', by: '', ms: at - request.at };
      return;
    }
    default:
  }
}

type Requested = Extract<FleetEvent, { type: 'approval-requested' }>;

function subjectOf({ subject, call }: Requested): Subject {
  const none = { id: '', tool: 'unknown', input: {}, subagent: null };
  return subject ?? { type: 'tool-call', vendor: 'command', call: call ?? none };
}

function askedBy({ judgement, tier }: { judgement?: Requested['judgement']; tier?: Tier | null }): string {
  const decidedBy = judgement?.decidedBy;
  if (decidedBy?.type === 'rule') return `${decidedBy.effect} ${decidedBy.rule} (${decidedBy.source})`;
  return tier ? `tier ${tier}` : 'unknown';
}

function classFigures(items: readonly Asked[], hours: number): ClassFigures {
  const latest = items.at(-1)!;
  const counted = figures(items, hours);
  return {
    class: latest.class,
    askedBy: latest.askedBy,
    approval: latest.id,
    ...counted,
    isRuleSuggested: items.length >= SUGGEST_ASKS_MIN && (counted.approveRate ?? 0) >= SUGGEST_RATE_MIN,
  };
}

function figures(items: readonly Asked[], hours: number): AskFigures {
  const count = (how: string): number => items.filter(({ end }) => end?.how === how).length;
  const times = items
    .flatMap(({ end }) => (end && end.how !== 'expired' ? [end.ms] : []))
    .sort((a, b) => a - b);
  const approved = count('approved');
  return {
    asked: items.length,
    approved,
    rejected: count('rejected'),
    expired: count('expired'),
    perHour: items.length / hours,
    approveRate: times.length === 0 ? null : approved / times.length,
    medianDecisionMs: times[Math.floor(times.length / 2)] ?? null,
    shareUnderTwoSeconds:
      times.length === 0 ? null : times.filter((ms) => ms < READ_MS).length / times.length,
  };
}

function group(items: readonly Asked[], by: (item: Asked) => string | null): Map<string, Asked[]> {
  const groups = new Map<string, Asked[]>();
  for (const item of items) {
    const key = by(item);
    if (key === null) continue;
    const known = groups.get(key);
    if (known) known.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
