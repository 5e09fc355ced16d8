/** A real agent CLI, offline: a HOME and a repository of its own, a model on rails, and a gate whose verdicts the test gives. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AgentDefinition, Vendor } from '../../source/core/agent.ts';
import type { ToolCall } from '../../source/core/approvals/envelope.ts';
import { adapterOf } from '../../source/core/vendors/registry.ts';
import type { HookEvent, HookVerdict, ProgramStart } from '../../source/core/vendors/vendor.ts';
import { listenForGate, type GateEndpoint } from '../../source/daemon/gate-endpoint.ts';
import { environmentOf, launchOf } from '../../source/daemon/launch-of.ts';
import { writeStartFiles } from '../../source/daemon/start-files.ts';
import { buildGate, tempFolder, TOKEN, TOKEN_HASH } from './gate.ts';
import { until } from './until.ts';
import { startModelServer, type ModelServer } from './model-server.ts';
import { agentNamed } from './fleet.ts';
import { launchRequest } from './vendors.ts';

/** Where the CLI is: FLEET_CLAUDE and the like, or what `npm run test:agents` installs. */
export const installed = (vendor: Vendor): string | undefined =>
  [process.env[`FLEET_${vendor.toUpperCase()}`], `.cache/agents/${vendor}/node_modules/.bin/${vendor}`]
    .filter((path) => path !== undefined)
    .map((path) => resolve(path))
    .find((path) => existsSync(path));

/** For the title of its tests. */
export const skipped = (program: string | undefined): string =>
  program ? '' : ' (skipped: it is not here; `npm run test:agents` installs it)';

/** What sets one CLI apart from another, as far as a test is concerned. */
export interface AgentUnderTest {
  readonly vendor: Vendor;
  readonly program: string;
  /** Points the CLI at a model on the loopback and keeps it from everything else. */
  environment(modelUrl: string): Readonly<Record<string, string>>;
  /** Answers beforehand what it asks a newcomer. */
  onboard(place: { readonly home: string; readonly repository: string; readonly modelUrl: string }): void;
}

export interface AgentLab {
  readonly home: string;
  readonly repository: string;
  readonly model: ModelServer;
  readonly socket: string;
  readonly script: string;
  /** Everything the hooks have said, oldest first. */
  readonly hooks: readonly HookEvent[];
  /** What to say to calls and permission dialogs; reports are acknowledged. */
  judge: (asked: Asked, signal: AbortSignal) => HookVerdict | Promise<HookVerdict>;
  listen(): Promise<GateEndpoint>;
  /** Runs it without a person to its end. */
  print(
    task: string,
    options?: LaunchOptions,
  ): Promise<{ readonly code: number | null; readonly output: string }>;
  /** Runs the TUI in a tmux of its own. */
  open(task: string, options?: LaunchOptions): Promise<Screen>;
  close(): Promise<void>;
}

export type Asked = Extract<HookEvent, { type: 'tool-asked' | 'permission-asked' | 'settings-changed' }>;

export interface LaunchOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly script?: string;
  /** What it would inherit beside the usual. */
  readonly inherited?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly agent?: Partial<AgentDefinition>;
  /** Does what somebody may do to the files it is started with. */
  readonly tamper?: (folder: string) => void;
}

interface Screen {
  text(): string;
  press(...keys: readonly string[]): void;
}

export const allow = (call: Pick<ToolCall, 'input'>): HookVerdict => ({ type: 'allow', input: call.input });

export async function openAgentLab(agent: AgentUnderTest): Promise<AgentLab> {
  const adapter = adapterOf(agent.vendor);
  const folder = tempFolder();
  const home = join(folder.path, 'home');
  const repository = join(folder.path, 'repo');
  mkdirSync(home);
  mkdirSync(repository);
  execFileSync('git', ['init', '-q', repository]);
  mkdirSync(join(folder.path, 'tmp'));
  const script = await buildGate(folder.path);
  const socket = join(folder.path, 'g.sock');
  const model = await startModelServer();
  agent.onboard({ home, repository, modelUrl: model.url });
  const endpoints: GateEndpoint[] = [];
  const tmux = (...args: readonly string[]): string =>
    execFileSync('tmux', ['-S', join(folder.path, 't.sock'), '-f', '/dev/null', ...args], {
      encoding: 'utf8',
    });
  const hooks: HookEvent[] = [];
  const processes: number[] = [];

  const lab: AgentLab = {
    home,
    repository,
    model,
    socket,
    script,
    hooks,
    judge: (asked) =>
      asked.type === 'tool-asked' ? allow(asked.call) : { type: 'deny', message: 'not expected' },
    async listen() {
      const endpoint = await listenForGate({
        socket,
        session: 's1',
        tokenHash: TOKEN_HASH,
        onAsk: async (ask, signal) => {
          const hook = adapter.parseHook(JSON.parse(ask.payload), ask.id);
          hooks.push(hook);
          switch (hook.type) {
            case 'tool-asked':
            case 'permission-asked':
            case 'settings-changed':
              return adapter.answer(hook, await lab.judge(hook, signal));
            default:
              return adapter.answer(hook, { type: 'acknowledge' });
          }
        },
      });
      endpoints.push(endpoint);
      return endpoint;
    },
    async print(task, options = {}) {
      const { command, env } = await launch(task, false, options);
      const child = spawn(command[0]!, command.slice(1), {
        cwd: repository,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      if (child.pid !== undefined) processes.push(child.pid);
      let output = '';
      child.stdout.on('data', (chunk) => (output += chunk));
      child.stderr.on('data', (chunk) => (output += chunk));
      return new Promise((done) => child.on('close', (code) => done({ code, output })));
    },
    async open(task, options = {}) {
      const { command, env } = await launch(task, true, options);
      // `env -i`, so that nothing of tmux itself reaches the agent.
      const words = [
        'env',
        '-i',
        ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
        ...command,
      ];
      tmux('new-session', '-d', '-x', '120', '-y', '40', '-c', repository, words.map(quoted).join(' '));
      processes.push(Number(tmux('display-message', '-p', '#{pane_pid}')));
      return {
        text: () => tmux('capture-pane', '-p'),
        press: (...keys) => void tmux('send-keys', ...keys),
      };
    },
    async close() {
      for (const endpoint of endpoints) endpoint.close();
      // Whatever an agent still writes to its HOME it must have written before the folder goes.
      for (const leader of processes) {
        signalGroup(leader, 'SIGKILL');
        await until(() => !signalGroup(leader, 0) || undefined, `process ${leader} is gone`);
      }
      model.close();
      folder.remove();
    },
  };

  async function launch(task: string, isInteractive: boolean, options: LaunchOptions) {
    const environment = {
      HOME: home,
      // Beside HOME, never above it: some sandboxes of CLIs open the whole of it.
      TMPDIR: join(folder.path, 'tmp'),
      PATH: '/usr/local/bin:/usr/bin:/bin',
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      SHELL: '/bin/bash',
      ...agent.environment(model.url),
      ...options.inherited,
    };
    const request = launchRequest({
      agent: agentNamed('tester', {
        vendor: agent.vendor,
        command: [agent.program, ...(options.args ?? [])],
        ...options.agent,
      }),
      task,
      isInteractive,
      environment,
      folder: join(folder.path, 'start'),
      gate: {
        node: process.execPath,
        script: options.script ?? script,
        socket,
        token: TOKEN,
        spool: join(folder.path, 'spool', 's1.jsonl'),
      },
    });
    const start: ProgramStart = await launchOf({ adapter, request, cwd: repository });
    writeStartFiles(request.folder, start.files ?? []);
    options.tamper?.(request.folder);
    return { command: start.command, env: { ...environmentOf(request, start), ...options.env } };
  }

  return lab;
}

const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

/** To a session and all it started; false when nobody is left. */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}
