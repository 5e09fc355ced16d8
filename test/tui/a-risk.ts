/** Agents as the brain sees them, made by the model itself from values somebody names. */
import { COLUMNS } from '../../source/core/risk/history.ts';
import { counterfactualsOf } from '../../source/core/risk/counterfactual.ts';
import { levelAt } from '../../source/tui/sparkline.ts';
import { scoreOf } from '../../source/core/risk/model.ts';
import { SIGNALS, type Reading, type Readings, type Signal } from '../../source/core/risk/signal.ts';
import { DEFAULT_WEIGHTS } from '../../source/core/risk/weights.ts';
import type { AgentAssessment } from '../../source/wire/daemon-protocol.ts';
import { AFleet, PROJECT } from './a-fleet.ts';

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

/** A curve through six hours, of values somebody names. */
const went = (...points: readonly number[]): AgentAssessment['history'] => {
  const curve = Array.from({ length: COLUMNS }, (_, at) => {
    const way = (at / (COLUMNS - 1)) * (points.length - 1);
    const from = Math.floor(way);
    const [a, b] = [points[from]!, points[Math.min(points.length - 1, from + 1)]!];
    const value = a + (b - a) * (way - from);
    return value < 0 ? null : value;
  });
  return { '6h': curve, '24h': curve, '7d': curve };
};

/** A dozen agents of three departments, as a bad afternoon leaves them. */
export const TROUBLED: readonly AgentAssessment[] = [
  assessed(
    'scraper',
    { error: 0.31, restarts: 2.4, silent: 1.05, uptime: 0.9, eval: 58 },
    { before: 0.34, history: went(0.01, 0.02, 0.03, 0.05, 0.04, 0.12, 0.2, 0.34, 0.62, 0.9, 0.98) },
  ),
  assessed(
    'backend-dev',
    { silent: 0.62, error: 0.22, blocked: 0.8 },
    { before: 0.31, history: went(0.01, 0.04, 0.02, 0.01, 0.03, 0.18, 0.3, 0.22, 0.28, 0.31) },
  ),
  assessed(
    'frontend-dev',
    { error: 0.16, silent: 0.3 },
    { before: 0.19, history: went(0.02, 0.01, 0.03, 0.3, 0.41, 0.22, 0.1, 0.04, 0.03) },
  ),
  assessed('reviewer', {}, { before: 0.01, history: went(0.01, 0.01, 0.02, 0.01, 0.01) }),
  assessed('planner', { eval: null, sla: null }, { before: null, history: went(-1, -1, -1, 0.01, 0.01) }),
  assessed(
    'migrator',
    { restarts: 5.2, uptime: 0.84, sla: 0.8 },
    { before: 0.52, history: went(-1, -1, 0.01, 0.02, 0.05, 0.4, 0.55, 0.5, 0.72) },
  ),
  assessed(
    'load-tester',
    { error: 0.44, sla: null },
    { before: 0.45, history: went(0.01, 0.02, 0.1, 0.3, 0.45, 0.3, 0.2, 0.35, 0.4) },
  ),
  assessed(
    'release-mgr',
    { blocked: 2.6, eval: 64 },
    { before: 0.04, history: went(0.01, 0.01, 0.01, 0.01, 0.02, 0.04) },
  ),
  assessed('qa', { error: 0.12 }, { before: 0.01, history: went(0.01, 0.05, 0.16, 0.05, 0.01, 0.02) }),
  assessed('docs', {}, { before: 0.01, history: went(0.01, 0.01, 0.01) }),
  assessed(
    'translator',
    { sla: 0.72, eval: 61 },
    { before: 0.02, history: went(0.01, 0.02, 0.02, 0.02), insights: ['late-tasks'] },
  ),
  assessed(
    'changelog',
    { eval: null, sla: null, blocked: null },
    { before: null, isWarmingUp: true, history: went(-1, -1, -1, -1, -1, -1, -1, 0.01, 0.01) },
  ),
];

export function troubledFleet(): AFleet {
  const fleet = new AFleet().departments({
    engineering: ['scraper', 'backend-dev', 'frontend-dev', 'reviewer', 'planner'],
    operations: ['migrator', 'load-tester', 'release-mgr', 'qa'],
    writing: ['docs', 'translator', 'changelog'],
  });
  for (const agent of ['backend-dev', 'frontend-dev', 'reviewer', 'qa', 'docs']) fleet.runs(agent);
  return fleet.happens({
    type: 'agent-quarantined',
    project: PROJECT,
    agent: 'scraper',
    quarantine: 'q1',
    reason: 'risk 0.98: silent and error',
    grounds: { probability: 0.98, signals: [{ signal: 'silent', value: 1.05, logOdds: 4.7 }] },
  });
}
