/**
 * The plugin that stands between opencode and its tools, as the text of a file: opencode loads it into its own
 * process. It speaks our own dialect (docs/protocol.md) through the gate, and every failure ends in a throw,
 * which is how a call is refused there.
 *
 * It also answers opencode's own questions with yes. Without the plugin there is no such yes: every call is
 * asked about in the pane, or rejected where nobody sits.
 */
export const OPENCODE_PLUGIN = String.raw`import { spawn } from 'node:child_process';
import { env as inherited } from 'node:process';

const { FLEET_NODE, FLEET_GATE } = inherited;

/** One question: what the gate printed, with its exit code. */
function ask(payload) {
  return new Promise((done, fail) => {
    const env = { ...inherited };
    delete env.NODE_OPTIONS;
    delete env.NODE_PATH;
    const gate = spawn(FLEET_NODE, [FLEET_GATE, 'fleet'], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    gate.stdout.on('data', (chunk) => (stdout += chunk));
    gate.stderr.on('data', (chunk) => (stderr += chunk));
    gate.on('error', fail);
    gate.on('close', (code) => done({ code, stdout, stderr }));
    gate.stdin.on('error', () => {});
    gate.stdin.end(JSON.stringify(payload));
  });
}

const report = (payload) => ask(payload).catch(() => {});

export const FleetGate = async ({ directory }) => {
  /** Sessions that another one opened: sub-agents, by the name of their kind. */
  const kinds = new Map();
  const callOf = ({ tool, sessionID, callID }, input) => ({
    id: callID,
    tool,
    input,
    ...(kinds.has(sessionID) && { subagent: sessionID, kind: kinds.get(sessionID) }),
  });
  await report({ event: 'session-began' });
  return {
    config: async (config) => {
      config.permission = { '*': 'allow' };
    },
    event: async ({ event: { type, properties } }) => {
      const { info } = properties ?? {};
      if (type === 'session.created' && info?.parentID) kinds.set(info.id, info.agent ?? '');
      if (type === 'session.idle' && !kinds.has(properties.sessionID))
        await report({ event: 'turn-ended', session: properties.sessionID, outcome: 'done' });
    },
    'chat.message': async ({ sessionID }) => {
      if (!kinds.has(sessionID)) await report({ event: 'turn-started', session: sessionID });
    },
    'tool.execute.before': async (call, output) => {
      const { code, stdout, stderr } = await ask({
        event: 'tool-asked',
        session: call.sessionID,
        call: callOf(call, output.args),
        cwd: typeof output.args?.workdir === 'string' ? output.args.workdir : directory,
      });
      const answer = code === 0 ? JSON.parse(stdout) : {};
      if (answer.verdict !== 'allow' || typeof answer.input !== 'object' || answer.input === null)
        throw new Error(
          answer.message || stderr.trim() || 'fleet: the gate ended with ' + code + ', so the call does not run',
        );
      // In place: what stands in the object runs, the object itself is not looked at again.
      for (const key of Object.keys(output.args)) delete output.args[key];
      Object.assign(output.args, answer.input);
    },
    'tool.execute.after': async (call) => {
      await report({
        event: 'tool-finished',
        session: call.sessionID,
        call: callOf(call, call.args),
        outcome: 'succeeded',
      });
    },
  };
};
`;
