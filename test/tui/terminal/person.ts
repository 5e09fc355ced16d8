import { spawn, type IPty } from 'node-pty';
import { until } from '../../support/until.ts';
import { ShownScreen } from '../../support/shown-screen.ts';

const COLUMNS = 80;
const ROWS = 24;

/** A person at a terminal: a real pty, an emulator that answers, and what was printed. */
export class Person {
  readonly pty: IPty;
  readonly screen = new ShownScreen(COLUMNS, ROWS);
  output = '';
  exitCode: number | undefined;
  exitSignal: number | undefined;

  constructor(file: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.screen.terminal.write('\u001B[?7h');
    this.pty = spawn(file, [...args], {
      cols: COLUMNS,
      rows: ROWS,
      env: { PATH: process.env.PATH!, TERM: 'xterm-256color', LANG: 'C.UTF-8', ...environment },
    });
    this.screen.terminal.onData((answer) => {
      if (this.exitCode === undefined) this.pty.write(answer);
    });
    this.pty.onData((data) => {
      this.output += data;
      this.screen.terminal.write(data);
    });
    this.pty.onExit(({ exitCode, signal }) => {
      this.exitCode = exitCode;
      this.exitSignal = signal;
    });
  }

  /** Waits for text that was printed; a pattern's groups come back. */
  async sees(text: string | RegExp): Promise<readonly string[]> {
    return until(
      () =>
        typeof text === 'string'
          ? this.output.includes(text)
            ? [text]
            : undefined
          : (text.exec(this.output) ?? undefined),
      `${text.toString()} in ${JSON.stringify(this.output.slice(-600))}`,
    );
  }

  async leaves(): Promise<void> {
    await until(() => this.exitCode, 'the program to end');
    await this.screen.show('');
  }

  /** What an emulator still has switched on that a shell does not want. */
  leftBehind(): string[] {
    const { modes, buffer } = this.screen.terminal;
    const core = (this.screen.terminal as unknown as { _core: { coreService: { isCursorHidden: boolean } } })
      ._core;
    const left: string[] = [];
    if (buffer.active.type !== 'normal') left.push('alternate screen');
    if (modes.bracketedPasteMode) left.push('bracketed paste');
    if (modes.mouseTrackingMode !== 'none') left.push('mouse');
    if (modes.sendFocusMode) left.push('focus reports');
    if (!modes.wraparoundMode) left.push('no wrap');
    if (modes.applicationCursorKeysMode) left.push('cursor keys');
    if (core.coreService.isCursorHidden) left.push('hidden cursor');
    return left;
  }

  close(): void {
    if (this.exitCode === undefined) this.pty.kill('SIGKILL');
    this.screen.dispose();
  }
}
