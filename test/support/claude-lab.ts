/** The real Claude Code, offline: a HOME and a repository of its own, a model on rails, and a gate whose verdicts the test gives. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ToolCall } from '../../source/core/approvals/envelope.ts';
import { claude } from '../../source/core/vendors/claude.ts';
import type { HookEvent, HookVerdict } from '../../source/core/vendors/vendor.ts';
import { listenForGate, type GateEndpoint } from '../../source/daemon/gate-endpoint.ts';
import { buildGate, tempFolder, TOKEN, TOKEN_HASH } from './gate.ts';
import { until } from './until.ts';
import { startModelServer, type ModelServer } from './model-server.ts';
import { agentNamed } from './fleet.ts';
import { launchRequest } from './vendors.ts';

/** Where the CLI is: FLEET_CLAUDE, or what `npm run test:agents` installs. */
export const CLAUDE = [process.env['FLEET_CLAUDE'], '.cache/agents/claude/node_modules/.bin/claude']
  .filter((path) => path !== undefined)
  .map((path) => resolve(path))
  .find((path) => existsSync(path));

export const SKIPPED = CLAUDE ? '' : ' (skipped: it is not here; `npm run test:agents` installs it)';

const API_KEY = `sk-ant-dummy-${'0'.repeat(40)}`;

export interface ClaudeLab {
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
  /** Runs `claude -p` to its end. */
  print(
    task: string,
    options?: LaunchOptions,
  ): Promise<{ readonly code: number | null; readonly output: string }>;
  /** Runs the TUI in a tmux of its own. */
  open(task: string, options?: LaunchOptions): Screen;
  close(): Promise<void>;
}

export type Asked = Extract<HookEvent, { type: 'tool-asked' | 'permission-asked' | 'settings-changed' }>;

interface LaunchOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly script?: string;
  readonly args?: readonly string[];
}

interface Screen {
  text(): string;
  press(...keys: readonly string[]): void;
}

export const allow = (call: Pick<ToolCall, 'input'>): HookVerdict => ({ type: 'allow', input: call.input });

export async function openClaudeLab(): Promise<ClaudeLab> {
  const folder = tempFolder();
  const home = join(folder.path, 'home');
  const repository = join(folder.path, 'repo');
  mkdirSync(home);
  mkdirSync(repository);
  execFileSync('git', ['init', '-q', repository]);
  writeFileSync(join(home, '.claude.json'), JSON.stringify(onboarded(repository)));
  const script = await buildGate(folder.path);
  const socket = join(folder.path, 'g.sock');
  const model = await startModelServer();
  const endpoints: GateEndpoint[] = [];
  const tmux = (...args: readonly string[]): string =>
    execFileSync('tmux', ['-S', join(folder.path, 't.sock'), '-f', '/dev/null', ...args], {
      encoding: 'utf8',
    });
  const hooks: HookEvent[] = [];
  const processes: number[] = [];

  const lab: ClaudeLab = {
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
          const hook = claude.parseHook(JSON.parse(ask.payload));
          hooks.push(hook);
          switch (hook.type) {
            case 'tool-asked':
            case 'permission-asked':
            case 'settings-changed':
              return claude.answer(hook, await lab.judge(hook, signal));
            default:
              return claude.answer(hook, { type: 'acknowledge' });
          }
        },
      });
      endpoints.push(endpoint);
      return endpoint;
    },
    print(task, options = {}) {
      const { command, env } = launch(task, false, options);
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
    open(task, options = {}) {
      const { command, env } = launch(task, true, options);
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

  function launch(task: string, isInteractive: boolean, options: LaunchOptions) {
    const environment = {
      HOME: home,
      PATH: '/usr/local/bin:/usr/bin:/bin',
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      SHELL: '/bin/bash',
      ...claudeEnvironment(model.url),
    };
    const launched = claude.launch(
      launchRequest({
        agent: agentNamed('tester', { vendor: 'claude', command: [CLAUDE!, ...(options.args ?? [])] }),
        task,
        isInteractive,
        environment,
        gate: {
          node: process.execPath,
          script: options.script ?? script,
          socket,
          token: TOKEN,
          spool: join(folder.path, 'spool', 's1.jsonl'),
        },
      }),
    );
    if (launched.type === 'refused') throw new Error(launched.reason);
    const env: Record<string, string> = { ...environment, ...launched.env, ...options.env };
    for (const name of launched.unsetEnv) delete env[name];
    return { command: launched.command, env };
  }

  return lab;
}

/** Points the CLI at a model on the loopback and keeps it from everything else. */
export const claudeEnvironment = (modelUrl: string) => ({
  ANTHROPIC_BASE_URL: modelUrl,
  ANTHROPIC_API_KEY: API_KEY,
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_TELEMETRY: '1',
  DISABLE_AUTOUPDATER: '1',
  DISABLE_ERROR_REPORTING: '1',
});

/** Answers to the questions that the TUI asks a newcomer, the trust in this repository among them. */
export const onboarded = (repository: string) => ({
  hasCompletedOnboarding: true,
  theme: 'dark',
  lastOnboardingVersion: '9.9.9',
  customApiKeyResponses: { approved: [API_KEY.slice(-20)], rejected: [] },
  projects: { [repository]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true } },
});

const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

/** To a session and all it started; false when nobody is left. */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}
