/**
 * One simulated agent, minute by minute. It knows what agents do, nothing of signals: rates, errors, repeats,
 * builds, pauses, people who take their time; and what each fault changes about that.
 */
import { chance, type Chance } from './chance.ts';
import type { Conditions } from './conditions.ts';
import { planFaults, type PlannedFault } from './faults.ts';

type Row = Readonly<Record<string, unknown>>;

/** What happens to all agents of a fleet at once. */
export interface Weather {
  /** The model's provider is down. */
  readonly isOutage: boolean;
  /** Agents are restarted for a new version. */
  readonly isUpgrade: boolean;
}

export interface SimulatedAgent {
  readonly name: string;
  readonly faults: readonly PlannedFault[];
  minute(minute: number, weather: Weather): readonly Row[];
}

const DAY = 24 * 60;

interface Traits {
  /** Calls a minute while it works. */
  readonly rate: number;
  readonly errors: number;
  readonly repeats: number;
  readonly hasHooks: boolean;
  readonly isPoller: boolean;
  readonly quality: number;
  readonly punctuality: number;
  /** Its hooks say that the provider turned it down. */
  readonly tellsLimits: boolean;
}

type Spell =
  | { readonly type: 'build' | 'approval' | 'pause' | 'flaky' | 'polling'; readonly until: number }
  | { readonly type: 'blocked'; readonly until: number; readonly tasks: number };

export function simulateAgent(given: {
  readonly seed: number;
  readonly index: number;
  readonly minutes: number;
  readonly conditions: Conditions;
}): SimulatedAgent {
  const { seed, index, minutes, conditions } = given;
  const luck = chance(seed, index);
  const name = `agent-${String(index).padStart(2, '0')}`;
  const traits: Traits = {
    rate: luck.lognormal(1.2, 1.7),
    errors: luck.between(0.02, 0.11),
    repeats: luck.between(0.01, 0.05),
    hasHooks: luck.hits(0.9),
    isPoller: luck.hits(conditions.pollers),
    quality: luck.between(74, 90),
    punctuality: luck.between(0.9, 0.99),
    tellsLimits: luck.hits(0.5),
  };
  const shifts = planShifts(luck, minutes);
  const faults = planFaults(luck, { shifts, minutes, hasHooks: traits.hasHooks });
  return { name, faults, minute: liveThrough({ name, luck, traits, shifts, faults, conditions }) };
}

/** Some work in office hours, some around the clock with an idle stretch a day. */
function planShifts(luck: Chance, minutes: number): { from: number; to: number }[] {
  const isAlways = luck.hits(0.4);
  const begins = luck.between(6.5, 10) * 60;
  const lasts = luck.between(7, 13) * 60;
  const shifts: { from: number; to: number }[] = [];
  for (let day = 0; day * DAY < minutes; day += 1) {
    if (!isAlways && (day % 7 === 5 || day % 7 === 6)) continue;
    const from = Math.round(day * DAY + (isAlways ? luck.between(0, 60) : begins + luck.between(-40, 40)));
    const to = Math.round(from + (isAlways ? luck.between(1_250, 1_370) : lasts + luck.between(-60, 90)));
    shifts.push({ from, to: Math.min(to, minutes) });
  }
  return shifts;
}

function liveThrough(given: {
  readonly name: string;
  readonly luck: Chance;
  readonly traits: Traits;
  readonly shifts: readonly { readonly from: number; readonly to: number }[];
  readonly faults: readonly PlannedFault[];
  readonly conditions: Conditions;
}): SimulatedAgent['minute'] {
  const { name: agent, luck, traits, shifts, faults, conditions } = given;
  const { noise } = conditions;
  let spell: Spell | null = null;
  let state = 'idle';
  let inFlight = 0;
  let blocked = 0;
  let taskEnds = 0;
  let idleUntil = 0;
  let downUntil = 0;
  let crashAt = 0;
  let shift = 0;
  let nextFault = 0;

  return (minute, weather) => {
    const rows: Row[] = [];
    const tell = (kind: string, fields: Row): void => void rows.push({ t: minute, agent, kind, ...fields });
    const be = (next: string): void => {
      if (next === state) return;
      state = next;
      tell('state', { state });
    };
    const setBlocked = (tasks: number): void => {
      if (tasks === blocked) return;
      blocked = tasks;
      tell('blocked', { tasks });
    };
    const setInFlight = (calls: number): void => {
      if (calls === inFlight) return;
      inFlight = calls;
      tell('in_flight', { calls });
    };
    while (nextFault < faults.length && faults[nextFault]!.end <= minute) nextFault += 1;
    const planned = faults[nextFault];
    const fault = planned && planned.onset <= minute ? planned : null;
    while (shift < shifts.length && shifts[shift]!.to <= minute) shift += 1;
    const isOnShift = fault !== null || (shift < shifts.length && shifts[shift]!.from <= minute);
    const through = fault ? (minute - fault.onset) / (fault.end - fault.onset) : 0;

    if (!isOnShift || (minute < idleUntil && !fault)) {
      be('idle');
      setInFlight(0);
      setBlocked(0);
      spell = null;
      if (!isOnShift) taskEnds = 0;
      return rows;
    }
    if (taskEnds === 0) {
      taskEnds = minute + Math.ceil(luck.lognormal(55, 1.7));
      tell('task_start', {});
    }

    if (weather.isUpgrade) {
      tell('restart', { planned: true });
      downUntil = minute + 1;
    }
    if (minute >= downUntil && isCrashing(minute)) {
      tell('restart', {});
      downUntil = minute + luck.whole(1, fault?.kind === 'crash_loop' && minute < fault.onset + 20 ? 1 : 3);
    }
    if (minute < downUntil) {
      be('working');
      tell('down', { minutes: 1 });
      return rows;
    }

    if (fault?.kind === 'stall') {
      be('working');
      setInFlight(0);
      return rows;
    }
    if (spell && minute >= spell.until) spell = null;
    // Whoever loops or runs wild asks nobody and waits for nothing.
    const isPossessed = fault !== null && fault.kind !== 'degrade' && fault.kind !== 'block_cascade';
    if (isPossessed && spell) spell = null;
    if (!isPossessed && !spell) spell = newSpell(minute);
    setBlocked(blockedNow());
    if (spell?.type === 'approval') {
      be('waiting');
      setInFlight(0);
      return rows;
    }
    if (weather.isOutage && traits.tellsLimits && !isPossessed) {
      be('limited');
      setInFlight(0);
      if (traits.hasHooks && luck.hits(0.3)) tell('outcomes', { n: 1, failed: 1, repeats: 0 });
      return rows;
    }
    be('working');
    if (spell?.type === 'build') {
      setInFlight(1);
      if (!traits.hasHooks && luck.hits(0.1)) tell('output', { bytes: luck.whole(20, 400) });
      return rows;
    }
    setInFlight(0);
    if (spell?.type === 'pause') return rows;

    const { n, failed, repeats, isProgress } = callsOf();
    if (traits.hasHooks) {
      if (n > 0) tell('outcomes', { n, failed, repeats });
      if (isProgress) tell('progress', { n: 1 });
    } else if (isProgress || n > 0) {
      tell('output', { bytes: n * luck.whole(100, 900) });
    }
    if (minute >= taskEnds && !isPossessed) {
      // Slow decline shows in what is delivered; who waits for others delivers half a task.
      const decline =
        fault?.kind === 'degrade' ? 25 + 35 * through : fault?.kind === 'block_cascade' ? 25 : 0;
      const isLate = luck.hits(1 - traits.punctuality + (fault === null ? 0 : 0.5));
      const score = Math.min(100, Math.max(0, traits.quality + 9 * luck.normal() - decline));
      tell('task_end', { score: Math.round(score), on_time: !isLate });
      taskEnds = 0;
      idleUntil = luck.hits(0.5) ? minute + Math.ceil(luck.exponential(18)) : 0;
    } else if (isPossessed && luck.hits(1 / 90)) {
      // Somebody takes the task away: unfinished, late.
      tell('task_end', { score: luck.whole(5, 40), on_time: false });
      taskEnds = 0;
    }
    return rows;

    function isCrashing(now: number): boolean {
      if (fault?.kind !== 'crash_loop') return luck.hits((conditions.restarts * noise) / (2.5 * DAY));
      if (now < crashAt) return false;
      // Two in three come back at once and die at once, until whoever restarts them takes more time each time.
      const isTight = fault.strength > 1 / 3;
      const gap = isTight && now < fault.onset + 20 ? 2 : luck.between(3, 4 + 3 * (1 - fault.strength));
      const isFirst = crashAt < fault.onset;
      crashAt = now + Math.round(gap);
      return !isFirst || isTight || luck.hits(0.5);
    }

    function newSpell(now: number): Spell | null {
      const hour = 60 / noise;
      if (luck.hits(1 / (6 * hour)))
        return { type: 'build', until: now + Math.ceil(luck.between(5, conditions.buildMinutesMax)) };
      if (luck.hits(1 / (6 * 60))) return { type: 'approval', until: now + Math.ceil(luck.lognormal(12, 3)) };
      if (luck.hits(1 / (2 * hour)))
        return { type: 'pause', until: now + Math.ceil(luck.between(2, 8 + 6 * noise)) };
      if (luck.hits(1 / (30 * hour))) return { type: 'flaky', until: now + Math.ceil(luck.between(10, 40)) };
      if (luck.hits(1 / (40 * hour)))
        return { type: 'blocked', until: now + Math.ceil(luck.between(10, 60)), tasks: luck.whole(1, 2) };
      if (traits.isPoller && luck.hits(1 / 60))
        return { type: 'polling', until: now + Math.ceil(luck.between(10, 30)) };
      return null;
    }

    function blockedNow(): number {
      if (fault?.kind === 'block_cascade')
        return 1 + Math.round((1 + 4 * fault.strength) * Math.min(1, 3 * through));
      return spell?.type === 'blocked' ? spell.tasks : 0;
    }

    function callsOf(): { n: number; failed: number; repeats: number; isProgress: boolean } {
      const { strength = 0 } = fault ?? {};
      let rate = traits.rate;
      let errors = traits.errors;
      let repeated = traits.repeats;
      // What is new among calls that neither failed nor repeat another.
      let novel = 1;
      if (spell?.type === 'flaky') errors += 0.1 + 0.15 * noise * luck.between(0.7, 1);
      // Every other minute the same question, and mostly the same answer.
      const isPolling = spell?.type === 'polling';
      if (isPolling) repeated = 0.85;
      if (weather.isOutage) {
        errors = 0.92;
        rate *= 0.7;
      }
      const kind = fault?.kind;
      switch (kind) {
        case 'doom_errors':
          rate = Math.max(rate, 0.8) * (1 + strength);
          errors = 0.45 + 0.35 * strength;
          repeated = 0.35 + 0.3 * strength;
          novel = 0.06;
          break;
        case 'doom_quiet':
          rate = Math.max(rate, 0.8) * (1 + strength);
          repeated = 0.72 + 0.25 * strength;
          novel = 0.06;
          break;
        case 'rogue':
          rate = Math.max(rate, 1) * (3 + 4 * strength);
          errors = 0.6 + 0.35 * strength;
          novel = 0.5;
          break;
        case 'degrade':
          errors += 0.3 * through;
          rate *= 1 - 0.3 * through;
          break;
        case 'block_cascade':
          rate *= 0.6;
          break;
        case 'crash_loop':
          rate *= 0.7;
          errors += 0.1;
          break;
        case 'stall':
        case undefined:
          break;
        default:
          throw new Error(`no such fault: ${String(kind satisfies never)}`);
      }
      const n = isPolling && !isPossessed ? 1 - (minute % 2) : Math.min(40, luck.poisson(rate));
      let failed = 0;
      let repeats = 0;
      let isProgress = false;
      for (let call = 0; call < n; call += 1) {
        const isFailed = luck.hits(Math.min(0.97, errors));
        const isRepeat = luck.hits(repeated);
        if (isFailed) failed += 1;
        if (isRepeat) repeats += 1;
        if (!isFailed && !isRepeat && luck.hits(novel)) isProgress = true;
      }
      return { n, failed, repeats, isProgress };
    }
  };
}
