/** Scores simulated fleets the way `fleet brain validate` scores a file: through rows, the running model, figures. */
import { SIGNALS } from '../../source/core/risk/signal.ts';
import { newSurvey } from '../../source/core/risk/rows/dialect.ts';
import { addFacts, newMinutes } from '../../source/core/risk/rows/minutes.ts';
import { rowOf, type Facts } from '../../source/core/risk/rows/row.ts';
import { newReplay, type Fault, type Replay } from '../../source/core/risk/validation/replay.ts';
import {
  ablationReportOf,
  reportOf,
  type AblationReport,
  type Report,
} from '../../source/core/risk/validation/report.ts';
import { DEFAULT_WEIGHTS, type Weights } from '../../source/core/risk/weights.ts';
import type { Conditions } from './conditions.ts';
import { simulateFleet, type Row, type SimulatedFleet } from './fleet.ts';

export interface Scored {
  readonly report: Report;
  readonly ablations: readonly AblationReport[];
}

export function scoreFleets(given: {
  readonly seeds: readonly number[];
  readonly conditions: Conditions;
  readonly weights?: Weights;
  readonly hasAblations?: boolean;
}): Scored {
  const { seeds, conditions, weights = DEFAULT_WEIGHTS, hasAblations = false } = given;
  const fleets = seeds.map((seed) => simulateFleet({ seed, conditions }));
  const faults = fleets.flatMap(faultsOf);
  const whole = newReplay({ weights, faults });
  const without = hasAblations ? ablated(weights, faults) : [];
  for (const fleet of fleets) {
    const replays = [whole, ...without.map(({ replay }) => replay)];
    const dialect = dialectOf(fleet);
    const minutes = newMinutes(dialect);
    for (const { minute, rows } of fleet.minutes()) {
      const seen = minutes.seen(minute, factsOf(rows));
      for (const replay of replays) replay.minute(fleet.name, minute, seen);
    }
  }
  const report = reportOf(whole.result());
  return {
    report,
    ablations: without.map(({ name, replay }) => ablationReportOf(name, replay.result(), report)),
  };
}

function ablated(
  weights: Weights,
  faults: readonly Fault[],
): readonly { readonly name: AblationReport['without']; readonly replay: Replay }[] {
  return [
    ...SIGNALS.map((signal) => ({
      name: signal,
      replay: newReplay({
        weights: { ...weights, signals: { ...weights.signals, [signal]: 0 } },
        faults,
      }),
    })),
    ...(['peers', 'epoch-reset'] as const).map((ablation) => ({
      name: ablation,
      replay: newReplay({ weights, faults, ablation }),
    })),
  ];
}

function dialectOf(fleet: SimulatedFleet): ReturnType<ReturnType<typeof newSurvey>['dialect']> {
  const survey = newSurvey();
  // Two days tell how a file tells its story.
  for (const { minute, rows } of fleet.minutes()) {
    if (minute >= 2 * 24 * 60) break;
    for (const row of rows) {
      const read = rowOf(row);
      if ('type' in read && read.type === 'facts') survey.add(read);
    }
  }
  return survey.dialect();
}

function factsOf(rows: readonly Row[]): ReadonlyMap<string, Facts> {
  const facts = new Map<string, Facts>();
  for (const row of rows) {
    const read = rowOf(row);
    if (!('type' in read) || read.type !== 'facts')
      throw new Error(`a row of no meaning: ${JSON.stringify(row)}`);
    const theirs = facts.get(read.agent);
    if (theirs) addFacts(theirs, read.facts);
    else facts.set(read.agent, read.facts);
  }
  return facts;
}

function faultsOf(fleet: SimulatedFleet): Fault[] {
  return fleet.faults.map((row) => {
    const read = rowOf(row);
    if (!('type' in read) || read.type !== 'fault') throw new Error(`no fault: ${JSON.stringify(row)}`);
    return {
      fleet: fleet.name,
      agent: read.agent,
      name: read.name,
      worth: read.worth,
      onset: read.onset,
      end: read.end!,
    };
  });
}
