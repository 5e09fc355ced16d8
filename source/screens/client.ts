/** One client of screens: what it watches, what it has opened, and the answers to what it asks. */
import type { Socket } from 'node:net';
import { encodeFrame, encodeJsonFrame, FrameReader } from '../wire/frames.ts';
import { Row } from '../wire/cells.ts';
import { ScreenMode } from '../wire/screen-frame.ts';
import {
  PANES_MAX,
  SCREENS_PROTOCOL,
  ScreensKind,
  type ScreensReply,
  type ScreensRequest,
  type ScreenText,
} from '../wire/screens-protocol.ts';
import { Bottom } from './bottom.ts';
import { Pane } from './pane.ts';
import { parseRequest } from './parse-request.ts';
import type { Screens } from './screens.ts';
import type { SessionScreen } from './session-screen.ts';

/** Hello is the first thing a client writes; who stays silent is none. */
const HELLO_TIMEOUT_MS = 5_000;

/** The longest request is a search of 256 characters. */
const REQUEST_BYTES_MAX = 16 * 1024;

/** Questions under way for one client; an honest one asks one at a time, a fast scroller a few. */
const QUESTIONS_MAX = 32;

/** Above this a client is not told what bottoms show, and its questions wait; above the next it has stopped reading and is hung up on. */
const UNREAD_BYTES = 1024 * 1024;
const UNREAD_BYTES_MAX = 32 * 1024 * 1024;

export class Client {
  readonly #socket: Socket;
  readonly #screens: Screens;
  readonly #reader = new FrameReader();
  readonly #panes = new Map<number, Pane>();
  readonly #bottoms = new Map<string, Bottom>();
  #isGreeted = false;
  #questions = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(socket: Socket, screens: Screens) {
    this.#socket = socket;
    this.#screens = screens;
    const tooLate = setTimeout(() => socket.destroy(), HELLO_TIMEOUT_MS);
    socket.on('data', (chunk) => {
      this.#read(chunk);
      if (this.#isGreeted) clearTimeout(tooLate);
      // Who does not read the answers is not asked for more questions.
      if (socket.writableLength > UNREAD_BYTES) socket.pause();
    });
    socket.on('drain', () => socket.resume());
    // 'close' follows every error, and a client that goes away is nothing to report.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(tooLate);
      this.#letGo();
    });
  }

  #read(chunk: Buffer): void {
    try {
      for (const { kind, payload } of this.#reader.push(chunk)) {
        if (kind !== ScreensKind.Message || payload.length > REQUEST_BYTES_MAX)
          return void this.#socket.destroy();
        if (this.#socket.destroyed) return;
        this.#obey(parseRequest(payload));
      }
    } catch (error) {
      this.#send({ type: 'error', message: messageOf(error) });
      this.#socket.end();
    }
  }

  #obey(request: ScreensRequest): void {
    if (request.type === 'hello') return this.#greet(request.protocol);
    if (!this.#isGreeted) return void this.#socket.destroy();
    switch (request.type) {
      case 'open':
        return this.#try(() => this.#open(request.session, request.live));
      case 'close':
        this.#bottoms.get(request.session)?.close();
        return void this.#bottoms.delete(request.session);
      case 'watch':
        return this.#try(() => this.#watch(request.pane, request.session));
      case 'unwatch':
        this.#panes.get(request.pane)?.close();
        return void this.#panes.delete(request.pane);
      case 'credit':
        return this.#panes.get(request.pane)?.credit();
      case 'lines':
        return this.#answer(request.id, async () => {
          const { session, from, count } = request;
          const lines = await this.#inTurn(() =>
            this.#screens.withHistory(session, (history) => history.lines(from, count)),
          );
          return { ...lines, type: 'lines', id: request.id, frame: lines.frame.toString('base64') };
        });
      case 'search':
        return this.#answer(request.id, async () => {
          const found = await this.#inTurn(() =>
            this.#screens.withHistory(request.session, (history) => history.search(request.text)),
          );
          return { type: 'found', id: request.id, ...found };
        });
      case 'screen':
        return this.#answer(request.id, async () => {
          const screen = this.#screens.get(request.session);
          await screen.ready();
          return { type: 'screen', id: request.id, screen: screenText(screen) };
        });
      case 'end':
        // The way out that every other ending takes.
        process.kill(process.pid, 'SIGTERM');
        return;
      case 'colours':
        return this.#screens.setColours(request);
      default:
        return request satisfies never;
    }
  }

  #greet(protocol: number): void {
    if (protocol === SCREENS_PROTOCOL) {
      this.#isGreeted = true;
      return this.#send({ type: 'welcome', protocol });
    }
    this.#send({
      type: 'refused',
      message: `this screens process speaks protocol ${SCREENS_PROTOCOL} and you speak ${protocol}: another version of fleet started it; fleet brain stop ends it, and the next start brings yours (no session ends)`,
    });
    this.#socket.end();
  }

  #open(session: string, isLive: boolean): void {
    const screen = isLive ? this.#screens.open(session) : this.#screens.get(session);
    if (this.#bottoms.has(session)) return;
    this.#bottoms.set(
      session,
      new Bottom({
        screen,
        tell: (message) => {
          if (this.#socket.writableLength > UNREAD_BYTES) return false;
          this.#send({ type: 'bottom', ...message });
          return true;
        },
        ring: () => this.#send({ type: 'bell', session }),
      }),
    );
  }

  #watch(number: number, session: string): void {
    this.#panes.get(number)?.close();
    this.#panes.delete(number);
    if (this.#panes.size >= PANES_MAX) throw new Error(`a client may watch ${PANES_MAX} panes`);
    const screen = this.#screens.get(session);
    const send = (frame: Buffer): void => this.#write(encodeFrame(ScreensKind.ScreenFrame, frame));
    this.#panes.set(number, new Pane({ pane: number, screen, send }));
  }

  #try(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#send({ type: 'error', message: messageOf(error) });
    }
  }

  #answer(id: number, ask: () => Promise<ScreensReply>): void {
    if (this.#questions >= QUESTIONS_MAX) {
      return this.#send({ type: 'error', id, message: `more than ${QUESTIONS_MAX} questions at once` });
    }
    this.#questions++;
    ask()
      .catch((error: unknown): ScreensReply => ({ type: 'error', id, message: messageOf(error) }))
      .then((reply) => this.#send(reply))
      .finally(() => this.#questions--)
      // Only our own bug can end here; it must not go unseen.
      .catch((error: unknown) => process.emit('uncaughtException', error as Error));
  }

  /** History is read for a client one question after the other, and only while it takes the answers. */
  #inTurn<T>(read: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(() => this.#caughtUp()).then(read);
    this.#turn = mine.catch(() => {});
    return mine;
  }

  #caughtUp(): Promise<void> {
    return new Promise((done, gone) => {
      const settle = (): void => {
        this.#socket.off('drain', settle).off('close', settle);
        if (this.#socket.destroyed) gone(new Error('the client is gone'));
        else done();
      };
      if (this.#socket.destroyed || this.#socket.writableLength <= UNREAD_BYTES) return settle();
      this.#socket.on('drain', settle).on('close', settle);
    });
  }

  #send(reply: ScreensReply): void {
    this.#write(encodeJsonFrame(ScreensKind.Message, reply));
  }

  #write(bytes: Buffer): void {
    if (!this.#socket.writable) return;
    if (this.#socket.writableLength > UNREAD_BYTES_MAX) return void this.#socket.destroy();
    this.#socket.write(bytes);
  }

  #letGo(): void {
    for (const pane of this.#panes.values()) pane.close();
    for (const bottom of this.#bottoms.values()) bottom.close();
    this.#panes.clear();
    this.#bottoms.clear();
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function screenText(screen: SessionScreen): ScreenText {
  const { engine, session, offset } = screen;
  const { x, y, isVisible } = engine.cursor();
  const row = new Row(engine.columns);
  const modes = screen.modes();
  return {
    session,
    columns: engine.columns,
    rows: Array.from({ length: engine.rows }, (_, line) => {
      engine.readRow(line, row);
      return row.text();
    }),
    cursor: { x, y, isVisible },
    isAlternate: (modes & ScreenMode.Alternate) !== 0,
    modes,
    title: engine.title,
    faults: engine.faults,
    offset,
  };
}
