/** States built from events, the way the daemon builds them. */
import { decide } from '../../source/core/decide.ts';
import type { Grounds } from '../../source/core/approvals/grounds.ts';
import type { Decision } from '../../source/core/decision.ts';
import type { AgentDefinition } from '../../source/core/agent.ts';
import type { FleetEvent, Recorded } from '../../source/core/event.ts';
import { apply } from '../../source/core/apply.ts';
import { EMPTY_FLEET, type Fleet } from '../../source/core/fleet.ts';
import type { Input } from '../../source/core/input.ts';
import type { World } from '../../source/core/policy/policy.ts';

export const agentNamed = (name: string, change: Partial<AgentDefinition> = {}): AgentDefinition => ({
  name,
  description: '',
  role: '',
  department: '',
  reportsTo: null,
  vendor: 'claude',
  command: [],
  instructions: '',
  tier: null,
  rules: [],
  allowedSubagents: null,
  subscribesTo: [],
  subscriptionGate: null,
  useGithubApp: false,
  worktree: true,
  maxConcurrent: 1,
  budgetSeconds: null,
  schedule: null,
  triggers: [],
  sources: [],
  ...change,
});

/** A file system of which only the project's folder is known. */
export const IN_P: World = { root: '/p', home: '/home/dev', cwd: '/p', real: { '/p': '/p' }, secrets: [] };

/** A daemon's memory without the daemon: inputs in, state out, the clock in the caller's hand. */
export class Simulation {
  fleet: Fleet = EMPTY_FLEET;
  at = 1_000_000;
  readonly log: Recorded[] = [];
  #names = 0;

  submit(input: Input, actor = 'person:ana'): Decision {
    const decision = decide(this.fleet, input, { at: this.at, actor, fresh: `n${++this.#names}` });
    for (const event of decision.events) this.record(event, actor);
    return decision;
  }

  record(event: FleetEvent, actor = 'daemon'): void {
    const run = 'run' in event && event.run ? this.fleet.runs[event.run] : undefined;
    const recorded: Recorded = {
      seq: this.fleet.seq + 1,
      id: `e${this.fleet.seq + 1}`,
      at: this.at,
      actor,
      agent: run?.agent ?? null,
      event,
    };
    this.log.push(recorded);
    this.fleet = apply(this.fleet, recorded);
  }

  /** A run that is up, with its session; yields both names. */
  running(agent = agentNamed('dev')): { run: string; session: string } {
    const { events } = this.submit({
      type: 'start-run',
      project: '/p',
      agent,
      task: 'do it',
      columns: 80,
      rows: 24,
    });
    const requested = events[0];
    if (requested?.type !== 'run-requested') throw new Error('the run was refused');
    const { run } = requested;
    this.submit({ type: 'workspace-ready', run, worktree: null, cwd: '/p', gateTokenHash: 'h' });
    const session = `${run}-1`;
    const process = { pid: 1, startTime: '1', bootId: 'b' };
    this.submit({ type: 'session-started', session, holder: process, child: process });
    return { run, session };
  }

  /** The agent's hook asks to run a command; yields the approval's name. */
  asks(
    session: string,
    id: string,
    command = 'npm test',
    approvalLifeMs = 60_000,
    grounds: Grounds | null = null,
  ): string {
    const call = { id, tool: 'Bash', input: { command }, subagent: null };
    const hook = { type: 'tool-asked', call, cwd: '/p', vendorSession: 'v', mode: '' } as const;
    this.submit({
      type: 'hook',
      session,
      hook,
      facts: IN_P,
      grounds,
      approvalLifeMs,
    });
    return this.fleet.openCalls[session]?.[id]?.approval ?? '';
  }
}
