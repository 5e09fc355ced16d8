/** (fleet after the event, event) → what has to be done now. */
import type { Effect } from './effect.ts';
import type { FleetEvent } from './event.ts';
import type { Fleet } from './fleet.ts';
import { quarantineOf } from './quarantine.ts';

export function react(fleet: Fleet, event: FleetEvent): readonly Effect[] {
  switch (event.type) {
    case 'run-requested':
      return [{ type: 'prepare-workspace', run: event.run }];
    case 'session-launching':
      return [{ type: 'launch-session', run: event.run, session: event.session }];
    case 'stop-requested': {
      const run = fleet.runs[event.run];
      const isUrgent = run !== undefined && quarantineOf(fleet, run) !== undefined;
      return [{ type: 'stop-session', run: event.run, session: event.session, isUrgent }];
    }
    case 'restart-requested': {
      const run = fleet.runs[event.run];
      return run && run.phase !== 'running' && run.phase !== 'stopping'
        ? [{ type: 'prepare-workspace', run: event.run }]
        : [];
    }
    case 'session-exited':
    case 'session-lost': {
      const effects: Effect[] = [{ type: 'retire-session', session: event.session }];
      if (fleet.runs[event.run]?.restartsWhenEnded)
        effects.push({ type: 'prepare-workspace', run: event.run });
      return effects;
    }
    // Whoever waits is looked at anew: what refused or asked may not do so any more, and the other way round.
    case 'scope-granted':
    case 'scope-revoked':
      return [{ type: 'judge-again', session: event.session }];
    case 'project-configured':
    case 'policy-configured':
    case 'tier-set':
      return [{ type: 'judge-again', session: null }];
    case 'call-held':
    case 'tool-judged':
    case 'approval-requested':
      return [{ type: 'answer-hooks', session: event.session }];
    case 'approval-decided':
    case 'approval-closed':
      // Calls that waited for a scope are judged with what was said of it.
      return fleet.approvals[event.approval]?.subject.type === 'scope'
        ? [{ type: 'judge-again', session: event.session }]
        : [{ type: 'answer-hooks', session: event.session }];
    case 'agent-quarantined':
      return [
        { type: 'keep-evidence', quarantine: event.quarantine, project: event.project, agent: event.agent },
      ];
    case 'agent-held':
    case 'agent-let-go':
    case 'agent-released':
      return [{ type: 'judge-again', session: null }];
    case 'budget-warning':
    case 'budget-exceeded':
    case 'budget-reset':
    case 'risk-level-changed':
    case 'insight-raised':
    case 'daemon-started':
    case 'daemon-stopped':
    case 'subagent-began':
    case 'subagent-expected':
    case 'subagent-ended':
    case 'run-refused':
    case 'worktree-added':
    case 'worktree-removed':
    case 'session-started':
    case 'session-recovered':
    case 'activity-changed':
    case 'gate-proven':
    case 'rule-added':
    case 'rule-removed':
    case 'grant-added':
    case 'grant-revoked':
    case 'grant-used':
    case 'approval-voted':
    case 'approval-undone':
    case 'approval-snoozed':
    case 'approval-reminded':
    case 'verdict-dispatched':
    case 'tool-finished':
    case 'text-sent':
    case 'alarm-raised':
    case 'network-attempt':
    case 'host-allowed':
    case 'model-requested':
      return [];
    default:
      return event satisfies never;
  }
}
