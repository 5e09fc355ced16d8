/** When something on screen will next say something else because time has passed. */
import { queueItems, snoozedItems } from './fleet-view.ts';
import { untilRiskIsAsked } from './reduce-risk.ts';
import { entriesOf } from './step.ts';
import { untilAgeChanges } from './text.ts';
import type { Context } from './ui-input.ts';
import type { Ui } from './ui-state.ts';

/** Nothing that counts is later than this; a tick an hour costs nothing. */
const TICK_MAX_MS = 3_600_000;

/** Ages of a dozen agents change at a dozen moments of each second; they are shown together. */
const AGES_MS = 1_000;

/** Milliseconds until the next tick is worth its while. */
export function untilTick(ui: Ui, context: Context): number {
  const { now, fleet } = context;
  const moments: number[] = [TICK_MAX_MS];
  const age = (since: number): void => void moments.push(Math.max(AGES_MS, untilAgeChanges(now - since)));
  for (const entry of entriesOf(ui, context))
    if (entry.type === 'run') age(entry.run.endedAt ?? entry.run.startedAt ?? entry.run.requestedAt);
  for (const id of ui.panes) {
    const run = fleet.runs[id];
    if (run) age(run.endedAt ?? run.startedAt ?? run.requestedAt);
  }
  for (const item of queueItems(fleet, ui.queue.answering, now)) {
    age(item.requestedAt);
    // What is left counts down: it changes just after a whole unit.
    const left = item.expiresAt - now;
    if (left > 0) moments.push(left % (left < 60_000 ? 1_000 : 60_000) || 1_000);
  }
  for (const { snoozedUntil } of snoozedItems(fleet, now)) moments.push(snoozedUntil! - now);
  moments.push(untilRiskIsAsked(ui, now));
  if (ui.notice) moments.push(ui.notice.until - now);
  if (ui.queue.closesAt !== null) moments.push(ui.queue.closesAt - now);
  if (ui.queue.inertUntil > now) moments.push(ui.queue.inertUntil - now);
  return Math.max(20, Math.min(...moments));
}
