import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { isEnded } from '../core/fleet.ts';
import { agentEnvironment } from '../wire/agent-environment.ts';
import type { DaemonConnection } from '../wire/daemon-client.ts';
import { ensureDaemon } from '../wire/ensure-daemon.ts';
import { placesOf, type Places } from '../wire/places.ts';
import { EXIT, type Command, type Invocation } from './command.ts';
import { DEMO_TASKS, makeDemoProject } from './demo-project.ts';

/** A stop takes five seconds at the most; past this something is wrong and is said. */
const CLEAN_UP_MS = 10_000;
const POLL_MS = 50;

export const command: Command = {
  name: 'demo',
  summary: 'show the control room at work: four scripted agents, no account, no network',
  usage: 'fleet demo',
  details:
    'Everything is real but the models: a temporary git repository, a worktree and a terminal for each agent, the gate, the queue, the log. q leaves and removes it all.',
  arguments: [],
  options: [],
  async run(invocation) {
    if (!(invocation.stdout as { isTTY?: boolean }).isTTY) {
      invocation.stderr.write('fleet demo: it needs a terminal to show itself in\n');
      return EXIT.usage;
    }
    // The real path: agents are confined to where the worktree really is.
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'fleet-demo-')));
    const places = placesOf({ FLEET_HOME: join(folder, 'home') });
    try {
      const project = join(folder, 'acme-api');
      mkdirSync(project);
      makeDemoProject(project, invocation.program);
      const daemon = await connect(places, invocation);
      for (const [agent, task] of Object.entries(DEMO_TASKS))
        await startAgent(daemon, { project, agent, task, invocation });
      daemon.close();
      return await invocation.openControlRoom({ places, demo: { project } });
    } finally {
      await cleanUp(places, invocation);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};

const connect = (places: Places, { program, version }: Invocation): Promise<DaemonConnection> =>
  ensureDaemon({ places, program, version, client: 'cli' });

async function startAgent(
  daemon: DaemonConnection,
  {
    project,
    agent,
    task,
    invocation,
  }: { project: string; agent: string; task: string; invocation: Invocation },
): Promise<void> {
  const environment = agentEnvironment(invocation.env);
  await daemon.ask({
    type: 'start',
    project,
    agent,
    command: [],
    task,
    worktree: null,
    columns: 80,
    rows: 24,
    environment,
  });
}

/** Ends every agent, then the daemon and screens: nothing of the demo stays behind. */
async function cleanUp(places: Places, invocation: Invocation): Promise<void> {
  const daemon = await connect(places, invocation).catch(() => null);
  if (!daemon) return;
  const deadline = Date.now() + CLEAN_UP_MS;
  for (;;) {
    const { fleet } = await daemon.ask({ type: 'fleet' });
    const left = Object.values(fleet.runs).filter((run) => !isEnded(run));
    if (left.length === 0) break;
    if (Date.now() > deadline) {
      invocation.stderr.write(`fleet demo: ${left.map((run) => run.agent).join(', ')} would not end\n`);
      break;
    }
    for (const { id } of left)
      await daemon.ask({ type: 'stop', run: id, reason: 'the demo is over' }).catch(() => {});
    await after(POLL_MS);
  }
  const gone = new Promise<void>((done) => daemon.onClose(() => done()));
  await daemon.ask({ type: 'shutdown', isComplete: true });
  await gone;
}
