/**
 * What a terminal answers when an application asks it something. Agents wait for these answers at their
 * start; one that never comes is a stall or the wrong theme. xterm.js itself answers modes (DECRQM),
 * settings (DECRQSS) and status (DSR 5); the rest is here. Titles are never reported back: an answer
 * is typed into the application, and the text of a title is anybody's.
 */
import type { EngineCore } from './engine-internals.ts';

/** The colours an application is told, as 0xRRGGBB; the person's theme when a client has said so. */
export interface TerminalColours {
  readonly foreground: number;
  readonly background: number;
  readonly cursor: number;
}

/** A dark theme, until a client tells the person's own. */
export const DEFAULT_COLOURS: TerminalColours = {
  foreground: 0xd8d8d8,
  background: 0x101010,
  cursor: 0xd8d8d8,
};

/** Colours the application itself has set; kept so that it reads back what it wrote. */
export interface ColourOverrides {
  readonly palette: Map<number, number>;
  readonly special: Map<number, number>;
}

/** Names asked in one XTGETTCAP question; real ones ask one to five. */
const CAPABILITIES_MAX = 16;

/** A cell in pixels, for applications that ask; nobody draws pictures here, so a common size will do. */
const CELL_PIXELS = { width: 8, height: 16 };

const CAPABILITIES: Readonly<Record<string, string>> = {
  TN: 'xterm-256color',
  name: 'xterm-256color',
  Co: '256',
  colors: '256',
  RGB: '8/8/8',
};

export interface ReplyContext {
  readonly core: EngineCore;
  readonly columns: () => number;
  readonly rows: () => number;
  readonly colours: () => TerminalColours;
  readonly overrides: ColourOverrides;
  readonly reply: (text: string) => void;
  /** The application wants to hear when light and dark change (mode 2031). */
  readonly setColourNotices: (isWanted: boolean) => void;
  readonly wantsColourNotices: () => boolean;
}

export function answerQueries(context: ReplyContext): void {
  answerDevice(context);
  answerModes(context);
  answerSize(context);
  answerColours(context);
  answerCapabilities(context);
}

function answerDevice({ core, columns, reply }: ReplyContext): void {
  const parser = core._inputHandler._parser;
  const { buffers } = core._bufferService;
  // VT220 with colour: nothing claimed that panes cannot show.
  parser.registerCsiHandler({ final: 'c' }, ({ params }) => {
    if (params[0] === 0) reply('\x1b[?62;22c');
    return true;
  });
  // Like tmux. To an xterm of a late version vim would put dozens of questions about keys, one by one, and
  // take for typing what comes between.
  parser.registerCsiHandler({ prefix: '>', final: 'c' }, ({ params }) => {
    if (params[0] === 0) reply('\x1b[>84;0;0c');
    return true;
  });
  parser.registerCsiHandler({ prefix: '=', final: 'c' }, ({ params }) => {
    if (params[0] === 0) reply('\x1bP!|00000000\x1b\\');
    return true;
  });
  parser.registerCsiHandler({ prefix: '>', final: 'q' }, ({ params }) => {
    if (params[0] === 0) reply('\x1bP>|fleet-tui\x1b\\');
    return true;
  });
  // Behind the last column the cursor waits to wrap; its column is still the last one.
  const position = (mark: string) => (): void => {
    const { x, y } = buffers.active;
    reply(`\x1b[${mark}${y + 1};${Math.min(x + 1, columns())}R`);
  };
  const answers: readonly (readonly [string, () => void])[] = [
    ['', position('')],
    ['?', position('?')],
  ];
  for (const [prefix, answer] of answers) {
    const id = prefix ? { prefix, final: 'n' } : { final: 'n' };
    parser.registerCsiHandler(id, ({ params }) => {
      if (params[0] !== 6) return false;
      answer();
      return true;
    });
  }
  // The kitty keyboard question gets an answer, so nobody waits: no flag is on, and none can be put on.
  parser.registerCsiHandler({ prefix: '?', final: 'u' }, () => {
    reply('\x1b[?0u');
    return true;
  });
  for (const prefix of ['>', '<', '=']) parser.registerCsiHandler({ prefix, final: 'u' }, () => true);
}

function answerModes(context: ReplyContext): void {
  const { core, reply, colours } = context;
  const parser = core._inputHandler._parser;
  for (const [final, isSet] of [
    ['h', true],
    ['l', false],
  ] as const) {
    parser.registerCsiHandler({ prefix: '?', final }, (params) => {
      for (let i = 0; i < params.length; i++) {
        if (params.params[i] === 2031) context.setColourNotices(isSet);
      }
      return false;
    });
  }
  parser.registerCsiHandler({ prefix: '?', intermediates: '$', final: 'p' }, ({ params }) => {
    if (params[0] !== 2031) return false;
    reply(`\x1b[?2031;${context.wantsColourNotices() ? 1 : 2}$y`);
    return true;
  });
  parser.registerCsiHandler({ prefix: '?', final: 'n' }, ({ params }) => {
    if (params[0] !== 996) return false;
    reply(colourNotice(colours()));
    return true;
  });
}

/** What mode 2031 sends: 1 dark, 2 light. */
export function colourNotice({ background }: TerminalColours): string {
  const brightness =
    0.299 * (background >> 16) + 0.587 * ((background >> 8) & 0xff) + 0.114 * (background & 0xff);
  return `\x1b[?997;${brightness < 128 ? 1 : 2}n`;
}

function answerSize({ core, columns, rows, reply }: ReplyContext): void {
  core._inputHandler._parser.registerCsiHandler({ final: 't' }, ({ params }) => {
    if (params[0] === 14) reply(`\x1b[4;${rows() * CELL_PIXELS.height};${columns() * CELL_PIXELS.width}t`);
    else if (params[0] === 16) reply(`\x1b[6;${CELL_PIXELS.height};${CELL_PIXELS.width}t`);
    else if (params[0] === 18) reply(`\x1b[8;${rows()};${columns()}t`);
    else return false;
    return true;
  });
}

function answerColours({ core, colours, overrides, reply }: ReplyContext): void {
  const handler = core._inputHandler;
  const { palette, special } = overrides;
  handler.registerOscHandler(4, (data) => {
    const parts = data.split(';');
    for (let i = 0; i + 1 < parts.length; i += 2) {
      const index = Number(parts[i]);
      if (!Number.isInteger(index) || index < 0 || index > 255) continue;
      const colour = parseColour(parts[i + 1]!);
      if (parts[i + 1] === '?') {
        reply(`\x1b]4;${index};${colourText(palette.get(index) ?? paletteRgb(index))}\x1b\\`);
      } else if (colour !== undefined) palette.set(index, colour);
    }
    return true;
  });
  handler.registerOscHandler(104, (data) => {
    if (data === '') palette.clear();
    else for (const index of data.split(';')) palette.delete(Number(index));
    return true;
  });
  const names = ['foreground', 'background', 'cursor'] as const;
  names.forEach((_, first) => {
    handler.registerOscHandler(10 + first, (data) => {
      // Further values in one sequence mean the next colours, as in xterm.
      data.split(';').forEach((value, offset) => {
        const name = names[first + offset];
        if (name === undefined) return;
        const number = 10 + first + offset;
        const colour = parseColour(value);
        if (value === '?') {
          reply(`\x1b]${number};${colourText(special.get(number) ?? colours()[name])}\x1b\\`);
        } else if (colour !== undefined) special.set(number, colour);
      });
      return true;
    });
    handler.registerOscHandler(110 + first, () => {
      special.delete(10 + first);
      return true;
    });
  });
}

function answerCapabilities({ core, reply }: ReplyContext): void {
  core._inputHandler.registerDcsHandler({ intermediates: '+', final: 'q' }, (data) => {
    for (const hex of data.split(';').slice(0, CAPABILITIES_MAX)) {
      if (!/^(?:[0-9a-f]{2}){1,64}$/i.test(hex)) continue;
      const value = CAPABILITIES[Buffer.from(hex, 'hex').toString('latin1')];
      if (value === undefined) reply(`\x1bP0+r${hex}\x1b\\`);
      else reply(`\x1bP1+r${hex}=${Buffer.from(value).toString('hex')}\x1b\\`);
    }
    return true;
  });
}

/** `#RGB`, `#RRGGBB` and `rgb:R/G/B` with one to four digits each. */
function parseColour(text: string): number | undefined {
  const hash = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text)?.[1];
  if (hash !== undefined) {
    return Number.parseInt(hash.length === 6 ? hash : hash.replaceAll(/./g, '$&$&'), 16);
  }
  const parts = /^rgb:([0-9a-f]{1,4})\/([0-9a-f]{1,4})\/([0-9a-f]{1,4})$/i.exec(text)?.slice(1);
  if (parts === undefined) return undefined;
  const [red, green, blue] = parts.map((part) =>
    Math.round((Number.parseInt(part, 16) * 255) / (16 ** part.length - 1)),
  );
  return (red! << 16) | (green! << 8) | blue!;
}

/** The form xterm answers in: sixteen bits a channel. */
function colourText(rgb: number): string {
  const channel = (value: number): string => (value & 0xff).toString(16).padStart(2, '0').repeat(2);
  return `rgb:${channel(rgb >> 16)}/${channel(rgb >> 8)}/${channel(rgb)}`;
}

/** xterm's sixteen colours. */
const ANSI = [
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000,
  0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
] as const;

/** xterm's palette: sixteen colours, a 6×6×6 cube, 24 greys. */
function paletteRgb(index: number): number {
  if (index < 16) return ANSI[index]!;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return (grey << 16) | (grey << 8) | grey;
  }
  const level = (step: number): number => (step === 0 ? 0 : 55 + step * 40);
  const cube = index - 16;
  return (level(Math.floor(cube / 36)) << 16) | (level(Math.floor(cube / 6) % 6) << 8) | level(cube % 6);
}
