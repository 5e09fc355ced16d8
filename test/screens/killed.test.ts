import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine } from '../../source/screens/engine.ts';
import type { TerminalEngine } from '../../source/screens/terminal-engine.ts';
import { Row } from '../../source/wire/cells.ts';
import type { HolderConnection } from '../../source/wire/holder-client.ts';
import type { ScreensConnection } from '../../source/wire/screens-client.ts';
import type { ScreenText } from '../../source/wire/screens-protocol.ts';
import { percentile, report } from '../support/figures.ts';
import { numberedLines } from '../support/numbered-output.ts';
import { reliabilityCount } from '../support/reliability-count.ts';
import { ScreensLab } from '../support/screens-lab.ts';
import { seeded } from '../support/seeded.ts';
import { until } from '../support/until.ts';

/** What the screen of a session must be at an offset: all of its output, read without any interruption. */
class Reference {
  readonly #engine: TerminalEngine;
  readonly #events: (
    | { offset: number; bytes: Buffer }
    | { offset: number; columns: number; rows: number }
  )[] = [];
  #offset = 0;
  #to = 0;
  isGone = false;

  constructor(holder: HolderConnection) {
    this.#engine = createEngine({ columns: 80, rows: 24, scrollback: 200 });
    holder.onData((offset, bytes) => {
      this.#events.push({ offset, bytes });
      this.#to = offset + bytes.length;
    });
    holder.onResized((offset, columns, rows) => this.#events.push({ offset, columns, rows }));
    holder.onStatus(({ exit }) => (this.isGone ||= exit !== null));
    holder.onClose(() => (this.isGone = true));
    holder.attach(0);
  }

  /** The screen after exactly so many bytes, resizes at that offset included. */
  async at(offset: number): Promise<Omit<ScreenText, 'session'>> {
    await until(() => this.#to >= offset || undefined, `the reference to reach ${offset}`);
    const engine = this.#engine;
    for (let first = this.#events[0]; first !== undefined; first = this.#events[0]) {
      if ('columns' in first) {
        if (first.offset > offset) break;
        engine.resize(first.columns, first.rows);
        this.#events.shift();
        continue;
      }
      const { bytes } = first;
      const wanted = Math.min(bytes.length, offset - first.offset);
      if (wanted <= 0) break;
      engine.write(bytes.subarray(0, wanted));
      this.#offset = first.offset + wanted;
      if (wanted < bytes.length) {
        first.offset += wanted;
        first.bytes = bytes.subarray(wanted);
        break;
      }
      this.#events.shift();
    }
    const row = new Row(engine.columns);
    const { x, y, isVisible } = engine.cursor();
    return {
      columns: engine.columns,
      rows: Array.from({ length: engine.rows }, (_, line) => {
        engine.readRow(line, row);
        return row.text();
      }),
      cursor: { x, y, isVisible },
      isAlternate: (engine.modes() & 1) !== 0,
      modes: engine.modes(),
      title: engine.title,
      faults: engine.faults,
      offset: this.#offset,
    };
  }
}

let lab: ScreensLab;
beforeEach(() => {
  lab = new ScreensLab();
});
afterEach(() => lab.close());

const KILLS = reliabilityCount({ reduced: 4, full: 100 });
const SESSIONS = reliabilityCount({ reduced: 6, full: 20 });

describe('R3 screens is killed with sessions alive', () => {
  it(
    `R3 kill -9 of screens ${KILLS} times with ${SESSIONS} live sessions: none ends, every screen comes back equal`,
    { timeout: 60_000 + KILLS * 15_000 },
    async () => {
      const below = seeded(3);
      const names = Array.from({ length: SESSIONS }, (_, i) => `s${i}`);
      const holders: HolderConnection[] = [];
      const references: Reference[] = [];
      for (const [i, name] of names.entries()) {
        const command =
          i % 3 === 2
            ? [process.execPath, join(import.meta.dirname, '..', 'support', 'redraws.mjs'), '100']
            : numberedLines(200);
        const holder = await lab.session(name, command);
        holders.push(holder);
        references.push(new Reference(await lab.holders.connect(name)));
      }
      let screens: ScreensConnection = await lab.start();
      const backAfterMs: number[] = [];
      let fromSnapshots = 0;
      for (let kill = 0; kill <= KILLS; kill++) {
        for (const name of names) screens.open(name, true);
        for (const [i, name] of names.entries()) {
          const { session: _session, ...seen } = await screens.screen(name);
          expect(seen, `${name} after ${kill} kills`).toEqual(await references[i]!.at(seen.offset));
          if (seen.offset > 256 * 1024) fromSnapshots++;
        }
        expect(references.map(({ isGone }) => isGone)).not.toContain(true);
        if (kill === KILLS) break;
        // At any moment: while they print, after a size has changed, while something is being saved.
        const resized = below(SESSIONS);
        holders[resized]!.resize(60 + below(60), 12 + below(30));
        await new Promise((resolve) => setTimeout(resolve, below(600)));
        await lab.end('SIGKILL');
        const started = performance.now();
        screens = await lab.start();
        for (const name of names) screens.open(name, true);
        await Promise.all(names.map((name) => screens.screen(name)));
        backAfterMs.push(performance.now() - started);
      }
      report('R3 screens', {
        kills: KILLS,
        sessions: SESSIONS,
        'back after ms p50': Math.round(percentile(backAfterMs, 0.5)),
        'back after ms p99': Math.round(percentile(backAfterMs, 0.99)),
        'screens with much output': fromSnapshots,
      });
    },
  );

  it('R3 a screen whose saved state is garbled, cut short or of another version is read from the output', async () => {
    const { readdirSync, readFileSync, writeFileSync } = await import('node:fs');
    const holder = await lab.shell('s1');
    const screens = await lab.start();
    await holder.input(Buffer.from('seq 1 20000; printf "\\e[1;34mthe end\\n"\n'));
    await until(async () => (await screens.screen('s1')).rows.includes('the end') || undefined, 'the end');
    const wanted = await screens.screen('s1');
    // Told to end, it saves first.
    await lab.end('SIGTERM');
    const folder = join(lab.places.snapshots, 's1');
    const [name] = readdirSync(folder);
    const saved = readFileSync(join(folder, name!));
    const garbled = Buffer.from(saved);
    garbled[saved.length >> 1]! ^= 0x40;
    const damages = [
      garbled,
      saved.subarray(0, saved.length >> 1),
      Buffer.from('fleet-screen 0\n'),
      Buffer.alloc(0),
    ];
    for (const damaged of damages) {
      writeFileSync(join(folder, name!), damaged);
      const again = await lab.start();
      expect(await again.screen('s1')).toEqual(wanted);
      await lab.end('SIGKILL');
    }
  });
});
