/** Agents as the brain sees them, made by the model itself from values somebody names. */
import { COLUMNS } from '../../source/core/risk/history.ts';
import { counterfactualsOf } from '../../source/core/risk/counterfactual.ts';
import { levelAt } from '../../source/tui/sparkline.ts';
import { scoreOf } from '../../source/core/risk/model.ts';
import { SIGNALS, type Reading, type Readings, type Signal } from '../../source/core/risk/signal.ts';
import { DEFAULT_WEIGHTS } from '../../source/core/risk/weights.ts';
import type { AgentAssessment } from '../../source/wire/daemon-protocol.ts';
import { PROJECT } from './a-fleet.ts';

/** Values where all is well. */
const FINE: Readonly<Record<Signal, number>> = {
  error: 0.05,
  restarts: 0,
  silent: 0.05,
  blocked: 0,
  uptime: 1,
  eval: 75,
  sla: 0.95,
};

export function assessed(
  agent: string,
  values: Partial<Record<Signal, number | null>> = {},
  more: Partial<AgentAssessment> = {},
): AgentAssessment {
  const readings = Object.fromEntries(
    SIGNALS.map((signal): [Signal, Reading | null] => {
      const value = values[signal] === undefined ? FINE[signal] : values[signal];
      return [signal, value === null ? null : { value, n: 24, ageMs: 180_000, isUnsure: false }];
    }),
  ) as Readings;
  const score = scoreOf(readings, DEFAULT_WEIGHTS);
  const level = levelAt(score.probability);
  const ramp = Array.from({ length: COLUMNS }, (_, at) =>
    at < 8 ? null : (score.probability * Math.max(0, at - 20)) / (COLUMNS - 21),
  );
  return {
    project: PROJECT,
    agent,
    probability: score.probability,
    level,
    readings,
    contributions: score.contributions,
    counterfactuals: counterfactualsOf(score, DEFAULT_WEIGHTS, level),
    isWarmingUp: false,
    isOnProbation: false,
    insights: [],
    before: Math.max(0.01, score.probability - 0.3),
    history: { '6h': ramp, '24h': ramp, '7d': ramp },
    ledger: { model: 'defaults-1', weights: '1f3c5a7e9b2d', epoch: 1, releasedBy: null },
    ...more,
  };
}

/** So many agents, every ninth of them in some kind of trouble. */
export const manyAssessed = (count: number): AgentAssessment[] =>
  Array.from({ length: count }, (_, at) =>
    assessed(`agent-${String(at + 1).padStart(3, '0')}`, {
      ...(at % 9 === 0 && { error: 0.1 + (at % 5) * 0.12 }),
      ...(at % 9 === 4 && { restarts: 2 + (at % 4) * 1.5, uptime: 0.9 }),
      ...(at % 9 === 7 && { silent: 0.5 + (at % 3) * 0.4, eval: 55, sla: null }),
    }),
  );
