/** A project with agents whose calls are judged, and people who change what they may do meanwhile. */
import type { AgentDefinition, ProjectDefaults } from '../../source/core/agent.ts';
import { answerTo, type HookAnswer } from '../../source/core/approvals/answer.ts';
import type { ToolCall } from '../../source/core/approvals/envelope.ts';
import type { Approval } from '../../source/core/fleet.ts';
import { BUILT_IN_POLICY, type GlobalPolicy } from '../../source/core/permissions/global-policy.ts';
import type { World } from '../../source/core/policy/policy.ts';
import type { HookEvent } from '../../source/core/vendors/vendor.ts';
import { agentNamed, Simulation } from './fleet.ts';

export const PROJECT = '/p';

/** Every path leads where it says. */
const STRAIGHT: World = {
  root: PROJECT,
  home: '/home/dev',
  cwd: PROJECT,
  real: new Proxy<Record<string, string>>(
    {},
    {
      get: (_, path) => String(path),
      getOwnPropertyDescriptor: (_, path) => ({ value: path, enumerable: true, configurable: true }),
    },
  ),
  secrets: [],
};

type Call = Pick<ToolCall, 'tool' | 'input'> & { readonly subagent?: string; readonly kind?: string };

interface Called {
  readonly id: string;
  /** What its hook would be told now. */
  answer(): HookAnswer;
  /** The same question once more, as of a hook that reconnected. */
  again(): void;
  /** It has run. */
  ends(): void;
  /** The answer's type at once. */
  readonly word: string;
}

export const read = (path = '/p/a.ts'): Call => ({ tool: 'Read', input: { file_path: path } });
export const write = (path = '/p/a.ts'): Call => ({
  tool: 'Write',
  input: { file_path: path, content: '' },
});
export const search = (): Call => ({ tool: 'Glob', input: { pattern: '**/*.ts' } });
export const shell = (command: string): Call => ({ tool: 'Bash', input: { command } });
export const fetching = (url = 'https://docs.example.com/a'): Call => ({
  tool: 'WebFetch',
  input: { url, prompt: 'p' },
});
export const spawning = (kind: string): Call => ({
  tool: 'Agent',
  input: { prompt: 'p', subagent_type: kind },
});

export class Permitted extends Simulation {
  #calls = 0;

  policy(change: Partial<GlobalPolicy>): this {
    this.submit({ type: 'configure-policy', policy: { ...BUILT_IN_POLICY, ...change } });
    return this;
  }

  project(agents: readonly AgentDefinition[], defaults?: ProjectDefaults): this {
    const project = { root: PROJECT, name: 'p', agents, ...(defaults ? { defaults } : {}) };
    this.submit({ type: 'configure', project });
    return this;
  }

  /** A run of an agent that the project knows. */
  up(name: string, change: Partial<AgentDefinition> = {}): { run: string; session: string } {
    const agent = agentNamed(name, change);
    const others = (this.fleet.projects[PROJECT]?.agents ?? []).filter((known) => known.name !== name);
    this.project([...others, agent], this.fleet.projects[PROJECT]?.defaults);
    return this.running(agent);
  }

  /** Asks, and says what the hook would be told now. */
  call(session: string, asked: Call): Called {
    const id = `c${++this.#calls}`;
    const { kind = null, subagent = kind === null ? null : `sub-${kind}` } = asked;
    const call: ToolCall = { id, tool: asked.tool, input: asked.input, subagent };
    const hook = { type: 'tool-asked', call, kind, cwd: PROJECT, vendorSession: 'v', mode: '' } as const;
    const again = (): void => {
      this.submit({ type: 'hook', session, hook, facts: STRAIGHT, approvalLifeMs: 60_000 }, 'agent:dev');
    };
    again();
    const answer = (): HookAnswer => answerTo(this.fleet, { session, call, at: this.at });
    const ends = (): void => {
      const ended = { type: 'tool-finished', call, outcome: 'succeeded', vendorSession: 'v' } as const;
      this.tell(session, { ...ended, executedInput: call.input });
    };
    return { id, answer, again, ends, word: answer().type };
  }

  /** A hook that only reports. */
  tell(session: string, hook: HookEvent): void {
    this.submit({ type: 'hook', session, hook, facts: STRAIGHT, approvalLifeMs: 0 }, 'agent:dev');
  }

  /** What the daemon does with every call that waits when something has changed. */
  judgedAgain(session: string): void {
    for (const call of Object.keys(this.fleet.openCalls[session] ?? {}))
      this.submit({
        type: 'judge-again',
        session,
        call,
        cwd: PROJECT,
        facts: STRAIGHT,
        grounds: null,
        approvalLifeMs: 60_000,
      });
  }

  pending(): readonly Approval[] {
    return Object.values(this.fleet.approvals).filter(({ state }) => state === 'pending');
  }

  decides(approval: Approval, verdict: 'approved' | 'rejected', message = '', actor = 'person:ana') {
    return this.submit(
      {
        type: 'decide',
        approval: approval.id,
        verdict,
        hash: approval.hash,
        decision: `d-${approval.id}-${actor}`,
        editedInput: null,
        message,
      },
      actor,
    );
  }
}
