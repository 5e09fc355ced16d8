/** Notices when somebody saves the project's files, so that the room is never behind them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FSWatcher } from 'chokidar';

/** Editors save in several steps (write, rename, chmod); what they leave after a moment is the file. */
const SETTLE_MS = 150;

/** agents/NAME/AGENT.md is one folder down; whatever else lies deeper is not looked at. */
const WATCHED = ['fleet.yaml', 'agents', '.fleet/agents'];

export class ProjectWatch {
  readonly #root: string;
  readonly #onChange: () => void;
  #watcher: FSWatcher | null = null;
  readonly #watched = new Set<string>();
  #settling: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(root: string, onChange: () => void) {
    this.#root = root;
    this.#onChange = onChange;
  }

  /**
   * Watches what is there now; called again, also what has come since. What is missing is not waited for: that
   * would mean watching everything that happens in the folder around it.
   */
  async watch(): Promise<void> {
    // Loaded only now: the first frame does not wait for it.
    const { watch } = await import('chokidar');
    if (this.#isClosed) return;
    const found = WATCHED.map((path) => join(this.#root, path)).filter(
      (path) => !this.#watched.has(path) && existsSync(path),
    );
    if (found.length === 0) return;
    for (const path of found) this.#watched.add(path);
    if (this.#watcher) return void this.#watcher.add(found);
    this.#watcher = watch(found, { ignoreInitial: true, depth: 1 });
    this.#watcher.on('all', () => this.#changed());
    // A folder that cannot be watched (no inotify handles left) leaves the room as it was without watching.
    this.#watcher.on('error', () => this.close());
  }

  close(): void {
    this.#isClosed = true;
    if (this.#settling) clearTimeout(this.#settling);
    void this.#watcher?.close();
    this.#watcher = null;
  }

  #changed(): void {
    this.#settling ??= setTimeout(() => {
      this.#settling = null;
      this.#onChange();
    }, SETTLE_MS);
  }
}
