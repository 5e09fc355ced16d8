/**
 * From a byte in at the client's terminal to its echo out: 250 keys, one at a time, in turns under tmux and
 * under us, with eight panes that rest, work, or flood, and on slow lines.
 */
import { setTimeout as after } from 'node:timers/promises';
import { compare, median, quantile, type Bench, type BenchRow } from './support/row.ts';
import type { Sink } from './support/sink.ts';
import { onBothStages, type Stages } from './support/two-stages.ts';

const ROUNDS = 5;
const KEYS_A_ROUND = 50;
/** Rarely painted by anything else, so that seeing it means seeing the echo. */
const KEY = '~';
/** Long enough for the slowest line measured; a key that never comes back fails the benchmark. */
const ECHO_TIMEOUT_MS = 10_000;
/** Between keys: a fast typist's burst, slow enough that one echo never rides on another. */
const BETWEEN_KEYS_MS = 25;

const IDLE = 'exec sleep 100000';
/** 100 KB a second in 50 writes, by a shell loop that costs next to nothing. */
const RATE = `line=$(printf '%2000s' '' | tr ' ' y); while :; do printf '%s\\r\\n' "$line"; sleep 0.02; done`;
/** Every line differs, so that there always is something to paint. */
const FLOOD = 'while :; do seq 1 1000000; done';
const SLOW_LINES = [200_000, 50_000];

export async function run(): Promise<Bench> {
  const rows: BenchRow[] = [];
  const measured = async (name: string, others: string, bytesPerSecond?: number) => {
    const panes = [IDLE, ...Array.from({ length: 7 }, () => others)];
    const rounds = await onBothStages({ panes, ...(bytesPerSecond && { bytesPerSecond }) }, echoes);
    const p50 = rounds.map(({ ours, peer }) => [median(ours), median(peer)] as const);
    const p99 = rounds.map(({ ours, peer }) => [quantile(ours, 0.99), quantile(peer, 0.99)] as const);
    return {
      p50: (target: number) =>
        compare({ name: `${name} p50 ms`, ours: p50.map(([o]) => o), peer: p50.map(([, p]) => p), target }),
      p99: (target: number) =>
        compare({ name: `${name} p99 ms`, ours: p99.map(([o]) => o), peer: p99.map(([, p]) => p), target }),
    };
  };
  const idle = (await measured('lat-idle', IDLE)).p50(2.5);
  rows.push({ ...idle, pass: idle.pass && idle.ours <= 1 });
  rows.push((await measured('lat-rate', RATE)).p50(2.5));
  const flood = await measured('lat-flood', FLOOD);
  rows.push(flood.p50(1.2), flood.p99(2));
  for (const bytesPerSecond of SLOW_LINES)
    rows.push((await measured(`lat-slow ${bytesPerSecond / 1_000} KB/s`, FLOOD, bytesPerSecond)).p50(0.35));
  return { id: 'latency', rows };
}

async function echoes({ ours, peer }: Stages): Promise<{ ours: number[]; peer: number[] }[]> {
  await typed(ours.sink, 10);
  await typed(peer.sink, 10);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++)
    rounds.push({ ours: await typed(ours.sink, KEYS_A_ROUND), peer: await typed(peer.sink, KEYS_A_ROUND) });
  return rounds;
}

/** Milliseconds from each key to its echo. */
async function typed(sink: Sink, keys: number): Promise<number[]> {
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
