/** Agents in the order the heatmap and the insights show them: by department, the riskiest first. */
import { holdsOf, quarantineOf } from '../core/quarantine.ts';
import type { Fleet } from '../core/fleet.ts';
import { agentKey } from '../core/risk/observe.ts';
import { LEVELS, type Level } from '../core/risk/level.ts';
import type { Signal } from '../core/risk/signal.ts';
import type { AgentAssessment } from '../wire/daemon-protocol.ts';
import type { Page, Sort } from './page.ts';
import { signalAt } from './signal-words.ts';
import { harmless, span, type Role, type Span } from './text.ts';
import type { Context } from './ui-input.ts';
import type { Ui } from './ui-state.ts';

export interface RiskAgent {
  readonly type: 'agent';
  readonly key: string;
  readonly name: string;
  readonly assessed: AgentAssessment;
}

export type RiskRow = RiskAgent | { readonly type: 'heading'; readonly name: string };

const keyOfAgent = ({ project, agent }: { readonly project: string; readonly agent: string }): string =>
  agentKey(project, agent);

/** Headings and agents; without departments agents alone. */
export function riskRows(ui: Ui, context: Context): readonly RiskRow[] {
  const { sort, signal } = orderOf(ui.page);
  const groups = new Map<string, RiskAgent[]>();
  for (const assessed of ui.risk.agents) {
    const department = groupOf(assessed, context);
    // Insights are one list, the worst of the whole fleet first.
    const group = ui.page.type === 'insights' ? '' : department;
    const name = harmless(assessed.agent || 'commands');
    if (!isMatching(ui.filter, `${name} ${department}`)) continue;
    const row: RiskAgent = { type: 'agent', key: keyOfAgent(assessed), name, assessed };
    const rows = groups.get(group);
    if (rows) rows.push(row);
    else groups.set(group, [row]);
  }
  const before = (a: RiskAgent, b: RiskAgent): number => {
    // One that was put in quarantine by hand is critical whatever its figures say.
    const level = LEVELS.indexOf(b.assessed.level) - LEVELS.indexOf(a.assessed.level);
    const risk = level || b.assessed.probability - a.assessed.probability;
    const name = a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
    switch (sort) {
      case 'risk':
        return risk || name;
      case 'name':
        return name || risk;
      case 'signal':
        return reachOf(b.assessed, signal) - reachOf(a.assessed, signal) || risk || name;
      default:
        return sort satisfies never;
    }
  };
  const sorted = [...groups].map(([name, rows]) => ({ name, rows: rows.sort(before) }));
  if (sort === 'name') sorted.sort((a, b) => (a.name < b.name ? -1 : 1));
  // A department stands where its first agent would.
  else sorted.sort((a, b) => before(a.rows[0]!, b.rows[0]!));
  if (sorted.length === 1 && sorted[0]!.name === '') return sorted[0]!.rows;
  return sorted.flatMap(({ name, rows }) => [
    { type: 'heading' as const, name: name === '' ? 'no department' : name },
    ...rows,
  ]);
}

export const agentsIn = (rows: readonly RiskRow[]): RiskAgent[] => rows.filter((row) => row.type === 'agent');

/** The agent under the cursor of a page of risk; the first when that is gone. */
export function riskAgentAt(ui: Ui, context: Context): RiskAgent | undefined {
  const { page } = ui;
  if (page.type !== 'heatmap' && page.type !== 'insights') return undefined;
  const agents = agentsIn(riskRows(ui, context));
  return agents.find(({ key }) => key === page.agent) ?? agents[0];
}

function orderOf(page: Page): { readonly sort: Sort; readonly signal: Signal } {
  if (page.type === 'heatmap') return { sort: page.sort, signal: signalAt(page.column) };
  return { sort: 'risk', signal: 'error' };
}

function groupOf({ project, agent }: AgentAssessment, { fleet, setting }: Context): string {
  const known = fleet.projects[project];
  const department = harmless(known?.agents.find(({ name }) => name === agent)?.department ?? '');
  if (project === setting.project) return department;
  const other = harmless(known?.name ?? project.split('/').at(-1) ?? '');
  return department === '' ? other : `${other} · ${department}`;
}

function isMatching(filter: string, text: string): boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => text.toLowerCase().includes(word));
}

export const reachOf = ({ contributions }: AgentAssessment, signal: Signal): number =>
  contributions.find((each) => each.signal === signal)?.reach ?? 0;

export const pushOf = ({ contributions }: AgentAssessment, signal: Signal): number =>
  contributions.find((each) => each.signal === signal)?.push ?? 0;

const LEVEL_ROLES: Readonly<Record<Level, Role>> = {
  low: 'dim',
  medium: 'plain',
  high: 'waiting',
  critical: 'danger',
};

export const roleOfLevel = (level: Level): Role => LEVEL_ROLES[level];

/** In quarantine, held by a tripwire, or neither. */
export function stateMark(fleet: Fleet, assessed: AgentAssessment): Span {
  if (quarantineOf(fleet, assessed)) return span('■', 'danger');
  return holdsOf(fleet, assessed).length > 0 ? span('!', 'danger') : span(' ');
}

export const IN_QUARANTINE = 'in quarantine';

/** What else is to be known of an agent's figures, in a few words each. */
export function badgesOf(fleet: Fleet, assessed: AgentAssessment): string[] {
  const hold = holdsOf(fleet, assessed)[0];
  return [
    ...(quarantineOf(fleet, assessed) ? [IN_QUARANTINE] : []),
    ...(hold ? [`held: ${hold.tripwire}`] : []),
    ...(assessed.isWarmingUp ? ['warming up'] : []),
    ...(assessed.isOnProbation ? ['on probation'] : []),
    ...assessed.insights.map((insight) => insight.replaceAll('-', ' ')),
  ];
}

/** A probability is never 1, whatever rounding says. */
export const figureOf = (probability: number): string => Math.min(0.99, probability).toFixed(2);

/** `0.91↑`: where it was twenty minutes ago. A twentieth is no change. */
const CHANGE = 0.05;

export function trendOf({ probability, before }: AgentAssessment): string {
  if (before === null || Math.abs(probability - before) < CHANGE) return ' ';
  return probability > before ? '↑' : '↓';
}
