/** R17: several people decide on the same requests at the same moment, and some of them, or the daemon, die. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { FleetEvent, Recorded } from '../../source/core/event.ts';
import type { Decided } from '../support/decider.ts';
import { report } from '../support/figures.ts';
import { FleetHome, PROGRAM } from '../support/fleet-home.ts';
import { killHard } from '../support/home-processes.ts';
import type { Told } from '../support/many-asks.ts';
import { keptOutput } from '../support/numbered-output.ts';
import { reliabilityCount } from '../support/reliability-count.ts';
import { until } from '../support/until.ts';

const APPROVALS = reliabilityCount({ reduced: 60, full: 2_000 });
/** With as many connections that are just ending it stays below what one session may have open. */
const BATCH = 30;
const DECIDERS = ['ana', 'ben', 'cy'];
/** A hundred a second at least, on a machine that does other things too. */
const TIME_MS_MAX = 30_000 + 40 * APPROVALS;
const SUPPORT = resolve(import.meta.dirname, '..', 'support');

let home: FleetHome;
const deciders: ChildProcess[] = [];
afterEach(async () => {
  for (const { pid } of deciders.splice(0)) await killHard(pid!);
  await home?.close();
});

it(`R17 ${DECIDERS.length} deciders at once over ${APPROVALS} requests: one verdict each, and the agent gets that one`, async () => {
  const seed = Number(process.env['FLEET_SEED'] ?? Date.now() % 1_000_000);
  home = new FleetHome();
  const project = join(home.folder, 'project');
  const told = join(home.folder, 'told.jsonl');
  mkdirSync(project);
  writeFileSync(told, '');
  const command = [PROGRAM.node, join(SUPPORT, 'many-asks.ts'), String(APPROVALS), String(BATCH), told];
  writeFileSync(
    join(project, 'fleet.yaml'),
    `agents:\n  - name: dev\n    vendor: scripted\n    worktree: false\n    command: ${JSON.stringify(command)}\n`,
  );
  for (const [i, name] of DECIDERS.entries()) await beginDecider(name, seed + i);
  const startedAt = performance.now();
  const started = await home.fleet(['start', 'dev', 'go', '--json'], { cwd: project });
  expect(started.stderr).toBe('');
  const { run } = JSON.parse(started.stdout) as { run: string };
  const answered = (share: number) =>
    until(
      async () => {
        if (linesOf(told).length >= APPROVALS * share) return true;
        const { phase, session } = (await home.state()).runs[run]!;
        if (phase === 'exited' && linesOf(told).length < APPROVALS * share)
          throw new Error(`the agent ended: ${keptOutput(home.places.session(session!))}`);
        return undefined;
      },
      `${share} of the answers`,
      TIME_MS_MAX,
    );

  await answered(0.25);
  // In the middle of deciding; somebody else comes in for him.
  await killHard(deciders[0]!.pid!);
  await beginDecider('dan', seed + DECIDERS.length);
  await answered(0.5);
  await killHard(await home.daemonPid());
  await answered(1);
  const seconds = (performance.now() - startedAt) / 1_000;
  const { session } = await home.runWhen(run, ({ phase }) => phase === 'exited');
  expect(keptOutput(home.places.session(session!))).toContain('all answered');

  const decisions = new Map<string, Extract<FleetEvent, { type: 'approval-decided' }>[]>();
  for (const { event } of await wholeLog('approval-decided'))
    if (event.type === 'approval-decided')
      decisions.set(event.approval, [...(decisions.get(event.approval) ?? []), event]);
  const requests = (await wholeLog('approval-requested')).flatMap(({ event }) =>
    event.type === 'approval-requested' ? [event] : [],
  );
  expect(requests).toHaveLength(APPROVALS);

  const claims = [...DECIDERS, 'dan'].flatMap((name) => linesOf<Decided>(join(home.folder, name)));
  const answers = linesOf<Told>(told);
  let races = 0;
  for (const { approval, subject } of requests) {
    if (subject?.type !== 'tool-call') throw new Error(`${approval} is not about a call`);
    const { call } = subject;
    const [decision, ...more] = decisions.get(approval) ?? [];
    expect(more, `decisions on ${approval}, seed ${seed}`).toEqual([]);
    const [answer, ...others] = answers.filter((each) => each.call === call.id);
    expect(others, `answers to ${call.id}, seed ${seed}`).toEqual([]);
    expect(answer).toMatchObject(
      decision!.verdict === 'approved'
        ? { verdict: 'allow', input: call.input }
        : { verdict: 'deny', message: decision!.message },
    );
    const tried = claims.filter((claim) => claim.approval === approval);
    const won = tried.filter(({ words }) => words === '');
    // One who was killed may have won without living to hear it.
    expect(won.map((claim) => claim.decision)).toEqual(
      won.length === 0 && decision!.decision.startsWith(`${DECIDERS[0]}:`) ? [] : [decision!.decision],
    );
    for (const { words } of tried.filter(({ words }) => words !== ''))
      expect(words).toMatch(/^already (approved|rejected) by \S+ \d+ s ago/);
    if (tried.length > 1) races++;
  }
  const fleet = await home.state();
  expect(fleet.alarms, `seed ${seed}`).toEqual([]);
  expect((await home.fleet(['log', 'verify'])).code).toBe(0);
  report('R17', { approvals: APPROVALS, races, seconds: seconds.toFixed(1), seed });
  // They did race: most requests had more than one who decided.
  expect(races).toBeGreaterThan(APPROVALS / 2);
});

/** Resolves when it waits for something to decide. */
async function beginDecider(name: string, seed: number): Promise<void> {
  const file = join(home.folder, name);
  writeFileSync(file, '');
  const decider = spawn(process.execPath, [join(SUPPORT, 'decider.ts'), name, String(seed), file], {
    env: {
      ...home.environment,
      ...(process.env['FLEET_DIST'] ? { FLEET_DIST: process.env['FLEET_DIST'] } : {}),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  deciders.push(decider);
  await once(decider.stdout, 'data');
}

async function wholeLog(eventType: string): Promise<Recorded[]> {
  const { stdout } = await home.fleet(['log', '--json', '--type', eventType]);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Recorded);
}

/** A line being written at this moment is left for later. */
function linesOf<T>(file: string): T[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as T);
}
