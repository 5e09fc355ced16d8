/** The fleet as the control room sees it: which agents are listed, how each is doing, what waits. */
import { hashEnvelope } from '../core/approvals/hash.ts';
import { byRiskAndAge, riskOf, type RiskOf } from '../core/approvals/risk-of.ts';
import { isAwake } from '../core/approvals/snooze.ts';
import { envelopeOf } from '../core/approvals/envelope.ts';
import { isEnded, pendingApprovals, type Approval, type Fleet, type Run } from '../core/fleet.ts';
import { quarantineOf } from '../core/quarantine.ts';
import type { Ui } from './ui-state.ts';

export type Status =
  | 'waiting'
  | 'running'
  | 'idle'
  | 'starting'
  | 'stopping'
  | 'done'
  | 'stopped'
  | 'failed'
  /** Stopped for good, until a person releases its agent. */
  | 'quarantined';

export function statusOf(fleet: Fleet, run: Run): Status {
  switch (run.phase) {
    case 'requested':
    case 'launching':
      return 'starting';
    case 'stopping':
      return 'stopping';
    case 'refused':
    case 'lost':
      return 'failed';
    case 'exited':
      if (quarantineOf(fleet, run)) return 'quarantined';
      if (run.reason !== '') return 'stopped';
      return run.exit?.code === 0 && !run.exit.signal ? 'done' : 'failed';
    case 'running':
      if (waitingSince(fleet, run.id) !== null) return 'waiting';
      return run.activity === 'idle' ? 'idle' : 'running';
    default:
      return run.phase satisfies never;
  }
}

/** When the oldest open question of a run was asked; null when none is open. */
export function waitingSince(fleet: Fleet, run: string): number | null {
  let since: number | null = null;
  for (const approval of Object.values(fleet.approvals))
    if (
      approval.state === 'pending' &&
      approval.run === run &&
      (since === null || approval.requestedAt < since)
    )
      since = approval.requestedAt;
  return since;
}

export type ListEntry =
  | { readonly type: 'run'; readonly key: string; readonly run: Run; readonly status: Status }
  /** An agent of the project that is not running. */
  | { readonly type: 'agent'; readonly key: string; readonly name: string; readonly description: string };

const agentKey = (name: string): string => `agent:${name}`;

/** What waits for a person first, then what runs, then what ended, then agents that could be started. */
export function listEntries(fleet: Fleet, ui: Pick<Ui, 'panes' | 'filter'>, project: string): ListEntry[] {
  const runs = Object.values(fleet.runs);
  const newest = new Map<string, Run>();
  for (const run of runs) {
    const key = `${run.project}\n${run.agent}`;
    const other = newest.get(key);
    if (!other || other.requestedAt <= run.requestedAt) newest.set(key, run);
  }
  const isListed = (run: Run): boolean =>
    !isEnded(run) || ui.panes.includes(run.id) || newest.get(`${run.project}\n${run.agent}`) === run;
  const entries: ListEntry[] = runs
    .filter(isListed)
    .map((run): ListEntry & { type: 'run' } => ({
      type: 'run',
      key: run.id,
      run,
      status: statusOf(fleet, run),
    }))
    .sort((a, b) => {
      const group = groupOf(a.status) - groupOf(b.status);
      if (group !== 0) return group;
      if (a.status === 'waiting')
        return (waitingSince(fleet, a.run.id) ?? 0) - (waitingSince(fleet, b.run.id) ?? 0);
      return isEnded(a.run)
        ? (b.run.endedAt ?? 0) - (a.run.endedAt ?? 0)
        : a.run.requestedAt - b.run.requestedAt;
    });
  const shown = new Set(runs.filter((run) => run.project === project).map((run) => run.agent));
  for (const agent of fleet.projects[project]?.agents ?? [])
    if (!shown.has(agent.name))
      entries.push({
        type: 'agent',
        key: agentKey(agent.name),
        name: agent.name,
        description: agent.description,
      });
  return entries;
}

function groupOf(status: Status): number {
  if (status === 'waiting') return 0;
  if (status === 'quarantined') return 2;
  return status === 'done' || status === 'failed' || status === 'stopped' ? 3 : 1;
}

/**
 * Open questions, what could do most harm first and then the oldest, without those whose answer is on its way
 * and those somebody has put off.
 */
export function queueItems(fleet: Fleet, answering: readonly string[], now: number): Approval[] {
  return pendingApprovals(fleet)
    .filter((item) => !answering.includes(item.id) && isAwake(item, now))
    .sort(inQueueOrder);
}

/** Open questions that come back by themselves later. */
export const snoozedItems = (fleet: Fleet, now: number): Approval[] =>
  pendingApprovals(fleet).filter((item) => !isAwake(item, now));

export const inQueueOrder = (a: Approval, b: Approval): number =>
  byRiskAndAge(
    { level: riskOfItem(a).level, requestedAt: a.requestedAt },
    { level: riskOfItem(b).level, requestedAt: b.requestedAt },
  ) || (a.id < b.id ? -1 : 1);

const risks = new WeakMap<Approval['subject'], RiskOf>();

/** What it could do, worked out once for each request: a queue is sorted by it on every frame. */
export function riskOfItem(approval: Approval): RiskOf {
  let risk = risks.get(approval.subject);
  if (!risk) {
    risk = riskOf(approval);
    risks.set(approval.subject, risk);
  }
  return risk;
}

const proofs = new WeakMap<Approval, boolean>();

/** Whether what is shown is what the daemon's hash is about: only then can a decision be bound to it. */
export function isProven(approval: Approval): boolean {
  let proof = proofs.get(approval);
  if (proof === undefined) {
    proof = hashEnvelope(envelopeOf(approval)) === approval.hash;
    proofs.set(approval, proof);
  }
  return proof;
}

/** The project of a run that is not the one the room was opened in; empty for that one. */
export const otherProject = (run: Run, fleet: Fleet, project: string): string =>
  run.project === project ? '' : (fleet.projects[run.project]?.name ?? run.project.split('/').at(-1) ?? '');

/** What a run is called: its agent, and its id where one agent runs more than once. */
export function runName(fleet: Fleet, run: Run): string {
  const name = run.agent || run.command[0]?.split('/').at(-1) || run.id;
  const twins = Object.values(fleet.runs).filter((other) => other.agent === run.agent && !isEnded(other));
  return twins.length > 1 ? `${name} ${run.id.slice(0, 6)}` : name;
}

/** Members of an input that say what the call does, in the order they are looked for. */
const TELLING = ['command', 'file_path', 'path', 'url', 'pattern', 'query', 'prompt', 'description'];

/** A call in a few words, for lists; never enough to approve it by. */
function callSummary(input: Readonly<Record<string, unknown>>): string {
  for (const member of TELLING) {
    const value = input[member];
    if (typeof value === 'string' && value !== '') return value;
  }
  const text = JSON.stringify(input);
  return text === '{}' ? '' : text;
}

/** What a request is about, in a few words. */
export function itemSummary({ subject }: Approval): string {
  switch (subject.type) {
    case 'scope':
      return `${subject.scope}: ${subject.reason}`;
    case 'host':
      return `${subject.host}:${subject.port}`;
    case 'tool-call':
      return callSummary(subject.call.input);
    default:
      return subject satisfies never;
  }
}

const isRefused = (fleet: Fleet, approval: string | null): boolean => {
  const state = approval === null ? undefined : fleet.approvals[approval]?.state;
  return state === 'rejected' || state === 'expired' || state === 'cancelled';
};

/** What a run does now, in a few words. */
export function doingOf(fleet: Fleet, run: Run, status: Status): string {
  switch (status) {
    case 'starting':
      return 'starting';
    case 'stopping':
      return run.reason === '' ? 'stopping' : `stopping: ${run.reason}`;
    case 'failed':
      if (run.phase === 'exited')
        return run.exit?.signal ? `ended by signal ${run.exit.signal}` : `exit ${run.exit?.code ?? '?'}`;
      return run.reason || run.phase;
    case 'quarantined':
      return `in quarantine: ${quarantineOf(fleet, run)?.reason ?? ''}`;
    case 'stopped':
      return `stopped: ${run.reason}`;
    case 'done':
      return run.task === '' ? 'done' : `done: ${run.task}`;
    case 'waiting':
    case 'running':
    case 'idle': {
      const calls = Object.values(fleet.openCalls[run.session ?? ''] ?? {});
      const call = calls.findLast((each) => each.verdict !== 'deny' && !isRefused(fleet, each.approval));
      if (call) return `${call.call.tool} ${callSummary(call.call.input)}`;
      if (status === 'idle') return run.task === '' ? 'idle' : `idle: ${run.task}`;
      if (run.task !== '') return run.task;
      // Its hooks tell what it does; before the first one nobody knows.
      if (run.protection === 'gated' && run.activity === 'unknown') return 'nothing heard from it yet';
      return run.command.join(' ');
    }
    default:
      return status satisfies never;
  }
}
