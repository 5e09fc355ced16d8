import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Crowd } from '../../source/holder/crowd.ts';

let folder: string;
let file: string;

/** Nanoseconds the process has run and waited, as the kernel tells them. */
const tell = (ran: number, waited: number): void => writeFileSync(file, `${ran} ${waited} 7\n`);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-crowd-'));
  file = join(folder, 'schedstat');
  tell(0, 0);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a flood among others', () => {
  it('is one on a machine where it waits longer than it runs, as long as that is so', () => {
    const crowd = new Crowd(file);
    expect(crowd.note(4_095, 0)).toBe(false);
    tell(10e6, 50e6);
    expect(crowd.note(64 * 1024, 110)).toBe(true);
    expect(crowd.note(1, 150)).toBe(true);
    tell(90e6, 60e6);
    expect(crowd.note(64 * 1024, 220)).toBe(false);
    crowd.close();
  });

  it('is none when little is printed, however crowded the machine', () => {
    const crowd = new Crowd(file);
    crowd.note(4_095, 0);
    tell(1e6, 90e6);
    expect(crowd.note(2_000, 110)).toBe(false);
    crowd.close();
  });

  it('is none where the system does not tell', () => {
    const crowd = new Crowd(join(folder, 'nothing'));
    for (let now = 0; now < 1_000; now += 10) expect(crowd.note(64 * 1024, now)).toBe(false);
    crowd.close();
  });
});
