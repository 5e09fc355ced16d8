/**
 * From a byte in at the client's terminal to its echo out: 250 keys, one at a time, in turns under tmux and
 * under us, with eight panes that rest, work, or flood, and on slow lines.
 */
import { setTimeout as after } from 'node:timers/promises';
import { Feeder } from './support/feeder.ts';
import { compare, median, quantile, type Bench, type BenchRow } from './support/row.ts';
import type { Sink } from './support/sink.ts';
import { Floods } from './support/floods.ts';
import { inRounds, onBothStages, type Stages } from './support/two-stages.ts';

const PANES = 8;
const ROUNDS = 5;
const KEYS_A_ROUND = 50;
/** The compilers have seen the code: what is measured is a control room in use, not its first keys. */
const WARM_UP_KEYS = 300;
/** Never painted by anything else, so that seeing it means seeing the echo. */
const KEY = '~';
/** Long enough for the slowest line measured; a key that never comes back fails the benchmark. */
const ECHO_TIMEOUT_MS = 15_000;
/** Between keys: a fast typist's burst, slow enough that one echo never rides on another. */
const BETWEEN_KEYS_MS = 25;
/** What was stopped or begun has had its effect on buffers and frames. */
const TURN_MS = 500;

const IDLE = 'exec sleep 100000';
/** Every line differs, so that there always is something to paint. */
const FLOOD = 'seq 1 1000000000000';
const RATE = { kind: 'lines', writesPerSecond: 50, bytesPerWrite: 2_000 } as const;

export async function idle(): Promise<Bench> {
  const panes = Array.from({ length: PANES }, () => IDLE);
  const measured = await onBothStages({ panes }, async (stages) => {
    await warmUp(stages);
    return inRounds(stages, ROUNDS, ({ sink }) => typed(sink));
  });
  const limit = { value: 1, unit: 'ms' };
  return { id: 'lat-idle', rows: [p50('lat-idle: 8 idle panes', measured, 2.5, limit)] };
}

export async function rate(): Promise<Bench> {
  const feeder = new Feeder(PANES - 1);
  const pipes = Array.from({ length: PANES - 1 }, (_, pipe) => pipe);
  const panes = [IDLE, ...pipes.map((pipe) => feeder.line(pipe))];
  try {
    const measured = await onBothStages({ panes }, async (stages) => {
      await warmUp(stages);
      return inRounds(stages, ROUNDS, async (stage) => {
        feeder.start({
          stage: stage.name,
          pipes,
          columns: stage.pane.columns,
          ...RATE,
        });
        await after(TURN_MS);
        const times = await typed(stage.sink);
        await feeder.stop();
        return times;
      });
    });
    return { id: 'lat-rate', rows: [p50('lat-rate: 7 panes at 100 KB/s', measured, 2.5)] };
  } finally {
    await feeder.close();
  }
}

export async function flood(): Promise<Bench> {
  const measured = await underFlood();
  const worst = (rounds: readonly number[][]) => rounds.map((times) => quantile(times, 0.99));
  return {
    id: 'lat-flood',
    rows: [
      p50('lat-flood: 7 floods', measured, 1.2),
      compare({
        name: 'lat-flood: 7 floods, p99 ms',
        ours: worst(measured.ours),
        peer: worst(measured.peer),
        target: 2,
      }),
    ],
  };
}

export async function slow(): Promise<Bench> {
  const rows: BenchRow[] = [];
  for (const bytesPerSecond of [200_000, 50_000]) {
    const measured = await underFlood(bytesPerSecond);
    rows.push(p50(`lat-slow: ${bytesPerSecond / 1_000} KB/s, 7 floods`, measured, 0.35));
  }
  return { id: 'lat-slow', rows };
}

interface Measured {
  readonly ours: readonly number[][];
  readonly peer: readonly number[][];
}

async function underFlood(bytesPerSecond?: number): Promise<Measured> {
  const floods = new Floods();
  const panes = [IDLE, ...Array.from({ length: PANES - 1 }, () => floods.line(FLOOD))];
  const keys = bytesPerSecond ? KEYS_A_ROUND / 2 : KEYS_A_ROUND;
  try {
    return await onBothStages({ panes, ...(bytesPerSecond && { bytesPerSecond }) }, async (stages) => {
      await warmUp(stages);
      return inRounds(stages, ROUNDS, async (stage) => {
        floods.let(stage, true);
        await after(TURN_MS);
        const times = await typed(stage.sink, keys);
        floods.let(stage, false);
        await after(TURN_MS);
        return times;
      });
    });
  } finally {
    floods.close();
  }
}

function p50(
  name: string,
  measured: Measured,
  target: number,
  limit?: { readonly value: number; readonly unit: string },
): BenchRow {
  return compare({
    name: `${name}, p50 ms`,
    ours: measured.ours.map(median),
    peer: measured.peer.map(median),
    target,
    ...(limit && { limit }),
  });
}

async function warmUp({ ours, peer }: Stages): Promise<void> {
  await typed(ours.sink, WARM_UP_KEYS);
  await typed(peer.sink, WARM_UP_KEYS / 10);
}

/** Milliseconds from each key to its echo. */
async function typed(sink: Sink, keys = KEYS_A_ROUND): Promise<number[]> {
  const times: number[] = [];
  for (let key = 0; key < keys; key++) {
    // A fresh line now and then, so that an echo never falls on the edge of the pane.
    if (key % 25 === 0) {
      sink.write('\r');
      await after(BETWEEN_KEYS_MS * 4);
    }
    const begun = performance.now();
    const seen = sink.until((painted) => painted.includes(KEY), 'the echo of a key', ECHO_TIMEOUT_MS);
    sink.write(KEY);
    await seen;
    times.push(performance.now() - begun);
    await after(BETWEEN_KEYS_MS);
  }
  return times;
}
