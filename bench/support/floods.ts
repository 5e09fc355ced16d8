/** Programs that print without end, but only while it is their stage's turn. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stage } from './stage.ts';

export class Floods {
  readonly #folder = mkdtempSync(join(tmpdir(), 'bench-floods-'));

  /**
   * The shell line of a pane that floods once it is let. It stops itself; the shell in between keeps it from
   * tmux, which makes a child of its own go on.
   */
  line(program: string): string {
    const flood = `kill -STOP $$; exec ${program}`;
    return `sh -c '${flood}' & echo $! > ${this.#folder}/$STAGE-$$; wait`;
  }

  let(stage: Stage, isRunning: boolean): void {
    for (const file of readdirSync(this.#folder))
      if (file.startsWith(stage.name))
        process.kill(
          Number(readFileSync(join(this.#folder, file), 'utf8')),
          isRunning ? 'SIGCONT' : 'SIGSTOP',
        );
  }

  /** They end with their terminals, but only when they are not stopped. */
  close(): void {
    for (const file of readdirSync(this.#folder)) {
      try {
        process.kill(Number(readFileSync(join(this.#folder, file), 'utf8')), 'SIGKILL');
      } catch {
        // Ended already.
      }
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
