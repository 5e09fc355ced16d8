/**
 * Our own dialect, for scripts that ask of their own accord: the demo's agents, and anybody's. One JSON
 * object goes to `fleet-gate fleet` on stdin, one comes back on stdout (docs/protocol.md).
 */
import { actionFrom } from '../policy/vocabulary.ts';
import { nestedNames } from './environment.ts';
import { gateCommandEnvironment } from './gate-command.ts';
import { gateEnvironment } from './gate-environment.ts';
import { deny, isRecord, resultHashOf, say, textAt } from './hook-json.ts';
import type { HookAnswer, HookEvent, HookVerdict, LaunchRequest, Launch, VendorAdapter } from './vendor.ts';

export const scripted: VendorAdapter = {
  name: 'scripted',
  // The script asks because it wants to; nothing makes it.
  protection: 'contained only',
  limits: ['A script asks about what it chooses to ask about.'],
  launch: launchScripted,
  parseHook: parseScriptedHook,
  // Its tools are fleet's own: the names that stand in rules.
  actionOf: ({ tool, input }) => actionFrom(tool, input),
  answer: answerScriptedHook,
};

function launchScripted(request: LaunchRequest): Launch {
  const { agent, task, environment } = request;
  if (agent.command.length === 0)
    return { type: 'refused', reason: `agent ${agent.name} has no command; add "command:" to it` };
  const env = {
    ...gateEnvironment(request),
    FLEET_TASK: task,
    // The two words that start the gate, so that a script need not look for them.
    ...gateCommandEnvironment(request),
  };
  return {
    type: 'launch',
    command: agent.command,
    env,
    unsetEnv: nestedNames(environment).filter((name) => !(name in env)),
  };
}

function parseScriptedHook(payload: unknown): HookEvent {
  if (!isRecord(payload)) return garbage('the script sent no JSON object');
  const event = textAt(payload, 'event');
  // A script is one session as long as it runs, unless it says otherwise.
  const vendorSession = textAt(payload, 'session') || 'script';
  switch (event) {
    case 'tool-asked': {
      const asked = payload['call'];
      const call = parseCall(asked);
      if (typeof call === 'string') return garbage(`${event}: ${call}`);
      const kind = (call.subagent !== null && isRecord(asked) && textAt(asked, 'kind')) || null;
      return { type: 'tool-asked', call, kind, cwd: textAt(payload, 'cwd'), vendorSession, mode: '' };
    }
    case 'tool-finished': {
      const call = parseCall(payload['call']);
      if (typeof call === 'string') return garbage(`${event}: ${call}`);
      const outcome = payload['outcome'];
      if (outcome !== 'succeeded' && outcome !== 'failed')
        return garbage(`${event}: "outcome" is neither "succeeded" nor "failed"`);
      const result = resultHashOf(payload['output']);
      return { type: 'tool-finished', call, outcome, executedInput: call.input, ...result, vendorSession };
    }
    case 'session-began':
      return { type: 'session-began', vendorSession, source: 'script' };
    case 'session-ended':
      return { type: 'session-ended', vendorSession, reason: textAt(payload, 'reason') };
    case 'turn-started':
      return { type: 'turn-started', vendorSession };
    case 'turn-ended':
      return {
        type: 'turn-ended',
        vendorSession,
        outcome: payload['outcome'] === 'failed' ? 'failed' : 'done',
      };
    case 'notice':
      return { type: 'notice', vendorSession, message: textAt(payload, 'message') };
    default:
      return garbage(`${JSON.stringify(event)} is no event of this dialect`);
  }
}

function answerScriptedHook(hook: HookEvent, verdict: HookVerdict): HookAnswer {
  if (hook.type === 'garbage') return deny(`fleet: ${hook.reason}`);
  if (hook.type !== 'tool-asked') return say({ verdict: 'acknowledged' });
  if (verdict.type === 'allow') return say({ verdict: 'allow', input: verdict.input });
  const message = (verdict.type === 'deny' && verdict.message) || 'fleet: not allowed';
  return say({ verdict: 'deny', message });
}

function parseCall(value: unknown) {
  if (!isRecord(value)) return '"call" is no object';
  const id = textAt(value, 'id');
  const tool = textAt(value, 'tool');
  const input = value['input'];
  if (id === '') return '"call.id" is empty; make up one that is unique in the session';
  if (tool === '') return '"call.tool" is empty';
  if (!isRecord(input)) return '"call.input" is no object';
  return { id, tool, input, subagent: textAt(value, 'subagent') || null };
}

const garbage = (reason: string): HookEvent => ({ type: 'garbage', reason });
