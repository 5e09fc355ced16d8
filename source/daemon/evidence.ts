/**
 * What an agent showed and changed when it was put in quarantine, kept beside the log: its screens as text and
 * what is not committed in its worktrees. Whoever decides whether it may come back reads it.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Effect } from '../core/effect.ts';
import type { Fleet } from '../core/fleet.ts';
import { git } from '../io/git/git.ts';
import type { ScreensLink } from './screens-link.ts';

/** A longer diff is not read by anybody; the worktree itself is still there. */
const DIFF_BYTES_MAX = 512 * 1024;

export interface EvidenceOptions {
  readonly folder: string;
  readonly fleet: () => Fleet;
  readonly screens: ScreensLink;
}

export interface KeptFile {
  /** `screen of run 7f3`, `changes of run 7f3` */
  readonly name: string;
  readonly text: string;
}

export class Evidence {
  readonly #options: EvidenceOptions;

  constructor(options: EvidenceOptions) {
    this.#options = options;
  }

  /** Keeps what there is; what cannot be had (no screens process, no repository) is left out. */
  async keep({ quarantine, project, agent }: Extract<Effect, { type: 'keep-evidence' }>): Promise<void> {
    const folder = join(this.#options.folder, quarantine);
    const runs = Object.values(this.#options.fleet().runs).filter(
      (run) => run.project === project && run.agent === agent && run.session !== null,
    );
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      for (const { id, session, worktree } of runs) {
        const rows = await this.#options.screens.rowsOf(session!);
        if (rows) await this.#write(folder, `screen of run ${id}`, `${rows.join('\n').trimEnd()}\n`);
        if (!worktree) continue;
        const { stdout } = await git(['diff', '--no-ext-diff', '--no-textconv', worktree.base], {
          cwd: worktree.path,
          outputBytesMax: DIFF_BYTES_MAX,
        }).catch(() => ({ stdout: Buffer.from('its changes cannot be read; look at the worktree\n') }));
        await this.#write(folder, `changes of run ${id}`, stdout.toString('utf8'));
      }
    } catch (error) {
      process.stderr.write(`fleet: evidence of ${agent} could not be kept: ${String(error)}\n`);
    }
  }

  async of(quarantine: string): Promise<readonly KeptFile[]> {
    const folder = join(this.#options.folder, quarantine);
    const names = await readdir(folder).catch((): string[] => []);
    return Promise.all(
      names.sort().map(async (name) => ({ name, text: await readFile(join(folder, name), 'utf8') })),
    );
  }

  #write(folder: string, name: string, text: string): Promise<void> {
    return writeFile(join(folder, name), text, { mode: 0o600 });
  }
}
