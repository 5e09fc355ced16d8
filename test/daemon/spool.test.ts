import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Input } from '../../source/core/input.ts';
import { ingestSpool } from '../../source/daemon/spool.ts';
import type { SpooledReport } from '../../source/wire/gate-protocol.ts';
import { Simulation } from '../support/fleet.ts';
import { tempFolder, type TempFolder } from '../support/gate.ts';

let folder: TempFolder;
let spool: string;
let simulation: Simulation;
let session: string;
beforeEach(() => {
  folder = tempFolder();
  spool = join(folder.path, 'spool');
  mkdirSync(spool);
  simulation = new Simulation();
  session = simulation.running().session;
});
afterEach(() => folder.remove());

const ingest = () =>
  ingestSpool({
    places: { spool },
    loop: {
      get fleet() {
        return simulation.fleet;
      },
      submit: async (input: Input, actor?: string) => {
        const { events: _, ...decision } = simulation.submit(input, actor);
        return { fleet: simulation.fleet, events: [], refusal: decision.refusal ?? null };
      },
    },
  });

const finished = (id: string, change: Partial<SpooledReport> = {}): string =>
  JSON.stringify({
    id: `r-${id}`,
    at: 1,
    session,
    dialect: 'fleet',
    payload: JSON.stringify({
      event: 'tool-finished',
      call: { id, tool: 'Read', input: { file_path: '/w/a' } },
      outcome: 'succeeded',
    }),
    mayBeKnown: false,
    ...change,
  } satisfies SpooledReport);

const write = (name: string, ...lines: string[]): void =>
  writeFileSync(join(spool, name), lines.map((line) => `\n${line}\n`).join(''));
const recorded = (type: string): number => simulation.log.filter(({ event }) => event.type === type).length;

describe('AU1 what hooks said while no daemon was there', () => {
  test('is on record afterwards, once, broken lines aside', async () => {
    write(`${session}.jsonl`, '{"id":"cut o', finished('c1'), '[]', finished('c2'));
    await ingest();
    expect(recorded('tool-finished')).toBe(2);
    expect(readdirSync(spool)).toEqual([`${session}.broken`]);
    await ingest();
    expect(recorded('tool-finished')).toBe(2);
  });

  test('raises the alarm where a call went past the gate', async () => {
    write(`${session}.jsonl`, finished('c1'));
    await ingest();
    expect(recorded('alarm-raised')).toBe(1);
  });

  test('raises none for what the last daemon may have recorded', async () => {
    write(`${session}.jsonl`, finished('c1', { mayBeKnown: true }));
    await ingest();
    expect(recorded('alarm-raised')).toBe(0);
  });

  test('raises none for what a killed daemon was reading', async () => {
    write(`${session}.taken`, finished('c1'));
    await ingest();
    expect(recorded('alarm-raised')).toBe(0);
    expect(readdirSync(spool)).toEqual([]);
  });

  test('is dropped when nobody knows the session', async () => {
    write('stranger.jsonl', finished('c1'));
    await ingest();
    expect(recorded('tool-finished')).toBe(0);
    expect(readdirSync(spool)).toEqual([]);
  });
});
