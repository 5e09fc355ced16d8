/** Notices when somebody saves the project's files, so that the room is never behind them. */
import { join } from 'node:path';
import type { FSWatcher } from 'chokidar';

/** Editors save in several steps (write, rename, chmod); what they leave after a moment is the file. */
const SETTLE_MS = 150;

export class ProjectWatch {
  readonly #root: string;
  readonly #onChange: () => void;
  #watcher: FSWatcher | null = null;
  #settling: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(root: string, onChange: () => void) {
    this.#root = root;
    this.#onChange = onChange;
  }

  /** Loads its library only now: the first frame does not wait for it. */
  async open(): Promise<void> {
    const { watch } = await import('chokidar');
    if (this.#isClosed) return;
    const files = ['fleet.yaml', 'agents', '.fleet/agents'].map((path) => join(this.#root, path));
    // agents/NAME/AGENT.md is one folder down; whatever else lies deeper is not looked at.
    this.#watcher = watch(files, { ignoreInitial: true, depth: 1 });
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
