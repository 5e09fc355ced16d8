/** What a request is about. Every kind of decision a person has to take is one shape with another subject. */
import type { Vendor } from '../agent.ts';
import type { Action } from '../policy/action.ts';
import type { Scope } from '../policy/verdict.ts';
import { adapterOf } from '../vendors/registry.ts';
import type { ToolCall } from './envelope.ts';

export type Subject =
  /** A call of the agent itself, or of its sub-agent when `call.subagent` names one. */
  | { readonly type: 'tool-call'; readonly vendor: Vendor; readonly call: ToolCall }
  /** The agent wants to reach more than its run may. */
  | { readonly type: 'scope'; readonly scope: Scope; readonly reason: string }
  /** A contained agent tried to reach a host that is not on its list. */
  | { readonly type: 'host'; readonly host: string; readonly port: number };

export type SubjectKind = 'tool-call' | 'subagent-call' | 'scope' | 'host';

export function kindOf(subject: Subject): SubjectKind {
  if (subject.type !== 'tool-call') return subject.type;
  return subject.call.subagent === null ? 'tool-call' : 'subagent-call';
}

/** How any subject is shown: under which name, and with which members. The whole of it is in there. */
export interface Shown {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly subagent: string | null;
}

export function shownAs(subject: Subject): Shown {
  switch (subject.type) {
    case 'tool-call':
      return subject.call;
    case 'scope':
      return {
        tool: 'Scope',
        input: { scope: subject.scope, reason: subject.reason },
        subagent: null,
      };
    case 'host':
      return { tool: 'Host', input: { host: subject.host, port: subject.port }, subagent: null };
    default:
      return subject satisfies never;
  }
}

/** What would be done, in the words of rules and tiers; null where no tool is called. */
export function actionOf(subject: Subject): Action | null {
  return subject.type === 'tool-call' ? adapterOf(subject.vendor).actionOf(subject.call) : null;
}
