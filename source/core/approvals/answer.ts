/**
 * What a waiting hook is told: a function of the state alone, so that a restart, a resend or a race can
 * never yield two answers to one call.
 */
import { canonicalJson } from '../canonical-json.ts';
import type { Approval, Fleet } from '../fleet.ts';
import type { ToolCall } from './envelope.ts';

/** An approved call that the agent has not come for in this time may no longer run: the world moved on. */
export const EXECUTION_WINDOW_MS = 5 * 60_000;

export type HookAnswer =
  | { readonly type: 'wait' }
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
  const approval = open.approval === null ? undefined : fleet.approvals[open.approval];
  if (!approval) return deny('fleet: no approval is known for this call');
  switch (approval.state) {
    case 'pending':
      return at >= approval.expiresAt ? deny('fleet: nobody answered in time', approval) : { type: 'wait' };
    case 'approved':
      if (at > (approval.end?.at ?? 0) + EXECUTION_WINDOW_MS)
        return deny('fleet: the approval lapsed before the call was run; ask again', approval);
      return { type: 'allow', input: approval.end?.editedInput ?? approval.call.input, approval };
    case 'rejected':
      return deny(approval.end?.message || 'fleet: a person rejected this call', approval);
    case 'expired':
      return deny('fleet: nobody answered in time', approval);
    case 'cancelled':
      return deny(`fleet: ${approval.end?.message ?? 'cancelled'}`, approval);
    default:
      return approval.state satisfies never;
  }
}

function deny(message: string, approval: Approval | null = null): HookAnswer {
  return { type: 'deny', message, approval };
}
