/** The part of the fold that says what runs may do: files, tiers, scopes, and who works for whom. */
import type { FleetEvent, Recorded } from '../event.ts';
import { isEnded, type Fleet, type ScopeWord } from '../fleet.ts';
import type { Scope } from '../policy/verdict.ts';

type Event<Type extends FleetEvent['type']> = Extract<FleetEvent, { type: Type }>;
type By = Pick<Recorded, 'actor' | 'at'>;

export function applyPermissions(
  fleet: Fleet,
  event: Event<'project-configured' | 'policy-configured' | 'tier-set' | 'scope-granted' | 'scope-revoked'>,
  { actor: by, at }: By,
): Fleet {
  switch (event.type) {
    case 'project-configured':
      return configureProject(fleet, event);
    case 'policy-configured': {
      const { type: _, ...policy } = event;
      return { ...fleet, policy };
    }
    case 'tier-set': {
      const { project, agent, tier, isRaise, reason } = event;
      const { [agent]: _, ...others } = fleet.tiers[project] ?? {};
      const set = tier === null ? {} : { [agent]: { tier, isRaise, by, at, reason } };
      return { ...fleet, tiers: { ...fleet.tiers, [project]: { ...others, ...set } } };
    }
    case 'scope-granted': {
      const granted = withScope(fleet, event, { grants: { by, at, reason: event.reason } });
      const request = fleet.approvals[event.approval ?? ''];
      if (!request) return granted;
      // The yes has done all it was for.
      const approvals = { ...granted.approvals, [request.id]: { ...request, state: 'executed' } as const };
      return { ...granted, approvals };
    }
    case 'scope-revoked': {
      const revoked = withScope(fleet, event, { refusedScopes: { by, at, reason: event.reason } });
      const run = revoked.runs[event.run];
      if (event.scope !== 'network' || !run) return revoked;
      // Who takes the network away takes every host of it.
      return { ...revoked, runs: { ...revoked.runs, [run.id]: { ...run, hosts: [] } } };
    }
    default:
      return event satisfies never;
  }
}

/** A no to a scope's request holds for the run; any other decision leaves its scopes as they are. */
export function afterScopeRefused(
  fleet: Fleet,
  event: Event<'approval-decided'>,
  { actor: by, at }: By,
): Fleet {
  const subject = fleet.approvals[event.approval]?.subject;
  if (subject?.type !== 'scope' || event.verdict !== 'rejected') return fleet;
  const refusedScopes = { by, at, reason: event.message };
  return withScope(fleet, { run: event.run, scope: subject.scope }, { refusedScopes });
}

/** What a run's tree shows; one that ended long ago makes room. */
const SUBAGENTS_MAX = 100;

export function applySubagents(
  fleet: Fleet,
  event: Event<'subagent-began' | 'subagent-ended' | 'subagent-expected'>,
  at: number,
): Fleet {
  const run = fleet.runs[event.run];
  if (!run) return fleet;
  const changed = (change: Partial<typeof run>): Fleet => ({
    ...fleet,
    runs: { ...fleet.runs, [run.id]: { ...run, ...change } },
  });
  if (event.type === 'subagent-expected') {
    const { call, kind, under } = event;
    const expected = [...run.expectedSubagents, { call, kind, under, at }];
    return changed({ expectedSubagents: expected.slice(-SUBAGENTS_MAX) });
  }
  const { subagent: id, kind, under = [], by = null } = event;
  if (event.type === 'subagent-ended')
    return changed({
      subagents: run.subagents.map((known) => (known.id === id ? { ...known, endedAt: at } : known)),
    });
  const others = run.subagents.filter((known) => known.id !== id);
  const now = changed({
    subagents: [...others, { id, kind, under, beganAt: at, endedAt: null }].slice(-SUBAGENTS_MAX),
    expectedSubagents: run.expectedSubagents.filter(({ call }) => call !== by),
  });
  const calls = fleet.openCalls[event.session] ?? {};
  const starting = by === null ? undefined : calls[by];
  if (!starting) return now;
  const begun = { ...calls, [starting.call.id]: { ...starting, hasBegun: true } };
  return { ...now, openCalls: { ...now.openCalls, [event.session]: begun } };
}

/** An agent whose file is gone while it runs is still bound by what its file said. */
function configureProject(fleet: Fleet, event: Event<'project-configured'>): Fleet {
  const { root, name, defaults, backend, agents } = event;
  const known = fleet.projects[root];
  const running = Object.values(fleet.runs).filter((run) => run.project === root && !isEnded(run));
  const former = [...(known?.agents ?? []), ...(known?.former ?? [])].filter(
    (agent) =>
      running.some((run) => run.agent === agent.name) && !agents.some((now) => now.name === agent.name),
  );
  const project = {
    root,
    name,
    ...(defaults ? { defaults } : {}),
    ...(backend ? { backend } : {}),
    agents,
    ...(former.length > 0 ? { former } : {}),
  };
  return { ...fleet, projects: { ...fleet.projects, [root]: project } };
}

/** A scope is granted or refused, never both: the last word holds. */
function withScope(
  fleet: Fleet,
  { run: id, scope }: { readonly run: string; readonly scope: Scope },
  change: { readonly grants?: ScopeWord; readonly refusedScopes?: ScopeWord },
): Fleet {
  const run = fleet.runs[id];
  if (!run) return fleet;
  const { [scope]: _granted, ...grants } = run.grants;
  const { [scope]: _refused, ...refusedScopes } = run.refusedScopes;
  const changed = {
    ...run,
    grants: change.grants ? { ...grants, [scope]: change.grants } : grants,
    refusedScopes: change.refusedScopes ? { ...refusedScopes, [scope]: change.refusedScopes } : refusedScopes,
  };
  return { ...fleet, runs: { ...fleet.runs, [id]: changed } };
}
