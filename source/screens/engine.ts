/**
 * The terminal engine behind one small interface; the only file that knows xterm.js. Bytes go in and are
 * parsed at once (the public write() of xterm.js is asynchronous and would put a timer between an agent's
 * byte and the screen). It never throws: a sequence that breaks a handler is skipped, an engine that
 * breaks is replaced by an empty one, and `faults` counts both.
 */
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import xterm from '@xterm/headless';
import type { Row } from '../wire/cells.ts';
import { guardEngine } from './engine-guards.ts';
import {
  EngineError,
  GROUND,
  internalsOf,
  type EngineBuffer,
  type EngineCharset,
  type EngineCore,
} from './engine-internals.ts';
import { cursorOf, modesOf } from './engine-modes.ts';
import { answerQueries, colourNotice, DEFAULT_COLOURS, type TerminalColours } from './engine-replies.ts';
import { readLineInto } from './engine-rows.ts';
import { dumpCore, restoreCore } from './engine-state.ts';
import {
  clampColumns,
  clampRows,
  type EngineCursor,
  type EngineOptions,
  type EngineState,
  type TerminalEngine,
} from './terminal-engine.ts';
import { Utf8Boundary } from './utf8-boundary.ts';

class XtermEngine implements TerminalEngine {
  columns: number;
  rows: number;
  faults = 0;
  readonly #options: EngineOptions;
  readonly #utf8 = new Utf8Boundary();
  readonly #overrides = { palette: new Map<number, number>(), special: new Map<number, number>() };
  #terminal!: InstanceType<typeof xterm.Terminal>;
  #core!: EngineCore;
  #colours = DEFAULT_COLOURS;
  #scrolledOff = 0;
  #replies = 0;
  #wantsColourNotices = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.columns = clampColumns(options.columns);
    this.rows = clampRows(options.rows);
    this.#build();
  }

  get title(): string {
    return this.#core._inputHandler._windowTitle;
  }

  get kept(): number {
    return this.#buffer.ybase;
  }

  get history(): number {
    const { normal } = this.#core._bufferService.buffers;
    const isFull = normal.ybase >= this.#options.scrollback;
    return this.#buffer === normal && isFull ? Math.max(normal.ybase, this.#scrolledOff) : this.#buffer.ybase;
  }

  write(bytes: Uint8Array): void {
    const faults = this.faults;
    try {
      for (const whole of this.#utf8.split(bytes)) this.#core._inputHandler.parse(whole);
    } catch {
      this.faults++;
    }
    if (this.faults !== faults) this.#replaceIfBroken();
  }

  resize(columns: number, rows: number): void {
    this.columns = clampColumns(columns);
    this.rows = clampRows(rows);
    try {
      this.#terminal.resize(this.columns, this.rows);
      this.#fitAlternate();
      // The cursor may now stand within a wide character, which must not be joined on to.
      this.#core._inputHandler._parser.precedingJoinState = 0;
    } catch {
      this.faults++;
    }
    this.#replaceIfBroken();
  }

  readRow(y: number, row: Row): void {
    const buffer = this.#buffer;
    const line = buffer.lines.get(buffer.ybase + y);
    if (line === undefined) row.clear();
    else readLineInto(line, row);
  }

  isWrapped(y: number): boolean {
    return this.#buffer.lines.get(this.#buffer.ybase + y)?.isWrapped ?? false;
  }

  identityOf(y: number): object | undefined {
    return this.#buffer.lines.get(this.#buffer.ybase + y);
  }

  cursor(): EngineCursor {
    return cursorOf(this.#core, this.columns);
  }

  modes(): number {
    return modesOf(this.#core);
  }

  isAtRest(): boolean {
    return this.#core._inputHandler._parser.currentState === GROUND && !this.#utf8.isHolding;
  }

  state(): EngineState {
    return {
      core: dumpCore(this.#core, { columns: this.columns, rows: this.rows }, charsetNames),
      scrollback: this.#options.scrollback,
      scrolledOff: this.#scrolledOff,
      replies: this.#replies,
      wantsColourNotices: this.#wantsColourNotices,
      palette: [...this.#overrides.palette],
      special: [...this.#overrides.special],
    };
  }

  /** Throws when the state does not fit; the caller makes do without it. */
  restore(state: EngineState): void {
    restoreCore(this.#core, state.core, charsetNames);
    this.#scrolledOff = state.scrolledOff;
    this.#replies = state.replies;
    this.#wantsColourNotices = state.wantsColourNotices;
    for (const [index, colour] of state.palette) this.#overrides.palette.set(index, colour);
    for (const [index, colour] of state.special) this.#overrides.special.set(index, colour);
  }

  setColours(colours: TerminalColours): void {
    const before = colourNotice(this.#colours);
    this.#colours = colours;
    const now = colourNotice(colours);
    if (this.#wantsColourNotices && now !== before) this.#reply(now);
  }

  countRepliesFrom(number: number): void {
    this.#replies = Math.max(this.#replies, number);
  }

  dispose(): void {
    this.#terminal.dispose();
  }

  /** For the self test and the names of character sets. */
  get core(): EngineCore {
    return this.#core;
  }

  get #buffer(): EngineBuffer {
    return this.#core._bufferService.buffers.active;
  }

  #build(): void {
    this.#terminal = new xterm.Terminal({
      cols: this.columns,
      rows: this.rows,
      scrollback: this.#options.scrollback,
      allowProposedApi: true,
      logLevel: 'off',
    });
    this.#terminal.loadAddon(new UnicodeGraphemesAddon());
    this.#core = internalsOf(this.#terminal);
    const core = this.#core;
    answerQueries({
      core,
      columns: () => this.columns,
      rows: () => this.rows,
      colours: () => this.#colours,
      overrides: this.#overrides,
      reply: (text) => this.#reply(text),
      setColourNotices: (isWanted) => (this.#wantsColourNotices = isWanted),
      wantsColourNotices: () => this.#wantsColourNotices,
    });
    this.#countScrolledOff(core);
    guardEngine(core, () => this.faults++);
    this.#terminal.onData((text) => this.#reply(text));
    this.#terminal.onBell(() => this.#options.onBell?.());
  }

  /** xterm.js forgets how many lines it has dropped at the top; scrolling far back needs to know. */
  #countScrolledOff(core: EngineCore): void {
    const service = core._bufferService;
    const scroll = service.scroll.bind(service);
    service.scroll = (pen, isWrapped) => {
      const { active, normal } = service.buffers;
      if (active === normal && active.scrollTop === 0) this.#scrolledOff++;
      scroll(pen, isWrapped);
    };
    core._inputHandler._parser.registerCsiHandler({ final: 'J' }, ({ params }) => {
      if (params[0] === 3) this.#scrolledOff = 0;
      return false;
    });
  }

  /**
   * xterm.js leaves an alternate screen that is not in use at its old height (it would scroll back in it), and
   * the lines of one in use at their old width.
   */
  #fitAlternate(): void {
    const { active, alt } = this.#core._bufferService.buffers;
    if (active !== alt) return alt.clear();
    for (let index = 0; index < alt.lines.length; index++) {
      const line = alt.lines.get(index);
      if (line && line.length > this.columns) line.resize(this.columns, undefined);
    }
  }

  #reply(text: string): void {
    this.#replies++;
    this.#options.onReply?.(text, this.#replies);
  }

  #replaceIfBroken(): void {
    const { x, y, ybase, lines } = this.#buffer;
    let isWhole = y >= 0 && y < this.rows && x >= 0 && x <= this.columns && ybase >= 0;
    for (let row = 0; isWhole && row < this.rows; row++) {
      isWhole = lines.get(ybase + row)?.length === this.columns && ybase + row < lines.length;
    }
    if (isWhole) return;
    this.faults++;
    this.#terminal.dispose();
    this.#utf8.reset();
    this.#scrolledOff = 0;
    this.#build();
  }
}

/** The designators of all character sets xterm.js knows. */
const CHARSET_DESIGNATORS = '0A4C5RQKYE6ZH7=';

let charsetNames: ReadonlyMap<EngineCharset, string> = new Map();

/** Throws EngineError unless this build of xterm.js parses synchronously and does what we lean on. */
function testEngine(): void {
  const engine = new XtermEngine({ columns: 10, rows: 3, scrollback: 5 });
  engine.write(Buffer.from('one\r\ntwo\r\n\x1b[1mthree\r\nfour'));
  const { lines, ybase, x } = engine.core._bufferService.buffers.active;
  const third = lines.get(ybase + 1);
  const passed =
    ybase === 1 &&
    x === 4 &&
    third !== undefined &&
    third._data[0] === (ONE_COLUMN | 0x74) &&
    engine.isAtRest();
  if (!passed) {
    throw new EngineError(
      'this version of @xterm/headless does not parse as expected; install the version package.json pins (npm ci)',
    );
  }
  const names = new Map<EngineCharset, string>();
  for (const name of CHARSET_DESIGNATORS) {
    engine.write(Buffer.from(`\x1b(${name}`));
    const charset = engine.core._charsetService._charsets[0];
    // Two designators may share a table; the first one then names it.
    if (charset !== undefined && !names.has(charset)) names.set(charset, name);
  }
  charsetNames = names;
  engine.dispose();
}

/** A cell of one column with a code point: its first word without the code point. */
const ONE_COLUMN = 1 << 22;

let isTested = false;

export function createEngine(options: EngineOptions): TerminalEngine {
  if (!isTested) {
    testEngine();
    isTested = true;
  }
  return new XtermEngine(options);
}

/** An engine that continues where `state` was taken. Throws when the state is not one of this version. */
export function restoreEngine(
  state: EngineState,
  options: Omit<EngineOptions, 'columns' | 'rows'>,
): TerminalEngine {
  createEngine({ columns: 2, rows: 1, scrollback: 0 }).dispose();
  if (state.scrollback > options.scrollback) throw new RangeError('the state holds more lines than fit');
  const { columns, rows } = state.core;
  const engine = new XtermEngine({ ...options, columns, rows });
  engine.restore(state);
  return engine;
}
