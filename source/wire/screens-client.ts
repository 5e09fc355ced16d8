/**
 * A client's connection to screens: frames of the panes it watches, what the bottoms of sessions show, lines
 * of history, search. Frames come one at a time: the next one only after `credit`, so a client that is
 * busy painting is never behind, it just skips what it would have been too late for.
 */
import { connect, type Socket } from 'node:net';
import type { Row } from './cells.ts';
import { encodeJsonFrame, FrameReader } from './frames.ts';
import { decodeScreenFrame, type ScreenFrame } from './screen-frame.ts';
import {
  SCREENS_PROTOCOL,
  ScreensKind,
  type ScreensReply,
  type ScreensRequest,
  type ScreenText,
} from './screens-protocol.ts';

export class ScreensError extends Error {
  /** `GONE` nobody listens, `REFUSED` a version that does not fit, `LOST` it went away, `FAILED` it said why. */
  readonly code: 'GONE' | 'REFUSED' | 'LOST' | 'FAILED';

  constructor(code: ScreensError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface HistoryLines {
  readonly from: number;
  /** Lines there are, the screen's own included. */
  readonly total: number;
  readonly rows: readonly Row[];
  readonly wrapped: readonly boolean[];
}

export interface FoundLines {
  readonly total: number;
  readonly lines: readonly { readonly line: number; readonly text: string; readonly column: number }[];
}

export interface ScreensConnection {
  /** The session is live (read it from its holder) or has ended (its last screen stays readable). */
  open(session: string, isLive: boolean): void;
  /** Nobody will look at the session for a while; what is kept of it in memory may go. */
  forget(session: string): void;
  /** Frames of the session until `unwatch`, the first one full; each next one after `credit(pane)`. */
  watch(pane: number, session: string, onFrame: (frame: ScreenFrame) => void): void;
  unwatch(pane: number): void;
  credit(pane: number): void;
  /** Rejects with ScreensError. */
  lines(session: string, from: number, count: number): Promise<HistoryLines>;
  search(session: string, text: string): Promise<FoundLines>;
  screen(session: string): Promise<ScreenText>;
  /** The person's colours, for applications that ask. */
  colours(colours: {
    readonly foreground: number;
    readonly background: number;
    readonly cursor: number;
  }): void;
  /** What the live bottom of a session's screen shows; only of sessions this connection has opened. */
  onBottom(listener: (session: string, rows: readonly string[], title: string) => void): void;
  onBell(listener: (session: string) => void): void;
  /** Something this connection asked for cannot be had: in words. */
  onError(listener: (message: string) => void): void;
  onClose(listener: (error: ScreensError) => void): void;
  /** The process saves what it has and leaves. */
  end(): void;
  close(): void;
}

/** Rejects with ScreensError: GONE when nobody listens, REFUSED when versions do not fit, LOST on silence. */
export function connectScreens(options: {
  readonly socket: string;
  readonly timeoutMs: number;
}): Promise<ScreensConnection> {
  return new Promise((resolve, reject) => {
    const socket = connect(options.socket);
    const link = new Link(socket);
    const timer = setTimeout(
      () => link.end(new ScreensError('LOST', `screens did not answer within ${options.timeoutMs} ms`)),
      options.timeoutMs,
    );
    let isOpen = false;
    link.onClose((error) => {
      clearTimeout(timer);
      if (!isOpen) reject(error);
    });
    socket.once('connect', () => link.send({ type: 'hello', protocol: SCREENS_PROTOCOL }));
    socket.once('error', (cause) =>
      link.end(new ScreensError('GONE', `no screens process answers on ${options.socket}`, { cause })),
    );
    link.onWelcome = () => {
      clearTimeout(timer);
      isOpen = true;
      resolve(link.connection());
    };
  });
}

type Answer = Extract<ScreensReply, { id: number }>;

interface Waiting {
  readonly done: (answer: Answer) => void;
  readonly failed: (error: ScreensError) => void;
}

class Link {
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #waiting = new Map<number, Waiting>();
  /** By the number a pane has on the wire, which is a new one for each watch: a late frame finds nobody. */
  readonly #panes = new Map<number, (frame: ScreenFrame) => void>();
  readonly #numbers = new Map<number, number>();
  readonly #closed: ((error: ScreensError) => void)[] = [];
  readonly #bottoms: ((session: string, rows: readonly string[], title: string) => void)[] = [];
  readonly #bells: ((session: string) => void)[] = [];
  readonly #errors: ((message: string) => void)[] = [];
  #nextId = 1;
  #nextPane = 1;
  #end: ScreensError | null = null;
  onWelcome: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', () => {});
    socket.on('close', () => this.end(new ScreensError('LOST', 'the screens process went away')));
  }

  send(request: ScreensRequest): void {
    if (!this.#end) this.#socket.write(encodeJsonFrame(ScreensKind.Message, request));
  }

  end(error: ScreensError): void {
    if (this.#end) return;
    this.#end = error;
    this.#socket.destroy();
    for (const { failed } of this.#waiting.values()) failed(error);
    this.#waiting.clear();
    this.#panes.clear();
    for (const listener of this.#closed) listener(error);
  }

  onClose(listener: (error: ScreensError) => void): void {
    if (this.#end) listener(this.#end);
    else this.#closed.push(listener);
  }

  connection(): ScreensConnection {
    return {
      open: (session, live) => this.send({ type: 'open', session, live }),
      forget: (session) => this.send({ type: 'close', session }),
      watch: (pane, session, onFrame) => this.#watch(pane, session, onFrame),
      unwatch: (pane) => this.#unwatch(pane),
      credit: (pane) => {
        const number = this.#numbers.get(pane);
        if (number !== undefined) this.send({ type: 'credit', pane: number });
      },
      lines: async (session, from, count) => {
        const answer = await this.#ask<'lines'>((id) => ({ type: 'lines', id, session, from, count }));
        const frame = decodeScreenFrame(Buffer.from(answer.frame, 'base64'));
        return {
          from: answer.from,
          total: answer.total,
          rows: frame.changed.map(({ row }) => row),
          wrapped: answer.wrapped,
        };
      },
      search: async (session, text) => {
        const { total, lines } = await this.#ask<'found'>((id) => ({ type: 'search', id, session, text }));
        return { total, lines };
      },
      screen: async (session) => {
        const { screen } = await this.#ask<'screen'>((id) => ({ type: 'screen', id, session }));
        return screen;
      },
      colours: (colours) => this.send({ type: 'colours', ...colours }),
      end: () => this.send({ type: 'end' }),
      onBottom: (listener) => void this.#bottoms.push(listener),
      onBell: (listener) => void this.#bells.push(listener),
      onError: (listener) => void this.#errors.push(listener),
      onClose: (listener) => this.onClose(listener),
      close: () => this.end(new ScreensError('LOST', 'this side closed the connection')),
    };
  }

  #watch(pane: number, session: string, onFrame: (frame: ScreenFrame) => void): void {
    this.#unwatch(pane);
    const number = this.#nextPane;
    // Two bytes on the wire; by the time a number comes round again its frames are long gone.
    this.#nextPane = (this.#nextPane % 0xffff) + 1;
    this.#numbers.set(pane, number);
    this.#panes.set(number, (frame) => onFrame({ ...frame, pane }));
    this.send({ type: 'watch', pane: number, session });
  }

  #unwatch(pane: number): void {
    const number = this.#numbers.get(pane);
    if (number === undefined) return;
    this.#numbers.delete(pane);
    this.#panes.delete(number);
    this.send({ type: 'unwatch', pane: number });
  }

  #ask<T extends Answer['type']>(
    request: (id: number) => ScreensRequest,
  ): Promise<Extract<Answer, { type: T }>> {
    return new Promise((resolve, reject) => {
      if (this.#end) return reject(this.#end);
      const id = this.#nextId++;
      this.#waiting.set(id, {
        done: (answer) => resolve(answer as Extract<Answer, { type: T }>),
        failed: reject,
      });
      this.send(request(id));
    });
  }

  #read(chunk: Buffer): void {
    try {
      for (const { kind, payload } of this.#reader.push(chunk)) {
        if (kind === ScreensKind.ScreenFrame) this.#show(decodeScreenFrame(payload));
        else if (kind === ScreensKind.Message) this.#receive(JSON.parse(payload.toString()) as ScreensReply);
      }
    } catch (cause) {
      this.end(new ScreensError('LOST', 'screens sent what is no message of ours', { cause }));
    }
  }

  #show(frame: ScreenFrame): void {
    this.#panes.get(frame.pane)?.(frame);
  }

  #receive(reply: ScreensReply): void {
    switch (reply.type) {
      case 'welcome':
        return this.onWelcome();
      case 'refused':
        return this.end(new ScreensError('REFUSED', reply.message));
      case 'bottom':
        for (const listener of this.#bottoms) listener(reply.session, reply.rows, reply.title);
        return;
      case 'bell':
        for (const listener of this.#bells) listener(reply.session);
        return;
      case 'error': {
        if (reply.id === undefined) for (const listener of this.#errors) listener(reply.message);
        else this.#settle(reply.id)?.failed(new ScreensError('FAILED', reply.message));
        return;
      }
      case 'lines':
      case 'found':
      case 'screen':
        return this.#settle(reply.id)?.done(reply);
      default:
        return reply satisfies never;
    }
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}
