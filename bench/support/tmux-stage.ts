import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { pidsOf } from './processes.ts';
import { Sink } from './sink.ts';
import type { Stage, StageOptions } from './stage.ts';

const SETTLE_MS = 500;

const env = { PATH: process.env['PATH'] ?? '', TERM: 'xterm-256color', LANG: 'C.UTF-8', HOME: tmpdir() };

export const tmuxVersion = (): string => execFileSync('tmux', ['-V'], { encoding: 'utf8' }).trim();

/** A private server without anybody's configuration, a window of tiled panes, one attached client. */
export async function tmuxStage(options: StageOptions): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-tmux-'));
  const socket = join(folder, 's');
  const tmux = (...words: string[]) =>
    execFileSync('tmux', ['-S', socket, '-f', '/dev/null', ...words], { env });
  const [first = 'cat', ...others] = options.panes;
  const columns = String(options.columns ?? 200);
  const rows = String(options.rows ?? 50);
  tmux('new-session', '-d', '-x', columns, '-y', rows, `STAGE=peer exec sh -c ${quote(first)}`);
  for (const setting of [
    ['status', 'off'],
    ['escape-time', '0'],
    ['history-limit', '1000'],
  ])
    tmux('set', '-g', ...setting);
  for (const line of others) {
    tmux('split-window', '-t', ':0', `STAGE=peer exec sh -c ${quote(line)}`);
    tmux('select-layout', '-t', ':0', 'tiled');
  }
  for (const line of options.hidden ?? []) tmux('new-window', '-d', `STAGE=peer exec sh -c ${quote(line)}`);
  tmux('select-window', '-t', ':0');
  tmux('select-pane', '-t', ':0.0');
  const sink = new Sink({
    command: ['tmux', '-S', socket, 'attach'],
    env,
    cwd: folder,
    columns: Number(columns),
    rows: Number(rows),
    ...(options.bytesPerSecond && { bytesPerSecond: options.bytesPerSecond }),
  });
  await after(SETTLE_MS);
  const size = tmux('display-message', '-p', '-t', ':0.0', '#{pane_width} #{pane_height}')
    .toString()
    .split(' ');
  return {
    name: 'peer',
    sink,
    pane: { columns: Number(size[0]), rows: Number(size[1]) },
    pids: () => pidsOf('tmux', socket),
    async close() {
      try {
        tmux('kill-server');
      } catch {
        // Its last session may have ended by itself.
      }
      await sink.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const quote = (line: string): string => `'${line.replaceAll("'", String.raw`'\''`)}'`;
