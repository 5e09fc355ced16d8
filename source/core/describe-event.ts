/** An event as a sentence. */
import { heldBy } from './approvals/grants.ts';
import { shownAs } from './approvals/subject.ts';
import type { Recorded } from './event.ts';

export function describeEvent({ event, agent }: Recorded): string {
  const who = agent ?? '';
  switch (event.type) {
    case 'daemon-started': {
      const { version, process: daemon } = event;
      return `daemon started (version ${version}, pid ${daemon.pid})`;
    }
    case 'daemon-stopped':
      return 'daemon stopped';
    case 'project-configured':
      return `project ${event.name} configured: ${event.agents.map(({ name }) => name).join(', ')}`;
    case 'policy-configured':
      return `what holds for every project: ${event.tier} (${event.tierSource}), ${event.rules.length} rules`;
    case 'tier-set':
      return event.tier === null
        ? `the tier of ${event.agent} is what its file says again`
        : `${event.agent} ${event.isRaise ? 'raised' : 'set'} to ${event.tier}${because(event.reason)}`;
    case 'run-requested':
      return `run ${event.run} of ${event.agent} requested: ${event.task || event.command.join(' ')}`;
    case 'run-refused':
      return `run ${event.run} of ${who} could not start: ${event.reason}`;
    case 'restart-requested':
      return `run ${event.run} of ${who} to be restarted`;
    case 'worktree-added':
      return `worktree of run ${event.run} added: ${event.path} on ${event.branch}`;
    case 'worktree-removed':
      return `worktree of run ${event.run} removed${event.isForced ? ' by force' : ''}: ${event.path}`;
    case 'session-launching':
      return `session ${event.session} of ${who} launching in ${event.cwd}`;
    case 'session-started':
      return `session ${event.session} of ${who} started (pid ${event.child.pid})`;
    case 'session-recovered':
      return `session ${event.session} found running without a record`;
    case 'session-exited':
      return `session ${event.session} of ${who} ended with ${event.signal ? `signal ${event.signal}` : `code ${event.code}`}`;
    case 'session-lost':
      return `session ${event.session} of ${who} lost: ${event.reason}`;
    case 'stop-requested':
      return `stop of run ${event.run} requested: ${event.reason}`;
    case 'activity-changed':
      return `${who} is ${event.activity}`;
    case 'gate-proven':
      return `the gate of ${who} is in force`;
    case 'tool-judged':
      return `${who} ${event.call.tool}: ${event.verdict} (${event.reason})`;
    case 'call-held':
      return `${who} ${event.call.tool} waits for the scope ${event.scope} (${event.approval}): ${event.reason}`;
    case 'scope-granted':
      return `scope ${event.scope} granted to run ${event.run} of ${who}${because(event.reason)}`;
    case 'scope-revoked':
      return `scope ${event.scope} of run ${event.run} of ${who} revoked${because(event.reason)}`;
    case 'network-attempt':
      return event.verdict === 'allow'
        ? `${who} reached ${event.host}:${event.port}`
        : `${who} was refused ${event.host}:${event.port}${because(event.reason)}`;
    case 'host-allowed':
      return `${event.host}:${event.port} allowed to run ${event.run} of ${who}`;
    case 'model-requested':
      return `${who} asked ${event.provider} ${event.requests} times (${event.bytesUp} bytes up, ${event.bytesDown} down)`;
    case 'subagent-began':
      return `sub-agent ${event.kind} of ${who} began (${event.subagent})`;
    case 'subagent-expected':
      return `sub-agent ${event.kind} of ${who} is on its way`;
    case 'subagent-ended':
      return `sub-agent ${event.kind} of ${who} ended (${event.subagent})`;
    case 'approval-requested':
      return `${who} asks for ${event.subject ? shownAs(event.subject).tool : event.call?.tool} (${event.approval}): ${event.reason}`;
    case 'approval-decided':
      return `${event.approval} ${event.verdict}${event.editedInput ? ' as edited' : ''}${event.message ? `: ${event.message}` : ''}`;
    case 'rule-added':
      return `rule ${event.effect} ${event.rule} written into ${event.file} for ${event.whose}: ${event.reason}`;
    case 'rule-removed':
      return `rule ${event.effect} ${event.rule} taken out of ${event.file} for ${event.whose}: ${event.reason}`;
    case 'grant-added':
      return `grant ${event.grant}: ${event.rule} for ${heldBy(event.holder)} until ${new Date(event.until).toISOString()}: ${event.reason}`;
    case 'grant-revoked':
      return `grant ${event.grant} revoked${event.reason ? `: ${event.reason}` : ''}`;
    case 'grant-used':
      return `grant ${event.grant} answered call ${event.call} of ${who}`;
    case 'approval-voted':
      return `${event.approval} approved by one of several${event.message ? `: ${event.message}` : ''}`;
    case 'approval-undone':
      return `${event.approval} taken back before it was handed to the agent`;
    case 'approval-snoozed':
      return event.until === null
        ? `${event.approval} awake again`
        : `${event.approval} put aside until ${new Date(event.until).toISOString()}`;
    case 'approval-reminded':
      return `nobody has answered ${event.approval} yet (reminder ${event.step})`;
    case 'approval-closed':
      return `${event.approval} ${event.outcome}: ${event.reason}`;
    case 'verdict-dispatched':
      return `the answer to ${event.approval} handed to the agent (${event.attempt})`;
    case 'tool-finished':
      return `${who} ${event.call.tool} ${event.outcome}`;
    case 'text-sent':
      return `${event.characters} characters ${event.delivery} to run ${event.run}`;
    case 'agent-quarantined':
      return `${event.agent} put in quarantine: ${event.reason}`;
    case 'agent-released':
      return `${event.agent} released from quarantine: ${event.reason}`;
    case 'agent-held':
      return `${event.agent} held (${event.tripwire}): ${event.detail}`;
    case 'agent-let-go':
      return `${event.agent} let go of (${event.tripwire}): ${event.reason}`;
    case 'budget-warning':
      return `${event.agent} has used ${event.usedSeconds} of its ${event.budgetSeconds} seconds`;
    case 'budget-exceeded':
      return `${event.agent} has used all of its ${event.budgetSeconds} seconds and is stopped`;
    case 'budget-reset':
      return `${event.agent} has all of its run time again, after ${event.usedSeconds} s: ${event.reason}`;
    case 'risk-level-changed':
      return `risk of ${event.agent} ${event.from} → ${event.to} (${event.probability.toFixed(2)})`;
    case 'insight-raised':
      return `${event.agent}: ${event.insight}`;
    case 'alarm-raised':
      return `ALARM ${event.alarm}: ${event.message}`;
    default:
      return event satisfies never;
  }
}

const because = (reason: string): string => (reason === '' ? '' : `: ${reason}`);
