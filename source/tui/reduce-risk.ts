/** When the daemon is asked how agents stand, and what came back. */
import { step, type Step } from './step.ts';
import type { Context, UiInput } from './ui-input.ts';
import type { Ui } from './ui-state.ts';

/** Somebody looks at it. */
const LOOKED_AT_MS = 5_000;
/** The figure in the list: the brain itself looks once a minute. */
const GLANCED_AT_MS = 60_000;

export function untilRiskIsAsked({ daemon, page, risk }: Ui, now: number): number {
  if (daemon.state !== 'connected') return Infinity;
  const gap = page.type === 'heatmap' || page.type === 'insights' ? LOOKED_AT_MS : GLANCED_AT_MS;
  return risk.askedAt + gap - now;
}

export function askRisk(ui: Ui, { now }: Context): Step {
  if (untilRiskIsAsked(ui, now) > 0) return step(ui);
  return step({ ...ui, risk: { ...ui.risk, askedAt: now } }, { type: 'risk' });
}

/** What was known stays in sight when nothing newer could be had. */
export function onRisk(ui: Ui, { agents, problem }: UiInput & { type: 'risk' }): Ui {
  const risk = agents === null ? { ...ui.risk, problem } : { ...ui.risk, agents, isKnown: true, problem: '' };
  return { ...ui, risk };
}
