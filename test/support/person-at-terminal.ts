/** A person at a terminal: the real program in a real pty, its screen read by an emulator that answers it. */
import { spawn, type IPty } from 'node-pty';
import { ShownScreen } from './shown-screen.ts';
import { until } from './until.ts';

export class PersonAtTerminal {
  readonly #pty: IPty;
  readonly #shown: ShownScreen;
  /** Everything written to the terminal. */
  bytes = 0;
  raw = '';
  exitCode: number | null = null;

  constructor(options: {
    readonly command: readonly string[];
    readonly cwd: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly columns: number;
    readonly rows: number;
  }) {
    const { columns, rows, cwd, environment } = options;
    const [program = '', ...args] = options.command;
    this.#shown = new ShownScreen(columns, rows);
    this.#pty = spawn(program, args, { cols: columns, rows, cwd, env: { ...environment } });
    this.#pty.onData((data) => {
      this.bytes += Buffer.byteLength(data);
      this.raw = (this.raw + data).slice(-RAW_MAX);
      void this.#shown.show(data);
    });
    // What the program asks of its terminal is answered, as a real one does.
    this.#shown.terminal.onData((answer) => {
      if (this.exitCode === null) this.#pty.write(answer);
    });
    this.#pty.onExit(({ exitCode }) => (this.exitCode = exitCode));
  }

  get pid(): number {
    return this.#pty.pid;
  }

  types(text: string): void {
    this.#pty.write(text);
  }

  resize(columns: number, rows: number): void {
    this.#shown.terminal.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  rows(): string[] {
    return this.#shown.text();
  }

  /** The cell the cursor is in; null while it is hidden. */
  get cursor(): { readonly x: number; readonly y: number } {
    const { cursorX, cursorY } = this.#shown.terminal.buffer.active;
    return { x: cursorX, y: cursorY };
  }

  get isOnAlternateScreen(): boolean {
    return this.#shown.terminal.buffer.active.type === 'alternate';
  }

  /** Resolves with the screen once it shows the text. */
  sees(text: string | RegExp): Promise<string[]> {
    const isThere = (row: string): boolean =>
      typeof text === 'string' ? row.includes(text) : text.test(row);
    return until(
      () => (this.rows().some(isThere) ? this.rows() : undefined),
      `${String(text)} on the screen`,
    ).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}; it shows:\n${this.rows().join('\n')}`);
    });
  }

  async sawLast(text: string): Promise<void> {
    await until(
      () => (this.rows().every((row) => !row.includes(text)) ? true : undefined),
      `no ${text} on the screen`,
    );
  }

  leaves(): Promise<number> {
    return until(() => this.exitCode ?? undefined, 'the program to end');
  }

  async close(): Promise<void> {
    if (this.exitCode === null) {
      this.#pty.kill('SIGTERM');
      await this.leaves();
    }
    this.#shown.dispose();
  }
}

const RAW_MAX = 1024 * 1024;
