/**
 * Run-time budgets: how long the sessions of an agent have run, all together, by the log alone. What restarts in
 * between (agent, holder, daemon, machine) makes no difference: a session runs from its start to its end.
 */
import type { Recorded } from './event.ts';
import { agentKey } from './risk/observe.ts';

/** A person should hear of it while something can still be brought to an end. */
const WARNING_SHARE = 0.8;

/** Ended runs whose agent is remembered: one can be started again. */
const RUNS_MAX = 1_000;
const FORGOTTEN_AT_ONCE = 100;

interface AgentUse {
  /** Of sessions that have ended, since the last reset. */
  readonly endedMs: number;
  /** When each running session started, or when the budget was reset under it. */
  readonly running: Readonly<Record<string, number>>;
  /** Sessions that ran since the last reset. */
  readonly sessions: number;
}

export interface BudgetState {
  readonly agents: Readonly<Record<string, AgentUse>>;
  /** Which agent a run is of. */
  readonly agentOfRun: Readonly<Record<string, string>>;
  /** Latest wall clock of any event: a clock set back takes no time back. */
  readonly at: number;
}

export interface BudgetUse {
  readonly usedSeconds: number;
  /** Sessions behind it. */
  readonly runs: number;
  /** null: no budget is set. */
  readonly budgetSeconds: number | null;
  /** Of the budget; null without one. */
  readonly share: number | null;
  readonly state: 'within' | 'warning' | 'exceeded';
  /** Wall clock at which it will be used up if what runs goes on; null: never, or it already is. */
  readonly exceededAt: number | null;
}

export const NO_BUDGETS: BudgetState = { agents: {}, agentOfRun: {}, at: 0 };

const UNUSED: AgentUse = { endedMs: 0, running: {}, sessions: 0 };

/** Agents are kept by `agentKey` of their project and name. */
export function applyToBudgets(state: BudgetState, recorded: Recorded): BudgetState {
  const { event } = recorded;
  const at = Math.max(state.at, recorded.at);
  const now = { ...state, at };
  switch (event.type) {
    case 'run-requested':
      return {
        ...now,
        agentOfRun: { ...withoutOldest(state), [event.run]: agentKey(event.project, event.agent) },
      };
    case 'session-started':
      return started(now, event.run, event.session, at);
    case 'session-recovered':
      return started(now, event.run, event.session, Math.min(at, event.startedAt));
    case 'session-exited':
      return ended(now, event.run, event.session, Math.min(at, event.exitedAt));
    case 'session-lost':
      // When it ended nobody knows; that it was gone is known now.
      return ended(now, event.run, event.session, at);
    default:
      return now;
  }
}

/** A person gives the agent its whole budget again; what runs goes on, counted from here. */
export function resetBudget(state: BudgetState, agent: string, at: number): BudgetState {
  const now = Math.max(state.at, at);
  const running = Object.keys(state.agents[agent]?.running ?? {});
  const use: AgentUse = {
    endedMs: 0,
    running: Object.fromEntries(running.map((session) => [session, now])),
    sessions: running.length,
  };
  return { ...state, at: now, agents: { ...state.agents, [agent]: use } };
}

/** What an agent has used at a moment. `budgetSeconds`: null when it has none. */
export function budgetUse(
  state: BudgetState,
  agent: string,
  given: { readonly at: number; readonly budgetSeconds: number | null },
): BudgetUse {
  const { budgetSeconds } = given;
  const at = Math.max(state.at, given.at);
  const { endedMs, running, sessions } = state.agents[agent] ?? UNUSED;
  const starts = Object.values(running);
  const usedMs = starts.reduce((sum, since) => sum + Math.max(0, at - since), endedMs);
  const share = budgetSeconds === null ? null : usedMs / 1_000 / Math.max(1, budgetSeconds);
  const leftMs = budgetSeconds === null ? null : budgetSeconds * 1_000 - usedMs;
  return {
    usedSeconds: Math.floor(usedMs / 1_000),
    runs: sessions,
    budgetSeconds,
    share,
    state: share === null || share < WARNING_SHARE ? 'within' : share < 1 ? 'warning' : 'exceeded',
    // Two sessions at once use two seconds a second.
    exceededAt:
      leftMs === null || leftMs <= 0 || starts.length === 0 ? null : at + Math.ceil(leftMs / starts.length),
  };
}

/** Makes room for another run: the oldest that have no session go, by the hundred. */
function withoutOldest({ agentOfRun, agents }: BudgetState): BudgetState['agentOfRun'] {
  const runs = Object.keys(agentOfRun);
  if (runs.length < RUNS_MAX) return agentOfRun;
  const running = new Set(
    Object.values(agents).flatMap((use) =>
      Object.keys(use.running).map((session) => session.slice(0, session.lastIndexOf('-'))),
    ),
  );
  const kept = runs.filter((run, index) => index >= FORGOTTEN_AT_ONCE || running.has(run));
  return Object.fromEntries(kept.map((run) => [run, agentOfRun[run]!]));
}

function started(state: BudgetState, run: string, session: string, at: number): BudgetState {
  const agent = state.agentOfRun[run];
  if (agent === undefined) return state;
  const use = state.agents[agent] ?? UNUSED;
  // Adopted again after a restart of ours: it has been running all along.
  if (use.running[session] !== undefined) return state;
  return withUse(state, agent, {
    ...use,
    running: { ...use.running, [session]: at },
    sessions: use.sessions + 1,
  });
}

function ended(state: BudgetState, run: string, session: string, at: number): BudgetState {
  const agent = state.agentOfRun[run];
  const use = agent === undefined ? undefined : state.agents[agent];
  const since = use?.running[session];
  if (agent === undefined || use === undefined || since === undefined) return state;
  const { [session]: _ended, ...running } = use.running;
  return withUse(state, agent, { ...use, running, endedMs: use.endedMs + Math.max(0, at - since) });
}

const withUse = (state: BudgetState, agent: string, use: AgentUse): BudgetState => ({
  ...state,
  agents: { ...state.agents, [agent]: use },
});
