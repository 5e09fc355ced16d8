/** Which call has run, where an agent reports what ran and names no call. */
import { canonicalJson } from './canonical-json.ts';
import type { ToolCall } from './approvals/envelope.ts';
import type { Fleet, OpenCall } from './fleet.ts';

/**
 * The oldest open call of that tool that was allowed with the very input that ran; failing that the oldest
 * that was allowed at all, for then something else ran in its place. Undefined: none was allowed.
 */
export function callThatRan(
  fleet: Fleet,
  session: string,
  ran: Pick<ToolCall, 'tool' | 'input'>,
): string | undefined {
  const allowed = Object.values(fleet.openCalls[session] ?? {}).filter(
    (open) => open.call.tool === ran.tool && allowedInput(fleet, open) !== null,
  );
  const wanted = canonicalJson(ran.input);
  const same = allowed.find((open) => canonicalJson(allowedInput(fleet, open)) === wanted);
  return (same ?? allowed[0])?.call.id;
}

/** What a call may run with; null when it may not run. */
export function allowedInput(fleet: Fleet, open: OpenCall): ToolCall['input'] | null {
  const approval = open.approval === null ? null : fleet.approvals[open.approval];
  // A yes that is still held, or was never handed out, has let nothing run.
  const isAllowed =
    open.verdict === 'allow' || approval?.state === 'dispatched' || approval?.state === 'unknown';
  return isAllowed ? (approval?.end?.editedInput ?? open.call.input) : null;
}
