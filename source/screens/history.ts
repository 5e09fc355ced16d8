/**
 * Lines that have left the screen. The latest are still in the session's engine; for older ones its output is
 * read from disk again, into an engine that keeps many lines. That one is made when somebody scrolls back,
 * continued while they do (so line numbers stay put under their eyes) and dropped when they are done.
 */
import { openSegments } from '../io/segments/segment-reader.ts';
import { Row, WIDE_TAIL, glyphText } from '../wire/cells.ts';
import { encodeScreenFrame } from '../wire/screen-frame.ts';
import { FOUND_MAX, LINES_MAX } from '../wire/screens-protocol.ts';
import { createEngine, restoreEngine } from './engine.ts';
import type { TerminalEngine } from './terminal-engine.ts';
import type { SessionScreen } from './session-screen.ts';

/** What can be scrolled back to: 16 MB at 80 columns while somebody does. */
const HISTORY_LINES = 10_000;

/** Output read for it, a third of a second of work; an application that redraws much reaches back less far. */
const HISTORY_BYTES = 16 * 1024 * 1024;

/** Between two looks at other sessions. */
const STEP_BYTES = 64 * 1024;
const SEARCH_STEP_LINES = 500;

export interface Lines {
  readonly from: number;
  readonly total: number;
  readonly frame: Buffer;
  readonly wrapped: readonly boolean[];
}

export interface Found {
  readonly total: number;
  readonly lines: readonly { readonly line: number; readonly text: string; readonly column: number }[];
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class History {
  readonly #screen: SessionScreen;
  #engine: TerminalEngine | null = null;
  #offset = 0;
  /** Requests of one session wait for each other: they share the engine. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(screen: SessionScreen) {
    this.#screen = screen;
  }

  /** Holds an engine of its own at the moment. */
  get isLarge(): boolean {
    return this.#engine !== null;
  }

  lines(from: number, count: number): Promise<Lines> {
    return this.#inTurn(async () => {
      const engine = await this.#upToDate();
      const total = engine.kept + engine.rows;
      const first = Math.max(0, Math.min(from, total));
      const rows = Math.max(0, Math.min(count, LINES_MAX, total - first));
      const changed = Array.from({ length: rows }, (_, index) => {
        const row = new Row(engine.columns);
        engine.readRow(first + index - engine.kept, row);
        return { y: index, row };
      });
      const frame = encodeScreenFrame({
        pane: 0,
        isFull: true,
        columns: engine.columns,
        rows,
        offset: this.#screen.offset,
        history: engine.kept,
        cursor: { x: 0, y: 0, isVisible: false, shape: 0 },
        modes: engine.modes(),
        scroll: { count: 0, top: 0, bottom: 0 },
        changed,
      });
      const wrapped = changed.map(({ y }) => engine.isWrapped(first + y - engine.kept));
      return { from: first, total, frame, wrapped };
    });
  }

  /** Lower case finds both cases; a capital letter finds only itself. */
  search(text: string): Promise<Found> {
    return this.#inTurn(async () => {
      const engine = await this.#upToDate();
      const isExact = text !== text.toLowerCase();
      const pattern = new RegExp(text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), isExact ? 'gu' : 'giu');
      const found: Found['lines'][number][] = [];
      let total = 0;
      const lines = engine.kept + engine.rows;
      for (let line = 0; line < lines;) {
        const whole = wholeLine(engine, line, lines);
        for (const match of whole.text.matchAll(pattern)) {
          total++;
          if (found.length === FOUND_MAX) continue;
          const { row, column } = whole.at(match.index);
          found.push({ line: line + row, column, text: whole.rows[row]!.text.trimEnd() });
        }
        if (
          Math.floor(line / SEARCH_STEP_LINES) !== Math.floor((line + whole.rows.length) / SEARCH_STEP_LINES)
        ) {
          await nextTurn();
        }
        line += whole.rows.length;
      }
      return { total, lines: found };
    });
  }

  drop(): void {
    this.#engine?.dispose();
    this.#engine = null;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  async #upToDate(): Promise<TerminalEngine> {
    await this.#screen.ready();
    const { engine } = this.#screen;
    // Nothing has left the session's own engine: it has all there is.
    if (this.#engine === null && engine.history <= engine.kept) return engine;
    this.#engine ??= this.#begin();
    for (const event of openSegments(this.#screen.directory).events(this.#offset)) {
      if (event.type === 'resize') this.#engine.resize(event.columns, event.rows);
      else {
        const skip = Math.max(0, this.#offset - event.offset);
        this.#engine.write(event.bytes.subarray(skip));
        this.#offset = event.offset + event.bytes.length;
        if (event.bytes.length >= STEP_BYTES) await nextTurn();
      }
    }
    return this.#engine;
  }

  #begin(): TerminalEngine {
    const { from, to } = openSegments(this.#screen.directory);
    const earliest = Math.max(from, to - HISTORY_BYTES);
    const options = { scrollback: HISTORY_LINES };
    const snapshot = earliest > 0 ? this.#screen.snapshots.oldest(earliest) : null;
    if (snapshot !== null) {
      try {
        this.#offset = snapshot.offset;
        return restoreEngine(snapshot.state, options);
      } catch {
        // Of another version: begin in the middle of the output instead.
      }
    }
    this.#offset = earliest;
    return createEngine({ columns: this.#screen.engine.columns, rows: this.#screen.engine.rows, ...options });
  }
}

interface WholeLine {
  readonly text: string;
  readonly rows: readonly { readonly text: string; readonly columns: readonly number[] }[];
  at(index: number): { readonly row: number; readonly column: number };
}

/** A line as the application wrote it: the row and those it went on in. */
function wholeLine(engine: TerminalEngine, first: number, lines: number): WholeLine {
  const rows: { text: string; columns: number[] }[] = [];
  const row = new Row(engine.columns);
  let line = first;
  do {
    engine.readRow(line - engine.kept, row);
    rows.push(textAndColumns(row));
    line++;
    // A line longer than a thousand rows is found in pieces.
  } while (line < lines && rows.length < 1_000 && engine.isWrapped(line - engine.kept));
  return {
    text: rows.map(({ text }) => text).join(''),
    rows,
    at: (index) => {
      let left = index;
      let at = 0;
      while (at < rows.length - 1 && left >= rows[at]!.text.length) left -= rows[at++]!.text.length;
      return { row: at, column: rows[at]!.columns[left] ?? 0 };
    },
  };
}

/** The row's text and the column in which each of its characters (UTF-16 units) stands. */
function textAndColumns(row: Row): { text: string; columns: number[] } {
  let text = '';
  const columns: number[] = [];
  row.glyphs.forEach((glyph, column) => {
    if (glyph === WIDE_TAIL) return;
    const part = glyphText(glyph);
    text += part;
    for (let i = 0; i < part.length; i++) columns.push(column);
  });
  return { text, columns };
}
