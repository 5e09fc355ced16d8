/** What a replay comes to, in figures. */
import type { Signal } from '../signal.ts';
import type { Tripwire } from '../observation.ts';
import { auc, brier, calibrationError, equalMassBins, equalWidthBins, type Bin } from './histogram.ts';
import { bootstrap, poissonInterval, quantile, type Interval } from './intervals.ts';
import type { FalseAlarm, FaultOutcome, Replayed } from './replay.ts';

/** A month is thirty days, wherever it stands. */
const MONTH_MINUTES = 30 * 24 * 60;
/** Bins of the calibration error. */
const MASS_BINS = 15;
const PLOT_BINS = 10;

export interface Delay {
  /** Minutes from onset to quarantine, of those that were found. */
  readonly p50: number | null;
  readonly p90: number | null;
}

export interface ClassReport {
  readonly name: string;
  readonly worth: 'quarantine' | 'attention';
  readonly faults: number;
  readonly quarantined: number;
  readonly detected: number;
  readonly delay: Delay;
  /** Found by a tripwire, which only holds the agent. */
  readonly held: number;
  readonly holdDelay: Delay;
  /** Reached high, or an insight told of it. */
  readonly noticed: number;
}

export interface Report {
  readonly agents: number;
  readonly agentMonths: number;
  /** Those that must be stopped. */
  readonly faults: number;
  readonly auc: number | null;
  readonly aucInterval: Interval | null;
  /** Share of the faults that led to a quarantine while they lasted. */
  readonly detected: number | null;
  readonly detectedInterval: Interval | null;
  readonly detectedWithin60: number | null;
  /** Quarantined or held. */
  readonly detectedWithTripwires: number | null;
  readonly delay: Delay;
  readonly delayP50Interval: Interval | null;
  /** From onset to the hold, of the faults that tripwires held. */
  readonly tripwires: Readonly<Partial<Record<Tripwire, { readonly faults: number; readonly delay: Delay }>>>;
  readonly falseQuarantines: {
    readonly count: number;
    readonly perAgentMonth: number;
    readonly interval: Interval;
    readonly list: readonly FalseAlarm[];
  };
  readonly falseHolds: {
    readonly count: number;
    readonly perAgentMonth: number;
    readonly interval: Interval;
  };
  readonly lateQuarantines: number;
  readonly attention: {
    readonly faults: number;
    readonly noticed: number;
    readonly quarantined: number;
    /** How often a minute of such a fault scores above an ordinary one: what the slow signals are for. */
    readonly auc: number | null;
  };
  readonly brier: { readonly score: number; readonly climatology: number } | null;
  readonly ece: number | null;
  readonly calibration: readonly Bin[];
  readonly reliability: readonly Bin[];
  readonly classes: readonly ClassReport[];
}

/** The part of a report an ablation is compared by. */
export interface AblationReport {
  readonly without: Signal | 'peers' | 'epoch-reset';
  readonly auc: number | null;
  readonly attentionAuc: number | null;
  readonly detected: number | null;
  readonly delay: Delay;
  readonly falseQuarantinesPerAgentMonth: number;
  readonly ece: number | null;
  /** What is worse than with everything; empty: the model does not need it. */
  readonly hurts: readonly string[];
}

/** Differences below these are chance. */
const WORSE_BY = { auc: 0.0005, share: 0.005, delay: 1, rate: 0.01, ece: 0.0005 };

export function reportOf(replayed: Replayed): Report {
  const { histogram, agentMinutes } = replayed;
  const worthy = replayed.faults.filter(({ fault }) => fault.worth === 'quarantine');
  const attention = replayed.faults.filter(({ fault }) => fault.worth === 'attention');
  const months = agentMinutes / MONTH_MINUTES;
  const rate = (counted: number): { count: number; perAgentMonth: number; interval: Interval } => {
    const [low, high] = poissonInterval(counted);
    return {
      count: counted,
      perAgentMonth: per(counted, months),
      interval: [per(low, months), per(high, months)],
    };
  };
  const bins = equalMassBins(histogram, MASS_BINS);
  const ranked = rankOfFaults(histogram.negatives);
  return {
    agents: replayed.agents,
    agentMonths: months,
    faults: worthy.length,
    auc: auc(histogram),
    aucInterval: bootstrap(worthy, ranked),
    detected: detectedShare(worthy),
    detectedInterval: bootstrap(worthy, detectedShare),
    detectedWithin60: share(worthy, (found) => (delayOf(found) ?? Infinity) <= 60),
    detectedWithTripwires: share(
      worthy,
      ({ quarantinedAt, heldAt }) => quarantinedAt !== null || heldAt !== null,
    ),
    delay: delaysOf(worthy.map(delayOf)),
    delayP50Interval: bootstrap(worthy, (drawn) => delaysOf(drawn.map(delayOf)).p50),
    tripwires: Object.fromEntries(
      [
        ...Map.groupBy(
          worthy.filter(({ heldBy }) => heldBy !== null),
          ({ heldBy }) => heldBy!,
        ),
      ].map(([tripwire, held]) => [
        tripwire,
        { faults: held.length, delay: delaysOf(held.map(holdDelayOf)) },
      ]),
    ),
    falseQuarantines: { ...rate(replayed.falseQuarantines.length), list: replayed.falseQuarantines },
    falseHolds: rate(replayed.falseHolds.length),
    lateQuarantines: replayed.late,
    attention: {
      faults: attention.length,
      noticed: attention.filter(({ noticedAt }) => noticedAt !== null).length,
      quarantined: attention.filter(({ quarantinedAt }) => quarantinedAt !== null).length,
      auc: auc({ positives: replayed.attention, negatives: histogram.negatives }),
    },
    brier: brier(histogram),
    ece: calibrationError(bins),
    calibration: bins,
    reliability: equalWidthBins(histogram, PLOT_BINS),
    classes: classesOf([...worthy, ...attention]),
  };
}

export function ablationReportOf(
  without: AblationReport['without'],
  replayed: Replayed,
  whole: Report,
): AblationReport {
  const { auc: area, attention, detected, delay, falseQuarantines, ece } = reportOf(replayed);
  const worse = (name: string, by: number | null): string[] => (by !== null && by > 0 ? [name] : []);
  const fallen = (before: number | null, after: number | null, than: number): number | null =>
    before === null ? null : before - (after ?? 0) - than;
  const risen = (before: number | null, after: number | null, than: number): number | null =>
    before === null || after === null ? null : after - before - than;
  return {
    without,
    auc: area,
    attentionAuc: attention.auc,
    detected,
    delay,
    falseQuarantinesPerAgentMonth: falseQuarantines.perAgentMonth,
    ece,
    hurts: [
      ...worse('auc', fallen(whole.auc, area, WORSE_BY.auc)),
      ...worse('detected', fallen(whole.detected, detected, WORSE_BY.share)),
      ...worse('delay', risen(whole.delay.p50, delay.p50, WORSE_BY.delay)),
      ...worse('delay p90', risen(whole.delay.p90, delay.p90, WORSE_BY.delay)),
      ...worse(
        'false quarantines',
        falseQuarantines.perAgentMonth - whole.falseQuarantines.perAgentMonth - WORSE_BY.rate,
      ),
      ...worse('ece', risen(whole.ece, ece, WORSE_BY.ece)),
      ...worse('attention', fallen(whole.attention.auc, attention.auc, WORSE_BY.auc)),
    ],
  };
}

function classesOf(faults: readonly FaultOutcome[]): readonly ClassReport[] {
  return [...Map.groupBy(faults, ({ fault }) => fault.name)]
    .map(([name, found]) => {
      const quarantined = found.filter(({ quarantinedAt }) => quarantinedAt !== null).length;
      return {
        name,
        worth: found[0]!.fault.worth === 'attention' ? ('attention' as const) : ('quarantine' as const),
        faults: found.length,
        quarantined,
        detected: quarantined / found.length,
        delay: delaysOf(found.map(delayOf)),
        held: found.filter(({ heldAt }) => heldAt !== null).length,
        holdDelay: delaysOf(found.map(holdDelayOf)),
        noticed: found.filter(({ noticedAt }) => noticedAt !== null).length,
      };
    })
    .sort((a, b) => b.worth.localeCompare(a.worth) || a.name.localeCompare(b.name));
}

/** The area under the curve as the mean of the faults' own, each weighted by how long it lasted. */
function rankOfFaults(negatives: Float64Array): (faults: readonly FaultOutcome[]) => number | null {
  const below = new Float64Array(negatives.length + 1);
  for (const [cell, n] of negatives.entries()) below[cell + 1] = below[cell]! + n;
  const total = below[negatives.length]!;
  return (faults) => {
    let wins = 0;
    let bad = 0;
    for (const { cells } of faults) {
      for (const [cell, n] of cells) {
        wins += n * (below[cell]! + negatives[cell]! / 2);
        bad += n;
      }
    }
    return bad === 0 || total === 0 ? null : wins / (bad * total);
  };
}

const delayOf = ({ fault, quarantinedAt }: FaultOutcome): number | null =>
  quarantinedAt === null ? null : quarantinedAt - fault.onset;
const holdDelayOf = ({ fault, heldAt }: FaultOutcome): number | null =>
  heldAt === null ? null : heldAt - fault.onset;

function delaysOf(delays: readonly (number | null)[]): Delay {
  const found = delays.filter((delay) => delay !== null);
  return { p50: quantile(found, 0.5), p90: quantile(found, 0.9) };
}

const detectedShare = (faults: readonly FaultOutcome[]): number | null =>
  share(faults, ({ quarantinedAt }) => quarantinedAt !== null);

function share(faults: readonly FaultOutcome[], isSo: (outcome: FaultOutcome) => boolean): number | null {
  return faults.length === 0 ? null : faults.filter(isSo).length / faults.length;
}

const per = (counted: number, months: number): number => (months > 0 ? counted / months : 0);
