/** R3: the process that interprets what agents print is killed; the next one shows the same screens. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import type { ScreenText } from '../../source/wire/screens-protocol.ts';
import { percentile, report } from '../support/figures.ts';
import { FleetHome } from '../support/fleet-home.ts';
import { killHard, pidOf } from '../support/home-processes.ts';
import { reliabilityCount } from '../support/reliability-count.ts';
import { seeded } from '../support/seeded.ts';
import { until } from '../support/until.ts';

const KILLS = reliabilityCount({ reduced: 5, full: 100 });

let home: FleetHome;
afterEach(() => home?.close());

/** Each prints its picture, says "done" and stays. */
const PICTURES: Readonly<Record<string, string>> = {
  colours:
    'for i in $(seq 0 255); do printf "\\033[48;5;%dm %3d \\033[0m" $i $i; done; printf "\\n\\033[1;4;38;2;9;99;199mdone\\033[0m"',
  'wide characters': 'printf "漢字かな 한글 👩‍👩‍👧 é\\t|\\n%s" done; printf "\\033[3;40H右\\033[5;1H"',
  'the other screen':
    'printf "below\\033[?1049h\\033[2J\\033[5;10Hon top\\033[10;5Hdone\\033[?25l\\033[?2004h"',
  'a scrolled region':
    'seq 1 500; printf "\\033[3;9r\\033[9;1H"; seq 600 700; printf "done\\033[r\\033[2;5H"',
};

it(`R3 ${KILLS} kills of screens: every screen comes back equal, and nobody else notices`, async () => {
  const seed = Number(process.env['FLEET_SEED'] ?? Date.now() % 1_000_000);
  const random = seeded(seed);
  home = new FleetHome();
  const runs: { name: string; id: string }[] = [];
  for (const [name, script] of Object.entries(PICTURES)) {
    const { id } = await home.start(['/bin/sh', '-c', `${script}; exec cat`]);
    runs.push({ name, id });
  }
  const text = join(home.folder, 'poem.txt');
  writeFileSync(text, `first line\n${'all work and no play\n'.repeat(100)}`);
  const hasVim = (await home.fleet(['start', '--command', `vim -u NONE -N -n ${text}`, '--json'])).stdout;
  const vim = JSON.parse(hasVim) as { run: string };
  if (
    (await home.runWhen(vim.run, ({ phase }) => phase !== 'requested' && phase !== 'launching')).phase ===
    'running'
  )
    runs.push({ name: 'vim', id: vim.run });
  else process.stdout.write('R3: there is no vim here; its screen is not compared\n');

  const before = new Map<string, ScreenText>();
  for (const { name, id } of runs)
    before.set(
      id,
      await screenWhen(id, (rows) => rows.join('\n').includes(name === 'vim' ? 'first line' : 'done')),
    );
  const holders = Object.values((await home.state()).runs).map(({ holder, child }) => ({ holder, child }));

  const backMs: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    await after(random(100));
    await killHard(await pidOf(home.places, 'screens'));
    const killedAt = performance.now();
    for (const [index, { name, id }] of runs.entries()) {
      expect(await screenWhen(id, () => true), `${name}, kill ${kill}, seed ${seed}`).toEqual(before.get(id));
      if (index === 0) backMs.push(performance.now() - killedAt);
    }
  }
  const fleet = await home.state();
  expect(Object.values(fleet.runs).map(({ holder, child }) => ({ holder, child }))).toEqual(holders);
  expect(fleet.alarms).toEqual([]);
  report('R3 screens', {
    kills: KILLS,
    'back p50 ms': Math.round(percentile(backMs, 0.5)),
    'back p99 ms': Math.round(percentile(backMs, 0.99)),
    seed,
  });
});

/** As `fleet screen` prints it; the process may be on its way up. */
function screenWhen(run: string, isSo: (rows: readonly string[]) => boolean): Promise<ScreenText> {
  return until(async () => {
    const { code, stdout } = await home.fleet(['screen', run, '--json']);
    if (code !== 0) return undefined;
    const screen = JSON.parse(stdout) as ScreenText;
    return isSo(screen.rows) ? screen : undefined;
  }, `the screen of ${run}`);
}
