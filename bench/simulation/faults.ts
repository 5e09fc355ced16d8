/** What goes wrong with simulated agents, when, and for how long. */
import type { Chance } from './chance.ts';

export const FAULT_KINDS = [
  'crash_loop',
  'stall',
  'doom_errors',
  'doom_quiet',
  'rogue',
  'degrade',
  'block_cascade',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Minutes since the start. */
export interface PlannedFault {
  readonly kind: FaultKind;
  readonly onset: number;
  readonly end: number;
  /** How bad it is, 0 to 1: drawn once. */
  readonly strength: number;
}

/** Of faults that must be stopped, and of those to be looked at: a month of one agent. */
const STOP_A_MONTH = 1.4;
const LOOK_A_MONTH = 0.55;
/** Between two faults of an agent. */
const APART_MINUTES = 12 * 60;
const MONTH_MINUTES = 30 * 24 * 60;

const STOP: readonly FaultKind[] = ['crash_loop', 'stall', 'doom_errors', 'doom_quiet', 'rogue'];
/** Without hooks nobody sees single calls, so there is nothing in a loop of them to be seen. */
const STOP_WITHOUT_HOOKS: readonly FaultKind[] = ['crash_loop', 'stall'];
const LOOK: readonly FaultKind[] = ['degrade', 'block_cascade'];

/** Faults begin while the agent works; `shifts` are the minutes it does. */
export function planFaults(
  luck: Chance,
  given: {
    readonly shifts: readonly { readonly from: number; readonly to: number }[];
    readonly minutes: number;
    readonly hasHooks: boolean;
  },
): readonly PlannedFault[] {
  const { shifts, minutes, hasHooks } = given;
  const months = minutes / MONTH_MINUTES;
  const kinds = [
    ...Array.from({ length: luck.poisson(STOP_A_MONTH * months) }, () =>
      luck.pick(hasHooks ? STOP : STOP_WITHOUT_HOOKS),
    ),
    ...Array.from({ length: luck.poisson(LOOK_A_MONTH * months) }, () => luck.pick(LOOK)),
  ];
  const planned: PlannedFault[] = [];
  for (const kind of kinds) {
    const shift = luck.pick(shifts.filter(({ from, to }) => to - from > 180));
    const onset = Math.round(luck.between(shift.from + 60, shift.to - 60));
    const end = onset + Math.round(kind === 'degrade' ? luck.between(480, 1_440) : luck.between(180, 480));
    const isFree = planned.every(
      (other) => onset > other.end + APART_MINUTES || end < other.onset - APART_MINUTES,
    );
    if (isFree && end < minutes) planned.push({ kind, onset, end, strength: luck.next() });
  }
  return planned.sort((a, b) => a.onset - b.onset);
}
