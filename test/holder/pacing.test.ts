import { setTimeout as after } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Pacing } from '../../source/holder/pacing.ts';

const READER = {};
let pacing: Pacing;
let changes = 0;
let reads = 0;
/** What the next read finds. */
let waiting = 1_000;

function make(): void {
  changes = 0;
  waiting = 1_000;
  reads = 0;
  pacing = new Pacing({
    read: () => {
      reads++;
      if (waiting > 0) pacing.noteOutput(waiting);
      return waiting;
    },
    onChange: () => changes++,
  });
}

/** Prints now and then until `isDone`; false when it was not within three and a half seconds. */
async function printUntil(isDone: () => boolean, bytes = 400): Promise<boolean> {
  const deadline = performance.now() + 3_500;
  while (!isDone()) {
    if (performance.now() > deadline) return false;
    if (!pacing.isHolding) pacing.noteOutput(bytes);
    await after(20);
  }
  return true;
}

afterEach(() => pacing.close());

describe('how often a terminal is read', () => {
  it('what nobody looks at is read now and then once it has gone on for a while', async () => {
    make();
    pacing.want(READER, { sustainedMs: 100, floodMs: 0 });
    const begun = performance.now();
    expect(await printUntil(() => pacing.isHolding)).toBe(true);
    expect(performance.now() - begun).toBeGreaterThan(1_900);
    expect(await printUntil(() => reads === 5)).toBe(true);
    expect(changes).toBe(1);
    waiting = 0;
    expect(await printUntil(() => !pacing.isHolding)).toBe(true);
    expect(changes).toBe(2);
  });

  it('who begins to look, or types, gets it at once', async () => {
    make();
    pacing.want(READER, { sustainedMs: 10_000, floodMs: 0 });
    expect(await printUntil(() => pacing.isHolding)).toBe(true);
    pacing.noteInput();
    expect(pacing.isHolding).toBe(false);
    expect(pacing.isSustained).toBe(false);
    const other = {};
    expect(await printUntil(() => pacing.isHolding)).toBe(true);
    pacing.want(other, { sustainedMs: 0, floodMs: 0 });
    expect(pacing.isHolding).toBe(false);
    expect(await printUntil(() => pacing.isHolding)).toBe(false);
    pacing.want(other, undefined);
    expect(await printUntil(() => pacing.isHolding)).toBe(true);
  });

  it('a flood is read in larger pieces where that is wanted, and one alone as it comes', async () => {
    make();
    pacing.noteOutput(4_095);
    expect(pacing.isHolding).toBe(false);
    pacing.want(READER, { sustainedMs: 0, floodMs: 5 });
    pacing.noteOutput(300);
    expect(pacing.isHolding).toBe(false);
    waiting = 12 * 1024;
    pacing.noteOutput(4_095);
    expect(pacing.isHolding).toBe(true);
    expect(await printUntil(() => reads > 3)).toBe(true);
    waiting = 300;
    expect(await printUntil(() => !pacing.isHolding)).toBe(true);
  });

  it('what is no trickle is not held, nor is what comes after a silence', async () => {
    make();
    pacing.want(READER, { sustainedMs: 100, floodMs: 0 });
    expect(await printUntil(() => pacing.isHolding, 16 * 1024)).toBe(false);
    expect(await printUntil(() => pacing.isHolding)).toBe(true);
    waiting = 16 * 1024;
    expect(await printUntil(() => !pacing.isHolding)).toBe(true);
    await after(700);
    pacing.noteOutput(1);
    expect(pacing.isSustained).toBe(false);
  });
});
