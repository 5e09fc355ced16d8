/** What becomes of agents that use their run-time up: a word at four fifths, then the end, until a person resets it. */
import { budgetUse, resetBudget, type BudgetUse } from './budget.ts';
import { happened, refused, type Decision } from './decision.ts';
import type { FleetEvent } from './event.ts';
import type { Fleet } from './fleet.ts';
import type { Input, Moment } from './input.ts';
import { agentKey } from './risk/observe.ts';

interface AgentName {
  readonly project: string;
  readonly agent: string;
}

/** What an agent has used of its budget. */
export function useOf(fleet: Fleet, { project, agent }: AgentName, at: number): BudgetUse {
  const definition = fleet.projects[project]?.agents.find(({ name }) => name === agent);
  return budgetUse(fleet.budgets, agentKey(project, agent), {
    at,
    budgetSeconds: definition?.budgetSeconds ?? null,
  });
}

/** Said once each, and every session of an agent that has none left ends. */
export function enforceBudgets(fleet: Fleet, at: number): FleetEvent[] {
  const events: FleetEvent[] = [];
  const told = new Set<string>();
  for (const { id, project, agent, phase, session } of Object.values(fleet.runs)) {
    if (phase !== 'running') continue;
    const use = useOf(fleet, { project, agent }, at);
    if (use.state === 'within' || use.budgetSeconds === null) continue;
    const key = agentKey(project, agent);
    if (!told.has(key) && fleet.budgetMarks[key] !== use.state) {
      const { usedSeconds, budgetSeconds } = use;
      const type = use.state === 'warning' ? 'budget-warning' : 'budget-exceeded';
      events.push({ type, project, agent, usedSeconds: Math.floor(usedSeconds), budgetSeconds });
      told.add(key);
    }
    if (use.state === 'exceeded')
      events.push({ type: 'stop-requested', run: id, session: session!, reason: 'its budget is used' });
  }
  return events;
}

/** Why an agent may not start for want of time; null when it may. */
export function budgetRefusal(fleet: Fleet, agent: AgentName, at: number): Decision | null {
  const use = useOf(fleet, agent, at);
  return use.state === 'exceeded'
    ? refused(
        'BUDGET',
        `${agent.agent} has used its ${use.budgetSeconds} seconds of run time; raise budget_seconds, or give it all of them again: fleet budget reset ${agent.agent} -m REASON`,
      )
    : null;
}

export function decideReset(
  fleet: Fleet,
  input: Extract<Input, { type: 'reset-budget' }>,
  { at, actor }: Moment,
): Decision {
  const { project, agent, reason } = input;
  if (!actor.startsWith('person:'))
    return refused('NOT_A_PERSON', `only a person resets the budget of ${agent}`);
  const use = useOf(fleet, input, at);
  if (use.budgetSeconds === null)
    return refused('NO_BUDGET', `${agent} has no budget in this project; set budget_seconds in its file`);
  if (reason.trim() === '') return refused('NO_REASON', 'say why: -m TEXT; it stays in the log');
  return happened({ type: 'budget-reset', project, agent, usedSeconds: Math.floor(use.usedSeconds), reason });
}

/** The fold of the events about budgets. */
export function applyBudgetEvent(
  fleet: Fleet,
  event: Extract<FleetEvent, { type: 'budget-warning' | 'budget-exceeded' | 'budget-reset' }>,
  at: number,
): Fleet {
  const key = agentKey(event.project, event.agent);
  const { [key]: _, ...others } = fleet.budgetMarks;
  switch (event.type) {
    case 'budget-warning':
      return { ...fleet, budgetMarks: { ...others, [key]: 'warning' } };
    case 'budget-exceeded':
      return { ...fleet, budgetMarks: { ...others, [key]: 'exceeded' } };
    case 'budget-reset':
      return { ...fleet, budgetMarks: others, budgets: resetBudget(fleet.budgets, key, at) };
    default:
      return event satisfies never;
  }
}
