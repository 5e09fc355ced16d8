/** What the control room shows instead of the room: a page over everything but header and key bar. */
import type { Recorded } from '../core/event.ts';
import type { Span } from '../core/risk/history.ts';
import type { Signal } from '../core/risk/signal.ts';
import type { AgentAssessment, AskValue } from '../wire/daemon-protocol.ts';

export const HEAT_VIEWS = ['signals', '6h', '24h', '7d'] as const satisfies readonly ('signals' | Span)[];
export type HeatView = (typeof HEAT_VIEWS)[number];

export const SORTS = ['risk', 'name', 'signal'] as const;
export type Sort = (typeof SORTS)[number];

/** Where the cursor is among the agents; the two pages of risk hand it to each other. */
export interface RiskCursor {
  /** Key of an agent; null: the first row. */
  readonly agent: string | null;
  /** Index among the signals. */
  readonly column: number;
}

export interface HeatmapPage extends RiskCursor {
  readonly type: 'heatmap';
  readonly view: HeatView;
  readonly sort: Sort;
  /** Index among the stretches of time, the latest last. */
  readonly moment: number;
}

export interface InsightsPage extends RiskCursor {
  readonly type: 'insights';
}

export interface RoomPage {
  readonly type: 'room';
}

/** Wall clock, milliseconds. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
}

/** The events behind a cell. */
export interface EventsPage {
  readonly type: 'events';
  readonly project: string;
  readonly agent: string;
  /** null: everything of that time. */
  readonly signal: Signal | null;
  readonly stretch: Stretch;
  /** null: not come yet. */
  readonly events: readonly Recorded[] | null;
  readonly top: number;
  readonly back: HeatmapPage | InsightsPage;
}

/** What an agent in quarantine showed and did last; releasing it is offered at the end. */
export interface QuarantinePage {
  readonly type: 'quarantine';
  readonly project: string;
  readonly agent: string;
  readonly detail: AskValue['quarantine-detail'] | null;
  readonly top: number;
  /** Lines from the beginning that have been on screen. */
  readonly seen: number;
  readonly back: RoomPage | HeatmapPage | InsightsPage;
}

export type Page = RoomPage | HeatmapPage | InsightsPage | EventsPage | QuarantinePage;

export interface Risk {
  readonly agents: readonly AgentAssessment[];
  /** Wall clock, milliseconds; 0: never. */
  readonly askedAt: number;
  readonly isKnown: boolean;
  /** Why the last answer did not come; empty when it did. */
  readonly problem: string;
}

export const NO_RISK: Risk = { agents: [], askedAt: 0, isKnown: false, problem: '' };
