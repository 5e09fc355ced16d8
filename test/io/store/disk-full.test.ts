import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EventLog, eventLog } from '../../support/event-log.ts';
import { reliabilityCount } from '../../support/reliability-count.ts';

const WORKER = new URL('../../support/log-worker.ts', import.meta.url).pathname;

/** A small disk of its own for one process, gone with it; needs a kernel that lets us make one. */
function onSmallDisk(
  home: string,
  kilobytes: number,
  command: string,
): { status: number | null; stdout: string } {
  const script = `mount -t tmpfs -o size=${kilobytes}k tmpfs "$0" && ${command}`;
  return spawnSync('unshare', ['-r', '-m', 'sh', '-c', script, home, process.execPath, WORKER], {
    encoding: 'utf8',
  });
}

let log: EventLog;
beforeEach(() => {
  log = eventLog();
  mkdirSync(log.home, { mode: 0o700 });
});
afterEach(() => log.remove());

test('R7 on a full disk nothing acknowledged is lost, nothing else is recorded, and it goes on when there is room', (context) => {
  if (onSmallDisk(log.home, 64, 'true').status !== 0) {
    context.skip('this kernel gives us no small disk of our own (unshare, tmpfs)');
  }
  const count = reliabilityCount({ reduced: 4, full: 60 });
  for (let round = 0; round < count; round += 1) {
    const { stdout } = onSmallDisk(log.home, 3_000 + round * 97, '"$1" "$2" fill "$0"');
    const outcome = JSON.parse(stdout) as Record<string, number | string | boolean>;
    expect(outcome).toMatchObject({ ok: true, headWhenFull: outcome['acknowledged'] });
    expect(outcome['code']).toMatch(/^(FULL|IO)$/);
    expect(outcome['acknowledged']).toBeGreaterThan(50);
    expect(outcome['checked']).toBe(outcome['after']);
    expect(outcome['after']).toBe(Number(outcome['acknowledged']) + 1);
  }
});
