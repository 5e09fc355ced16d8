/** Agents that go bad, as real processes: held, stopped, kept out, let in again. */
import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Run } from '../../source/core/fleet.ts';
import { FleetHome, PROGRAM } from '../support/fleet-home.ts';
import { until } from '../support/until.ts';

/** Two minutes of two busy cores: `npm run test:reliability`. */
const isFull = process.env['FLEET_RELIABILITY_COUNT'] === 'full';
const AGENT = resolve(import.meta.dirname, '..', 'support', 'faulty-agent.mjs');

let home: FleetHome;
afterEach(() => home.close());

/** A project with one agent for each name, all of them the same program. */
function project(...names: string[]): string {
  return projectWith(names, '');
}

/** `more` is said of each agent. */
function projectWith(names: readonly string[], more: string): string {
  const folder = join(home.folder, 'project');
  mkdirSync(folder);
  const agents = names.map(
    (name) =>
      `  - name: ${name}\n    vendor: scripted\n    worktree: false\n    command: ${JSON.stringify([PROGRAM.node, AGENT])}\n${more}`,
  );
  writeFileSync(join(folder, 'fleet.yaml'), `agents:\n${agents.join('')}`);
  return realpathSync(folder);
}

async function start(folder: string, agent: string, task: string): Promise<Run> {
  const daemon = await home.connect();
  const { run } = await daemon.ask({
    type: 'start',
    project: folder,
    agent,
    command: [],
    task,
    worktree: null,
    columns: 80,
    rows: 24,
    environment: home.environment,
  });
  return home.runWhen(run, ({ phase }) => phase === 'running');
}

/** Waits until the agent's own screen says so, and returns what matched. */
const shows = (run: Run, pattern: RegExp): Promise<RegExpExecArray> =>
  until(async () => {
    const { stdout } = await home.fleet(['screen', run.id]);
    return pattern.exec(stdout.replaceAll('\n', '')) ?? undefined;
  }, `${run.agent} to show ${pattern}`);

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('quarantine', () => {
  it('RI7 by hand: every process of the agent is gone, it starts by no way, and what it did last is shown', async () => {
    home = new FleetHome();
    const folder = project('dev');
    const run = await start(folder, 'dev', 'fine');
    const beside = Number((await shows(run, /beside (\d+)/))[1]);
    await shows(run, /now fine/);
    const put = await home.fleet(['quarantine', 'dev', '-m', 'it looked at the wrong files'], {
      cwd: folder,
    });
    expect(put).toMatchObject({ code: 0, stdout: expect.stringContaining('fleet quarantine show dev') });
    const ended = await home.runWhen(run.id, ({ phase }) => phase === 'exited');
    await until(() => (isAlive(beside) ? undefined : true), 'its other process to end');
    expect(isAlive(run.child!.pid)).toBe(false);
    expect(ended.restartsWhenEnded).toBe(false);

    for (const again of [
      ['start', 'dev', 'x'],
      ['restart', run.id],
    ])
      expect(await home.fleet(again, { cwd: folder })).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('quarantine'),
      });
    expect((await home.fleet(['ls'])).stdout).toContain('■ dev in quarantine: it looked at the wrong files');

    const shown = await until(async () => {
      const { stdout } = await home.fleet(['quarantine', 'show', 'dev'], { cwd: folder });
      return stdout.includes('screen of run') ? stdout : undefined;
    }, 'the evidence to be kept');
    expect(shown).toContain('now fine');
    expect(shown).toContain('Read succeeded');
    const [, id = ''] = /--quarantine (\w+)/.exec(shown)!;
    const wrong = await home.fleet(['release', 'dev', '-m', 'ok'], { cwd: folder });
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('quarantine show') });
    const out = await home.fleet(['release', 'dev', '--quarantine', id, '-m', 'the files were right'], {
      cwd: folder,
    });
    expect(out.code).toBe(0);
    await start(folder, 'dev', 'fine');
  });

  it('RI3 it outlives the daemon: killed and started again, the agent still does not start', async () => {
    home = new FleetHome();
    const folder = project('dev');
    const run = await start(folder, 'dev', 'fine');
    await home.fleet(['quarantine', 'dev', '-m', 'no'], { cwd: folder });
    process.kill(await home.daemonPid(), 'SIGKILL');
    await home.runWhen(run.id, ({ phase }) => phase === 'exited' || phase === 'lost');
    const again = await home.fleet(['start', 'dev', 'x'], { cwd: folder });
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('quarantine') });
  });
});

describe('the brain', () => {
  it('RI2 a tripwire refuses the calls of an agent that makes the same one over and over, and a person lets go', async () => {
    home = new FleetHome();
    const folder = project('dev');
    const run = await start(folder, 'dev', 'loop');
    await shows(run, /refused: .*identical-call/);
    expect((await home.state()).runs[run.id]?.phase).toBe('running');
    expect((await home.fleet(['ls'])).stdout).toContain('! dev held (identical-call)');
    const out = await home.fleet(['release', 'dev', '-m', 'it waits for a file'], { cwd: folder });
    expect(out.code).toBe(0);
    await until(
      async () => (Object.keys((await home.state()).holds).length === 0 ? true : undefined),
      'let go',
    );
  });

  it('R22 an agent that stalls is stopped within its model time, one that works beside it is not', async () => {
    // Ten minutes of an agent's life in a second.
    home = new FleetHome({ FLEET_BRAIN_SPEED: '600' });
    const folder = project('stuck', 'busy');
    const stuck = await start(folder, 'stuck', 'stall');
    const busy = await start(folder, 'busy', 'fine');
    const ended = await until(
      async () => {
        const seen = (await home.state()).runs[stuck.id];
        return seen?.phase === 'exited' ? seen : undefined;
      },
      'the agent that stalls to be stopped',
      60_000,
    );
    expect(isAlive(ended.child!.pid)).toBe(false);
    const state = await home.state();
    expect(Object.values(state.quarantines)).toMatchObject([{ agent: 'stuck', by: 'daemon' }]);
    expect(state.runs[busy.id]?.phase).toBe('running');
    const { stdout } = await home.fleet(['brain', 'insights', '--json']);
    const { agents } = JSON.parse(stdout) as { agents: { agent: string; level: string }[] };
    expect(agents[0]).toMatchObject({ agent: 'stuck', level: 'critical' });
    const shown = await home.fleet(['quarantine', 'show', 'stuck'], { cwd: folder });
    expect(shown.stdout).toMatch(/put there by the brain: risk 0\.\d+: silent/);
  });
});

describe.runIf(isFull)('a fleet of twelve', () => {
  it('R22 those that stall, loop and crash are found, an outage of all quarantines nobody', async () => {
    // Two minutes of an agent's life in a second.
    home = new FleetHome({ FLEET_BRAIN_SPEED: '120' });
    const fine = Array.from({ length: 8 }, (_, at) => `fine-${at}`);
    const folder = project(...fine, 'stuck-1', 'stuck-2', 'looping', 'crashing');
    for (const name of fine) await start(folder, name, 'fine');
    const stuck = [await start(folder, 'stuck-1', 'stall'), await start(folder, 'stuck-2', 'stall')];
    await start(folder, 'looping', 'loop');
    const daemon = await home.connect();
    const { run: crashing } = await daemon.ask({
      type: 'start',
      project: folder,
      agent: 'crashing',
      command: [],
      task: 'crash',
      worktree: null,
      columns: 80,
      rows: 24,
      environment: home.environment,
    });
    const held = async (agent: string): Promise<string | undefined> =>
      Object.values((await home.state()).holds).find(([hold]) => hold?.agent === agent)?.[0]?.tripwire;
    // A person who does not give up.
    for (let crash = 1; crash < 5; crash++) {
      await home.runWhen(crashing, ({ phase, generation }) => phase === 'exited' && generation >= crash);
      await daemon.ask({ type: 'restart', run: crashing, environment: home.environment });
    }
    await until(async () => ((await held('crashing')) === 'crash-loop' ? true : undefined), 'the crash loop');
    await until(async () => ((await held('looping')) === 'identical-call' ? true : undefined), 'the loop');
    for (const { id } of stuck) {
      const ended = await until(
        async () => {
          const run = (await home.state()).runs[id];
          return run?.phase === 'exited' ? run : undefined;
        },
        'those that stall to be stopped',
        120_000,
      );
      expect(isAlive(ended.child!.pid)).toBe(false);
    }
    const quarantined = async (): Promise<string[]> =>
      Object.values((await home.state()).quarantines)
        .map(({ agent }) => agent)
        .sort();
    expect(await quarantined()).toEqual(expect.arrayContaining(['stuck-1', 'stuck-2']));

    writeFileSync(join(folder, 'outage'), '');
    // Forty failures of each: half an hour of their lives.
    const callsOf = async (): Promise<Map<string, number>> => {
      const { agents } = await daemon.ask({ type: 'risk' });
      return new Map(agents.map(({ agent, readings }) => [agent, readings.error?.n ?? 0]));
    };
    const before = await callsOf();
    await until(
      async () => {
        const now = await callsOf();
        return fine.every((agent) => now.get(agent)! >= before.get(agent)! + 40) ? true : undefined;
      },
      'the outage to be felt by all',
      120_000,
    );
    rmSync(join(folder, 'outage'));
    // One that is held and goes on asking is no better than one that stalls; nobody else was stopped.
    expect((await quarantined()).filter((agent) => agent.startsWith('fine'))).toEqual([]);
    const state = await home.state();
    for (const run of Object.values(state.runs))
      if (run.agent.startsWith('fine')) expect(run.phase).toBe('running');
  });
});

describe('a budget of run time', () => {
  it('WT4 ends every session of an agent that has used it up, counts across a killed daemon, and is reset by a person', async () => {
    home = new FleetHome();
    const folder = projectWith(['dev'], '    budget_seconds: 8\n');
    const run = await start(folder, 'dev', 'stall');
    await shows(run, /now stall/);
    process.kill(await home.daemonPid(), 'SIGKILL');
    const ended = await home.runWhen(run.id, ({ phase }) => phase === 'exited');
    expect(ended.reason).toBe('its budget is used');
    // To the second: stopping takes a moment, no second session was given the time again.
    expect((ended.endedAt! - ended.startedAt!) / 1_000).toBeGreaterThanOrEqual(8);
    const types = (await home.log()).map(({ event }) => event.type);
    expect(types.filter((type) => type === 'budget-warning')).toHaveLength(1);
    expect(types.filter((type) => type === 'budget-exceeded')).toHaveLength(1);
    for (const again of [
      ['start', 'dev', 'x'],
      ['restart', run.id],
    ])
      expect(await home.fleet(again, { cwd: folder })).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('fleet budget reset dev'),
      });
    const table = await home.fleet(['budget'], { cwd: folder });
    expect(table.stdout).toMatch(/dev +1 +\d+s +8s +\d{3} % +exceeded/);
    expect((await home.fleet(['budget', 'reset', 'dev'], { cwd: folder })).code).toBe(1);
    expect(await home.fleet(['budget', 'reset', 'dev', '-m', 'one more try'], { cwd: folder })).toMatchObject(
      {
        code: 0,
      },
    );
    await start(folder, 'dev', 'fine');
  });
});
