import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { until } from '../../support/until.ts';

const hasTmux = spawnSync('tmux', ['-V']).status === 0;
const program = fileURLToPath(new URL('./paint-in-tmux.ts', import.meta.url));
const environment = { PATH: process.env.PATH ?? '', TERM: 'xterm-256color', LANG: 'C.UTF-8', HOME: tmpdir() };
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

test.skipIf(!hasTmux && process.env['CI'] !== 'true')(
  'UI5 inside tmux every picture is shown as it was meant (skipped where there is no tmux; CI must have it)',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fleet-paint-'));
    const socket = join(folder, 's');
    const result = join(folder, 'result.json');
    const tmux = (...words: string[]): unknown =>
      execFileSync('tmux', ['-u', '-S', socket, '-f', '/dev/null', ...words], {
        env: environment,
        stdio: 'ignore',
      });
    closing.push(() => {
      tmux('kill-server');
      rmSync(folder, { recursive: true, force: true });
    });
    // A new seed each time; it is in the message when a row differs.
    const seed = String(Date.now() % 1_000_000);
    const command = [process.execPath, program, socket, seed, '40', result]
      .map((word) => `'${word}'`)
      .join(' ');
    tmux('new-session', '-d', '-x', '80', '-y', '24', `${command}; sleep 100`);
    await until(() => existsSync(result) || undefined, 'the pictures');
    expect({ seed, bad: JSON.parse(readFileSync(result, 'utf8')) as unknown }).toEqual({ seed, bad: [] });
  },
);
