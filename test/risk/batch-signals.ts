/** The seven signals in the plainest possible form: from the whole history at once, straight from the definitions. */
import type { Mode, Observation } from '../../source/core/risk/observation.ts';
import type { Signal } from '../../source/core/risk/signal.ts';

export interface Noted {
  readonly at: number;
  readonly observation: Observation;
}

const MINUTE = 60_000;
const half = (minutes: number, ms: number): number => 0.5 ** (ms / MINUTE / minutes);

/** Integrates in steps of a second; fine where every time in the history is a whole second. */
const STEP = 1_000;

export function batchSignals(history: readonly Noted[], from: number, to: number): Record<Signal, number> {
  const of = <T extends Observation['type']>(type: T) =>
    history.flatMap(({ at, observation }) =>
      observation.type === type ? [{ at, ...(observation as Extract<Observation, { type: T }>) }] : [],
    );
  const outcomes = of('outcomes');
  const e = outcomes.reduce(
    (sum, { at, failed, repeats }) => sum + (failed + 0.7 * repeats) * half(15, to - at),
    0,
  );
  const n = outcomes.reduce((sum, { at, n: calls }) => sum + calls * half(15, to - at), 0);
  let blocked = 0;
  let down = of('down-time').reduce((sum, { at, ms }) => sum + (ms / MINUTE) * half(120, to - at), 0);
  let scheduled = of('scheduled-time').reduce(
    (sum, { at, ms }) => sum + (ms / MINUTE) * half(120, to - at),
    0,
  );
  const silent = new Map<string, number>();
  // Exact within a step: everything is constant there.
  const gained = (halfMinutes: number, end: number): number =>
    (halfMinutes / Math.LN2) * (1 - half(halfMinutes, STEP)) * half(halfMinutes, to - end);
  for (let at = from; at < to; at += STEP) {
    const past = history.filter((noted) => noted.at <= at);
    for (const { at: when, observation } of past)
      if (observation.type === 'progress' && when === at) silent.set(observation.lane, 0);
    const lanes = lanesOf(past);
    for (const name of silent.keys()) if (!lanes.has(name)) silent.delete(name);
    const waits = waitsOf(past);
    for (const [name, { mode, inFlight }] of lanes) {
      const isHeldUp = mode !== 'working' || [...waits.values()].some(({ lane }) => lane === name);
      const speed = isHeldUp ? 0 : inFlight > 0 ? 0.25 : 1;
      silent.set(name, (silent.get(name) ?? 0) + STEP * speed);
      if (mode === 'down') down += gained(120, at + STEP);
      if (mode !== 'idle' && mode !== 'paused') scheduled += gained(120, at + STEP);
    }
    const late = [...waits.values()].filter(({ since }) => since + 30 * MINUTE <= at).length;
    const tasks = past.reduce(
      (now, { observation }) => (observation.type === 'blocked' ? observation.tasks : now),
      0,
    );
    blocked += (tasks + late) * (1 - half(20, STEP)) * half(20, to - at - STEP);
  }
  for (const { at, observation } of history)
    if (observation.type === 'progress' && at === to) silent.set(observation.lane, 0);
  const last = lanesOf(history);
  const tasks = of('task-ended');
  return {
    error: (e + 0.5) / (n + 10),
    restarts: of('restarts').reduce((sum, { at, n: more }) => sum + more * half(60, to - at), 0),
    silent:
      Math.max(0, ...[...silent].filter(([name]) => last.has(name)).map(([, ms]) => ms)) / (60 * MINUTE),
    blocked,
    uptime: Math.max(0, 1 - down / Math.max(30, scheduled)),
    eval: tasks.reduce((now, { score }) => (score === null ? now : now + (score - now) / 6), 75),
    sla: tasks.reduce(
      (now, { isOnTime }) => (isOnTime === null ? now : now + (Number(isOnTime) - now) / 10),
      0.95,
    ),
  };
}

function lanesOf(history: readonly Noted[]): Map<string, { mode: Mode; inFlight: number }> {
  const lanes = new Map<string, { mode: Mode; inFlight: number }>();
  for (const { observation } of history) {
    if (observation.type === 'gone') lanes.delete(observation.lane);
    if (observation.type !== 'mode' && observation.type !== 'in-flight' && observation.type !== 'progress')
      continue;
    const lane = lanes.get(observation.lane) ?? { mode: 'idle' as const, inFlight: 0 };
    if (observation.type === 'mode') lanes.set(observation.lane, { ...lane, mode: observation.mode });
    else if (observation.type === 'in-flight')
      lanes.set(observation.lane, { ...lane, inFlight: observation.calls });
    else lanes.set(observation.lane, lane);
  }
  return lanes;
}

function waitsOf(history: readonly Noted[]): Map<string, { lane: string; since: number }> {
  const waits = new Map<string, { lane: string; since: number }>();
  for (const { at, observation } of history) {
    if (observation.type === 'wait-began') waits.set(observation.wait, { lane: observation.lane, since: at });
    if (observation.type === 'wait-ended') waits.delete(observation.wait);
    if (observation.type === 'gone')
      for (const [wait, { lane }] of waits) if (lane === observation.lane) waits.delete(wait);
  }
  return waits;
}
