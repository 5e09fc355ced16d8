/** Which events a signal is made of, and how far back they count. */
import type { FleetEvent } from '../../../core/event.ts';
import type { Signal } from '../../../core/risk/signal.ts';
import type { Stretch } from '../../page.ts';

type Kind = FleetEvent['type'];

const CALLS: readonly Kind[] = ['tool-judged', 'tool-finished'];
const SESSIONS: readonly Kind[] = [
  'session-launching',
  'session-started',
  'session-exited',
  'session-lost',
  'restart-requested',
  'stop-requested',
];
const WAITS: readonly Kind[] = ['approval-requested', 'approval-decided', 'approval-closed'];
const TASKS: readonly Kind[] = ['run-requested', 'session-exited', 'activity-changed'];

const KINDS: Readonly<Record<Signal, readonly Kind[]>> = {
  error: CALLS,
  restarts: SESSIONS,
  silent: [...CALLS, ...WAITS, 'activity-changed', 'run-requested', 'session-exited'],
  blocked: [...WAITS, 'activity-changed'],
  uptime: SESSIONS,
  eval: TASKS,
  sla: TASKS,
};

/** Whatever a figure is made of, what was done about it belongs beside it. */
const ALWAYS: readonly Kind[] = [
  'alarm-raised',
  'agent-quarantined',
  'agent-released',
  'agent-held',
  'agent-let-go',
  'risk-level-changed',
];

export const isBehind = (signal: Signal | null, type: Kind): boolean =>
  signal === null || KINDS[signal].includes(type) || ALWAYS.includes(type);

const HOUR_MS = 3_600_000;

/** Four half-lives of a signal, after which an event counts a sixteenth; of tasks, the last days. */
const REACH_MS: Readonly<Record<Signal, number>> = {
  error: HOUR_MS,
  restarts: 4 * HOUR_MS,
  silent: 4 * HOUR_MS,
  blocked: 2 * HOUR_MS,
  uptime: 8 * HOUR_MS,
  eval: 7 * 24 * HOUR_MS,
  sla: 7 * 24 * HOUR_MS,
};

export const signalStretch = (signal: Signal, now: number): Stretch => ({
  from: now - REACH_MS[signal],
  until: now,
});
