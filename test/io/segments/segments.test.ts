import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { openSegments, type SegmentEvent } from '../../../source/io/segments/segment-reader.ts';
import { SegmentWriter, type SegmentWriterOptions } from '../../../source/io/segments/segment-writer.ts';
import { until } from '../../support/until.ts';

let folder: string;
let writers: SegmentWriter[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fs-'));
  writers = [];
});

afterEach(async () => {
  await Promise.all(writers.map((writer) => writer.close()));
  rmSync(folder, { recursive: true, force: true });
});

function open(more: Partial<SegmentWriterOptions> = {}): SegmentWriter {
  const writer = new SegmentWriter({ directory: folder, columns: 80, rows: 24, ...more });
  writers.push(writer);
  return writer;
}

/** Bytes that say where they belong. */
function numbered(from: number, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, (_, index) => (from + index) % 251));
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function dataOf(events: Iterable<SegmentEvent>): Buffer {
  return Buffer.concat([...events].flatMap((event) => (event.type === 'data' ? [event.bytes] : [])));
}

/** Each event as one short text; neighbouring data as one. */
function outline(events: Iterable<SegmentEvent>): string[] {
  const lines: string[] = [];
  let end = -1;
  for (const event of events) {
    if (event.type === 'resize') lines.push(`${event.columns}x${event.rows} at ${event.offset}`);
    else if (end === event.offset && lines.at(-1)?.startsWith('data'))
      lines.push(lines.pop()!.replace(/\d+$/, String(event.offset + event.bytes.length)));
    else lines.push(`data ${event.offset} to ${event.offset + event.bytes.length}`);
    if (event.type === 'data') end = event.offset + event.bytes.length;
  }
  return lines;
}

test('output comes back byte for byte, from any offset, with its sizes where they changed', async () => {
  const writer = open({ segmentBytes: 1_000 });
  for (let at = 0; at < 5_000; at += 7) {
    if (at === 2_100) writer.resize(100, 30);
    if (at === 4_200) {
      writer.resize(120, 40);
      writer.resize(121, 41);
    }
    writer.append(numbered(at, 7));
    if (at % 70 === 0) await turn();
  }
  writer.resize(60, 20);
  await writer.close();
  const reader = openSegments(folder);
  expect([reader.from, reader.to]).toEqual([0, 5_005]);
  expect(dataOf(reader.events(0))).toEqual(numbered(0, 5_005));
  expect(dataOf(reader.events(3_333))).toEqual(numbered(3_333, 5_005 - 3_333));
  expect(outline(reader.events(0))).toEqual([
    '80x24 at 0',
    'data 0 to 2100',
    '100x30 at 2100',
    'data 2100 to 4200',
    '121x41 at 4200',
    'data 4200 to 5005',
    '60x20 at 5005',
  ]);
  expect(outline(reader.events(4_000))).toEqual([
    '100x30 at 4000',
    'data 4000 to 4200',
    '121x41 at 4200',
    'data 4200 to 5005',
    '60x20 at 5005',
  ]);
});

test('who reads while it is written sees one unbroken run, on disk or not yet', async () => {
  const writer = open({ segmentBytes: 10_000 });
  let read = 0;
  for (let at = 0; at < 60_000; at += 100) {
    writer.append(numbered(at, 100));
    if (at % 700 === 0) await turn();
    for (let part = writer.read(read, 333); part !== null; part = writer.read(read, 333)) {
      expect(part.offset).toBe(read);
      expect(part.bytes).toEqual(numbered(read, part.bytes.length));
      read += part.bytes.length;
    }
  }
  expect(read).toBe(60_000);
  expect(writer.read(0, 64)).toEqual({ offset: 0, bytes: numbered(0, 64) });
});

test('a flood is bounded on disk, and what is kept is its end', async () => {
  const writer = open({ segmentBytes: 64 * 1024, segmentsKept: 4 });
  for (let at = 0; at < 4 * 1024 * 1024; at += 4_096) {
    writer.append(numbered(at, 4_096));
    if (writer.isBehind || at % 65_536 === 0) await turn();
  }
  await writer.close();
  await until(() => readdirSync(folder).length === 8 || undefined, 'old segments are gone');
  const reader = openSegments(folder);
  expect(reader.to).toBe(4 * 1024 * 1024);
  expect(reader.to - reader.from).toBeGreaterThan(3 * 64 * 1024);
  expect(reader.to - reader.from).toBeLessThanOrEqual(4 * 64 * 1024);
  expect(dataOf(reader.events(0))).toEqual(numbered(reader.from, reader.to - reader.from));
  // Each index stands alone: what came before is gone, the size is still known.
  expect(outline(reader.events(0))[0]).toBe(`80x24 at ${reader.from}`);
});

test('a storm of resizes is bounded on disk and in memory', async () => {
  const writer = open();
  for (let round = 0; round < 20_000; round++) {
    writer.resize(80 + (round % 100), 24);
    if (round % 100 === 0) writer.append(numbered(0, 1));
  }
  await writer.close();
  expect(statSync(join(folder, 'index.0')).size).toBeLessThan(24 * 500);
});

test('the time of output is known to a quarter of a second', async () => {
  const writer = open();
  const begun = Date.now();
  writer.append(numbered(0, 100));
  await until(() => Date.now() - begun > 300 || undefined, 'time passes');
  writer.append(numbered(100, 100));
  await writer.close();
  const [first, second] = openSegments(folder).records.filter(({ offset }, at) => offset > 0 || at === 0);
  expect(first!.at - begun).toBeLessThan(250);
  expect(second!.offset).toBe(100);
  expect(second!.at - begun).toBeGreaterThanOrEqual(250);
});

test('R27 a garbled, torn or missing index costs times and sizes, never output', async () => {
  const writer = open({ segmentBytes: 1_000 });
  for (let at = 0; at < 3_000; at += 500) {
    writer.resize(80 + at / 500, 24);
    writer.append(numbered(at, 500));
    await turn();
  }
  await writer.close();
  const index = join(folder, 'index.1000');
  const whole = readFileSync(index);
  const damages: (() => void)[] = [
    () => truncateSync(index, whole.length - 5),
    () => truncateSync(index, 0),
    () => writeFileSync(index, Buffer.from(whole.map((byte, at) => (at % 24 === 3 ? byte ^ 0xff : byte)))),
    () => writeFileSync(index, Buffer.alloc(100_000, 0xff)),
    () => unlinkSync(index),
    () => mkdirSync(index),
  ];
  for (const damage of damages) {
    damage();
    expect(dataOf(openSegments(folder).events(0))).toEqual(numbered(0, 3_000));
    if (statSync(index, { throwIfNoEntry: false })?.isFile()) writeFileSync(index, whole);
  }
});

test('R27 a record cut short hides only itself', async () => {
  const writer = open();
  writer.append(numbered(0, 10));
  await writer.close();
  const index = join(folder, 'index.0');
  const records = readFileSync(index);
  writeFileSync(
    index,
    Buffer.concat([records.subarray(0, 24), records.subarray(0, 11), records.subarray(0, 24)]),
  );
  expect(openSegments(folder).records).toHaveLength(2);
});

test('R27 a missing, cut or overgrown segment leaves the rest in its place', async () => {
  const writer = open({ segmentBytes: 1_000 });
  for (let at = 0; at < 4_000; at += 500) {
    writer.append(numbered(at, 500));
    await turn();
  }
  await writer.close();
  unlinkSync(join(folder, 'out.1000'));
  truncateSync(join(folder, 'out.3000'), 10);
  writeFileSync(join(folder, 'out.2000'), numbered(2_000, 1_500));
  writeFileSync(join(folder, 'out.x'), 'not a segment');
  const reader = openSegments(folder);
  expect([reader.from, reader.to]).toEqual([0, 3_010]);
  expect(outline(reader.events(0)).filter((line) => line.startsWith('data'))).toEqual([
    'data 0 to 1000',
    'data 2000 to 3010',
  ]);
});

test('R27 a folder that is missing or empty is a session without output', () => {
  for (const directory of [folder, join(folder, 'gone')]) {
    const reader = openSegments(directory);
    expect([reader.from, reader.to, [...reader.events(0)]]).toEqual([0, 0, []]);
  }
});

test('R7 with a full disk output goes on in bounded memory, says so, and comes back', async () => {
  const writer = open({ segmentBytes: 1_000 });
  // A device that is always full, in the place of the next segment.
  symlinkSync('/dev/full', join(folder, 'out.1000'));
  writer.append(numbered(0, 1_000));
  writer.append(numbered(1_000, 500));
  await until(() => writer.diskError, 'the full disk is noticed');
  expect(writer.diskError).toMatch(/no space left on its disk; the last 1048576 bytes are kept in memory/);
  for (let at = 1_500; at < 3_000_000; at += 10_000) writer.append(numbered(at, 10_000));
  const lost = writer.read(1_000, 10)!;
  expect(lost.offset).toBeGreaterThan(1_000);
  expect(writer.to - lost.offset).toBeLessThanOrEqual(1024 * 1024);
  expect(lost.bytes).toEqual(numbered(lost.offset, 10));
  expect(writer.isBehind).toBe(false);
  const { to } = writer;
  unlinkSync(join(folder, 'out.1000'));
  await until(() => writer.diskError === undefined || undefined, 'the disk is used again');
  writer.append(numbered(to, 500));
  await writer.close();
  const reader = openSegments(folder);
  expect(reader.to).toBe(to + 500);
  expect(dataOf(reader.events(reader.to - 4_000))).toEqual(numbered(reader.to - 4_000, 4_000));
});
