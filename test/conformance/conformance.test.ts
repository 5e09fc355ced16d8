import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../source/screens/engine.ts';
import { Row } from '../../source/wire/cells.ts';
import { allStreams, type Stream } from './streams.ts';
import { TmuxScreens } from './tmux-screens.ts';

interface Difference {
  readonly stream: string;
  readonly cut: number;
  readonly row: number;
  readonly ours: string;
  readonly tmux: string;
  readonly reason: string;
}

const known = JSON.parse(readFileSync(join(import.meta.dirname, 'differences.json'), 'utf8')) as {
  readonly tmux: string;
  readonly reasons: Readonly<Record<string, string>>;
  readonly differences: readonly Difference[];
};

const version = TmuxScreens.version();
const isSkipped = version === null && process.env['CI'] !== 'true';
const skipped = isSkipped ? ' (skipped: there is no tmux here to compare with)' : '';

function ourRows(stream: Stream, count: number): string[] {
  const { columns, rows, bytes } = stream;
  const engine = createEngine({ columns, rows, scrollback: 100 });
  engine.write(bytes.subarray(0, count));
  const row = new Row(columns);
  const text = Array.from({ length: rows }, (_, y) => {
    engine.readRow(y, row);
    return row.text();
  });
  engine.dispose();
  return text;
}

describe(`R20 the screen is the one tmux shows, but for what is listed and explained${skipped}`, () => {
  const tmux = new TmuxScreens();
  afterAll(() => tmux.close());

  it('every listed difference has its reason, and every reason a difference', () => {
    const used = new Set(known.differences.map(({ reason }) => reason));
    expect([...used].sort()).toEqual(Object.keys(known.reasons).sort());
  });

  it.skipIf(isSkipped).each(allStreams())('R20 $name', async (stream) => {
    expect(version, 'CI must have tmux to compare with').not.toBeNull();
    for (const cut of stream.cuts) {
      const ours = ourRows(stream, cut);
      const theirs = await tmux.rowsOf(stream, cut);
      const differing = ours.flatMap((text, row) =>
        text === theirs[row] ? [] : [{ stream: stream.name, cut, row, ours: text, tmux: theirs[row] }],
      );
      const listed = known.differences
        .filter((one) => one.stream === stream.name && one.cut === cut)
        .map(({ reason: _reason, ...one }) => one);
      if (version === known.tmux) expect(differing).toEqual(listed);
      // Another version may have learned what this list explains, but may not differ in other rows.
      else for (const one of differing) expect(listed.map(({ row }) => row)).toContain(one.row);
    }
  });
});
