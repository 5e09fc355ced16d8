/** Runs the person's command for notices: a program and its arguments, never a shell. */
import { spawn } from 'node:child_process';
import type { Notice } from '../core/notices.ts';

/** A notice that takes longer to tell is not one. */
const COMMAND_TIMEOUT_MS = 10_000;
/** In a minute; what comes on top is told as one. */
const PER_MINUTE_MAX = 6;
const MINUTE_MS = 60_000;
/** Waiting for a minute with room in it. */
const WAITING_MAX = 50;
/** Of what the command says when it fails. */
const OUTPUT_CHARACTERS = 300;

export class Notifier {
  readonly #command: () => readonly string[] | null;
  readonly #now: () => number;
  readonly #environment: Readonly<Record<string, string | undefined>>;
  #started: number[] = [];
  #waiting: Notice[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isRunning = false;
  #problem: string | null = null;

  constructor(options: {
    /** As it is configured now; null: nobody wants to be told. */
    command: () => readonly string[] | null;
    now: () => number;
    environment: Readonly<Record<string, string | undefined>>;
  }) {
    this.#command = options.command;
    this.#now = options.now;
    this.#environment = options.environment;
  }

  get warnings(): readonly string[] {
    return this.#problem === null ? [] : [this.#problem];
  }

  tell(notices: readonly Notice[]): void {
    if (notices.length === 0 || this.#command() === null) return;
    this.#waiting.push(...notices);
    this.#waiting = this.#waiting.slice(-WAITING_MAX);
    void this.#work();
  }

  async test(): Promise<{ command: readonly string[] | null; outcome: string }> {
    const command = this.#command();
    if (command === null)
      return {
        command,
        outcome: 'no command is set; in policy.yaml: notify: { command: [notify-send, fleet] }',
      };
    const notice = {
      type: 'first-waiting',
      agent: 'fleet',
      words: 'fleet notify test: this is how you are told',
    } as const;
    return { command, outcome: (await this.#run(command, notice)) ?? 'it was run and ended well' };
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  async #work(): Promise<void> {
    if (this.#isRunning) return;
    const now = this.#now();
    this.#started = this.#started.filter((at) => now - at < MINUTE_MS);
    const command = this.#command();
    const [first, ...more] = this.#waiting;
    if (!command || !first) return;
    const isFull = this.#started.length >= PER_MINUTE_MAX;
    if (isFull) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#work(), this.#started[0]! + MINUTE_MS - now);
      return;
    }
    this.#waiting = [];
    const notice = more.length === 0 ? first : { ...first, words: `${first.words}, and ${more.length} more` };
    this.#started.push(now);
    this.#isRunning = true;
    this.#problem = await this.#run(command, notice);
    this.#isRunning = false;
    void this.#work();
  }

  /** The words are its last argument; the rest is in its environment. Resolves with what went wrong, or null. */
  #run(command: readonly string[], { type, agent, words }: Notice): Promise<string | null> {
    const [program = '', ...parameters] = command;
    const wrong = (why: string) => `the command for notices (${program}) ${why}; see: fleet notify test`;
    return new Promise((done) => {
      const child = spawn(program, [...parameters, words], {
        stdio: ['ignore', 'ignore', 'pipe'],
        timeout: COMMAND_TIMEOUT_MS,
        killSignal: 'SIGKILL',
        env: { ...this.#environment, FLEET_NOTICE: type, FLEET_NOTICE_AGENT: agent },
      });
      let said = '';
      child.stderr.setEncoding('utf8');
      child.stderr.on('data', (text: string) => (said = (said + text).slice(0, OUTPUT_CHARACTERS)));
      child.on('error', (error) => done(wrong(`could not be run: ${error.message}`)));
      child.on('exit', (code, signal) => {
        if (code === 0) return done(null);
        done(
          wrong(
            `ended with ${signal ? `signal ${signal}` : `code ${code}`}${said ? `: ${said.trim()}` : ''}`,
          ),
        );
      });
    });
  }
}
