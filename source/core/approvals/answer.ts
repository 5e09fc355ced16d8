/**
 * What a waiting hook is told: a function of the state alone, so that a restart, a resend or a race can
 * never yield two answers to one call.
 */
import { canonicalJson } from '../canonical-json.ts';
import type { Approval, Fleet } from '../fleet.ts';
import type { ToolCall } from './envelope.ts';
import { shownAs } from './subject.ts';

/** An approved call that the agent has not come for in this time may no longer run: the world moved on. */
export const EXECUTION_WINDOW_MS = 5 * 60_000;

export type HookAnswer =
  /** `until`: when to look again though nothing happens, because the answer is held that long; null: no such time. */
  | { readonly type: 'wait'; readonly until: number | null }
  | {
      readonly type: 'allow';
      readonly input: Readonly<Record<string, unknown>>;
      readonly approval: Approval | null;
    }
  | { readonly type: 'deny'; readonly message: string; readonly approval: Approval | null };

/** The answer to `call` of `session` as things stand. Unknown calls are denied. */
export function answerTo(fleet: Fleet, request: { session: string; call: ToolCall; at: number }): HookAnswer {
  const { session, call, at } = request;
  const open = fleet.openCalls[session]?.[call.id];
  if (!open) return deny('fleet: this call is not open any more; ask again as a new call');
  if (canonicalJson(open.call) !== canonicalJson(call))
    return deny('fleet: the call was changed while it waited');
  if (open.verdict === 'allow') return { type: 'allow', input: open.call.input, approval: null };
  if (open.verdict === 'deny') return deny(`fleet: ${open.reason}`);
  // It waits for a scope. Whatever was said of that, the call is judged anew before it is told anything.
  if (open.heldFor) return { type: 'wait', until: null };
  const approval = open.approval === null ? undefined : fleet.approvals[open.approval];
  if (!approval) return deny('fleet: no approval is known for this call');
  const { state, end } = approval;
  switch (state) {
    case 'pending':
      return at >= approval.expiresAt
        ? deny('fleet: nobody answered in time', approval)
        : { type: 'wait', until: null };
    case 'approved':
    case 'dispatched': {
      const dispatchAt = end?.dispatchAt ?? 0;
      if (at < dispatchAt) return { type: 'wait', until: dispatchAt };
      if (at > dispatchAt + EXECUTION_WINDOW_MS)
        return deny('fleet: the approval lapsed before the call was run; ask again', approval);
      return { type: 'allow', input: end?.editedInput ?? shownAs(approval.subject).input, approval };
    }
    case 'rejected':
      return deny(rejection(approval), approval);
    case 'expired':
      return deny('fleet: nobody answered in time', approval);
    case 'cancelled':
    case 'superseded':
    case 'lapsed':
      return deny(`fleet: ${end?.message ?? state}; ask again`, approval);
    case 'executed':
    case 'failed':
    case 'unknown':
      return deny('fleet: this call has been run; ask again as a new call', approval);
    default:
      return state satisfies never;
  }
}

function rejection({ end }: Approval): string {
  if (!end?.message) return 'fleet: a person rejected this call';
  return end.isResponse ? `fleet: not run; a person answered instead: ${end.message}` : end.message;
}

function deny(message: string, approval: Approval | null = null): HookAnswer {
  return { type: 'deny', message, approval };
}
