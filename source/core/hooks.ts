/** What an agent's hooks tell of becomes events: calls judged, requests opened, executions checked. */
import { canonicalJson } from './canonical-json.ts';
import type { Activity, FleetEvent } from './event.ts';
import { runOfSession, type Fleet, type Run } from './fleet.ts';
import type { Input, Moment } from './input.ts';
import { allowedInput, callThatRan } from './ran-call.ts';
import { callAsked, callJudgedAgain } from './permissions/ask-call.ts';
import { subagentBegan, subagentExpected } from './permissions/lineage.ts';

type HookInput = Extract<Input, { type: 'hook' }>;

export function decideHook(fleet: Fleet, input: HookInput, moment: Moment): readonly FleetEvent[] {
  const run = runOfSession(fleet, input.session);
  if (!run) return [];
  const { hook, session } = input;
  switch (hook.type) {
    case 'tool-asked':
      return [...activity(run, session, 'working'), ...toolAsked(fleet, run, input, moment)];
    case 'tool-finished':
      return toolFinished(fleet, run, session, named(fleet, session, hook, moment));
    case 'session-began':
      return [];
    case 'turn-started':
      return [
        ...(run.isGateProven
          ? []
          : [{ type: 'gate-proven', run: run.id, session, vendorSession: hook.vendorSession } as const]),
        ...activity(run, session, 'working'),
      ];
    case 'turn-ended':
      return activity(run, session, 'idle');
    case 'settings-changed':
      return [
        {
          type: 'alarm-raised',
          alarm: 'hooks-tampered',
          run: run.id,
          session,
          message: `${run.agent} works in a place whose settings were changed (${hook.source}); the change was not applied`,
        },
      ];
    case 'subagent-began':
    case 'subagent-ended':
      return subagentTold(fleet, run, session, hook, moment);
    case 'permission-asked':
    case 'session-ended':
    case 'notice':
    case 'garbage':
      return [];
    default:
      return hook satisfies never;
  }
}

function toolAsked(fleet: Fleet, run: Run, input: HookInput, moment: Moment): readonly FleetEvent[] {
  if (input.hook.type !== 'tool-asked') return [];
  const { call, cwd, kind = null } = input.hook;
  const { session, facts: world, grounds = null, approvalLifeMs: lifeMs } = input;
  // Its first call may come before the word that it began.
  const began =
    call.subagent === null || run.subagents.some(({ id }) => id === call.subagent)
      ? null
      : subagentBegan(fleet, run, { session, subagent: call.subagent, kind: kind ?? '', at: moment.at });
  const asked = { run: began?.run ?? run, session, call, kind, cwd, world, grounds, lifeMs };
  return [...(began ? [began.event] : []), ...callAsked(fleet, asked, moment)];
}

/** A call that waits, in a world where its run may do more or less than when it was asked. */
export function judgeAgain(
  fleet: Fleet,
  input: Extract<Input, { type: 'judge-again' }>,
  moment: Moment,
): readonly FleetEvent[] {
  const run = runOfSession(fleet, input.session);
  const open = fleet.openCalls[input.session]?.[input.call];
  if (!run || !open) return [];
  const { session, cwd, facts: world, grounds, approvalLifeMs: lifeMs } = input;
  const { call, kind = null } = open;
  return callJudgedAgain(fleet, { run, session, call, kind, cwd, world, grounds, lifeMs }, moment);
}

/** Compaction of a transcript is reported like the end of a sub-agent that never began. */
function subagentTold(
  fleet: Fleet,
  run: Run,
  session: string,
  { type, subagent, kind }: Extract<HookInput['hook'], { type: 'subagent-began' | 'subagent-ended' }>,
  moment: Moment,
): readonly FleetEvent[] {
  if (type === 'subagent-began') {
    const began = subagentBegan(fleet, run, { session, subagent, kind, at: moment.at });
    return began ? [began.event] : [];
  }
  const isAtWork = run.subagents.some(({ id, endedAt }) => id === subagent && endedAt === null);
  return isAtWork ? [{ type, run: run.id, session, subagent, kind }] : [];
}

/** The report with the call it is about, where the agent named none. */
function named(fleet: Fleet, session: string, hook: ToolFinished, moment: Moment): ToolFinished {
  if (hook.call.id !== '') return hook;
  const ran = { tool: hook.call.tool, input: hook.executedInput };
  return { ...hook, call: { ...hook.call, id: callThatRan(fleet, session, ran) ?? moment.fresh } };
}

type ToolFinished = Extract<HookInput['hook'], { type: 'tool-finished' }>;

function toolFinished(
  fleet: Fleet,
  run: Run,
  session: string,
  hook: Extract<HookInput['hook'], { type: 'tool-finished' }>,
): readonly FleetEvent[] {
  const { call, outcome, executedInput, filledIn = [], resultHash } = hook;
  const finished: Extract<FleetEvent, { type: 'tool-finished' }> = {
    type: 'tool-finished',
    run: run.id,
    session,
    call: { ...call, input: executedInput },
    outcome,
    ...(resultHash === undefined ? {} : { resultHash }),
  };
  const alarm = (kind: 'ungated-tool-use' | 'executed-input-differs', message: string): FleetEvent => ({
    type: 'alarm-raised',
    alarm: kind,
    run: run.id,
    session,
    message: `${run.agent}: ${message}`,
  });
  const open = fleet.openCalls[session]?.[call.id];
  if (!open) return [finished, alarm('ungated-tool-use', `${call.tool} ran without having passed the gate`)];
  const allowed = allowedInput(fleet, open);
  if (allowed === null) {
    // A refused call that never ran is reported as failed by some agents; one that succeeded ran against the verdict.
    return outcome === 'failed'
      ? [finished]
      : [finished, alarm('ungated-tool-use', `${call.tool} ran although it was not allowed`)];
  }
  // What the person filled in after the call was allowed is theirs, not the agent's.
  const executed = Object.entries(executedInput).filter(([key]) => key in allowed || !filledIn.includes(key));
  const expected = outcome === 'succeeded' ? subagentExpected(fleet, run, session, finished.call) : null;
  const told = expected ? [finished, expected] : [finished];
  if (canonicalJson(allowed) === canonicalJson(Object.fromEntries(executed))) return told;
  return [
    ...told,
    alarm('executed-input-differs', `${call.tool} ran with another input than the one allowed`),
  ];
}

function activity(run: Run, session: string, now: Activity): FleetEvent[] {
  return run.activity === now ? [] : [{ type: 'activity-changed', run: run.id, session, activity: now }];
}
