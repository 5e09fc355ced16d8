/** What tmux shows of a stream: a server of its own, one session per comparison, its screen as text. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../support/until.ts';
import type { Stream } from './streams.ts';

export class TmuxScreens {
  readonly #folder = realpathSync(mkdtempSync(join(tmpdir(), 'fleet-tmux-')));
  #count = 0;

  constructor() {
    // The pane is to have the whole size.
    writeFileSync(join(this.#folder, 'conf'), 'set -g status off\nset -g default-terminal xterm-256color\n');
  }

  /** The version of tmux, or null where there is none. */
  static version(): string | null {
    try {
      return execFileSync('tmux', ['-V'], { encoding: 'utf8' }).trim();
    } catch {
      return null;
    }
  }

  /** The rows of the stream's first `count` bytes, trimmed at their ends. */
  async rowsOf(stream: Stream, count: number): Promise<string[]> {
    const name = `s${this.#count++}`;
    const file = join(this.#folder, name);
    const done = `${file}.done`;
    writeFileSync(file, stream.bytes);
    const show = join(import.meta.dirname, 'show-stream.mjs');
    const size = ['-x', String(stream.columns), '-y', String(stream.rows)];
    // Not one byte may be changed on the way; Node's own raw mode would still put returns before line feeds.
    const words = [process.execPath, show, file, String(count), done].map((word) => `'${word}'`);
    const command = `stty raw -echo; exec ${words.join(' ')}`;
    this.#tmux('new-session', '-d', '-s', name, ...size, command);
    await until(() => existsSync(done) || undefined, `tmux to show ${stream.name}`);
    const rows = this.#tmux('capture-pane', '-p', '-t', name).split('\n').slice(0, stream.rows);
    return rows.map((row) => row.trimEnd());
  }

  close(): void {
    if (this.#count > 0) this.#tmux('kill-server');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #tmux(...words: readonly string[]): string {
    return execFileSync(
      'tmux',
      ['-S', join(this.#folder, 'socket'), '-f', join(this.#folder, 'conf'), ...words],
      {
        encoding: 'utf8',
        env: { ...process.env, LC_ALL: 'C.UTF-8', TMUX: '' },
      },
    );
  }
}
