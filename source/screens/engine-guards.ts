/**
 * What keeps a hostile stream from hurting the engine. xterm.js trusts its input: a repeat count of two
 * thousand million is looped over, a string of ten megabytes is kept, a cell takes any number of combining
 * marks, a hyperlink per byte leaves an object per byte, and a few sequences throw. Here every such
 * amount gets its bound and a handler that throws costs one sequence instead of the session.
 */
import { BackgroundFlag, Content } from './engine-internals.ts';
import type { CsiHandler, EngineCore, EngineLine, StringHandler } from './engine-internals.ts';

/** Titles, colours and capability questions are far shorter; what is longer is dropped as a whole. */
const STRING_CHARACTERS_MAX = 4096;

/** The longest emoji sequences have ten code points; more marks than this on one cell are decoration. */
const CLUSTER_CHARACTERS_MAX = 32;

/** Installs all bounds on one engine. `onFault` hears of every handler that threw. */
export function guardEngine(core: EngineCore, onFault: (error: unknown) => void): void {
  clampRepeats(core);
  mendEraseAbove(core);
  clampStrings(core);
  clampClusters(core);
  dropHyperlinks(core);
  containThrows(core, onFault);
}

function clampRepeats(core: EngineCore): void {
  const { buffers } = core._bufferService;
  const clamp = (final: string, most: () => number): void => {
    core._inputHandler._parser.registerCsiHandler({ final }, (params) => {
      if (params.params[0]! > most()) params.params[0] = most();
      return false;
    });
  };
  const rows = (): number => buffers.active.scrollBottom + 1;
  const columns = (): number => buffers.active.lines.get(buffers.active.ybase)?.length ?? 80;
  for (const final of ['L', 'M', 'S', 'T']) clamp(final, rows);
  for (const final of ['I', 'Z']) clamp(final, columns);
  // A repeat ends at the end of the line, as in tmux; xterm.js would go on for 2,147,483,647 characters.
  clamp('b', () => Math.max(1, columns() - buffers.active.x));
}

/**
 * Erasing all above and including the last cell of the screen reads a line that is not there in
 * xterm.js 6.0 and throws half way; it is the same as erasing everything.
 */
function mendEraseAbove(core: EngineCore): void {
  const { buffers } = core._bufferService;
  for (const prefix of [undefined, '?']) {
    core._inputHandler._parser.registerCsiHandler(
      prefix ? { prefix, final: 'J' } : { final: 'J' },
      (params) => {
        const { x, y, ybase, lines } = buffers.active;
        const isLastRow = lines.get(ybase + y + 1) === undefined || ybase + y + 1 >= lines.length;
        const columns = lines.get(ybase + y)?.length ?? 0;
        if (params.params[0] === 1 && isLastRow && x + 1 >= columns) params.params[0] = 2;
        return false;
      },
    );
  }
}

function clampStrings(core: EngineCore): void {
  const { _oscParser, _dcsParser } = core._inputHandler._parser;
  for (const handlers of [_oscParser._handlers, _dcsParser._handlers]) {
    const prototypes = new Set(
      Object.values(handlers)
        .flat()
        .map((handler) => Object.getPrototypeOf(handler) as StringHandler & { isBounded?: boolean }),
    );
    for (const prototype of prototypes) {
      if (prototype.isBounded) continue;
      prototype.isBounded = true;
      const put = prototype.put;
      prototype.put = function putBounded(data, start, end) {
        // Past the bound nothing is added, so a title shows its beginning and memory stays flat.
        if (this._data.length >= STRING_CHARACTERS_MAX) return;
        put.call(this, data, start, end);
        // xterm.js ignores DEL in a control string only at the beginning of a chunk.
        this._data = this._data.replaceAll('\x7f', '').slice(0, STRING_CHARACTERS_MAX);
      };
    }
  }
}

function clampClusters(core: EngineCore): void {
  const line = core._bufferService.buffers.normal.lines.get(0)!;
  const prototype = Object.getPrototypeOf(line) as EngineLine & { isBounded?: boolean };
  if (prototype.isBounded) return;
  prototype.isBounded = true;
  const add = prototype.addCodepointToCell;
  prototype.addCodepointToCell = function addBounded(index, codePoint, width) {
    const text = this._combined[index];
    const isCluster = (this._data[index * 3]! & Content.IsCombined) !== 0;
    if (isCluster && text !== undefined && text.length >= CLUSTER_CHARACTERS_MAX) return;
    add.call(this, index, codePoint, width);
  };
  // xterm.js copies the clusters of all cells behind the copied ones too, over those that are there.
  prototype.copyCellsFrom = function copyCells(from, fromColumn, toColumn, count, isBackwards) {
    for (let i = 0; i < count; i++) {
      const cell = isBackwards ? count - 1 - i : i;
      const source = (fromColumn + cell) * 3;
      const target = (toColumn + cell) * 3;
      for (let word = 0; word < 3; word++) this._data[target + word] = from._data[source + word]!;
      if (from._data[source]! & Content.IsCombined)
        this._combined[toColumn + cell] = from._combined[fromColumn + cell]!;
      if (from._data[source + 2]! & BackgroundFlag.HasExtended)
        this._extendedAttrs[toColumn + cell] = from._extendedAttrs[fromColumn + cell];
    }
  };
}

/** Cells carry no links, and each link would pin a marker to its line for as long as the line lives. */
function dropHyperlinks(core: EngineCore): void {
  core._inputHandler.registerOscHandler(8, () => true);
}

function containThrows(core: EngineCore, onFault: (error: unknown) => void): void {
  const parser = core._inputHandler._parser;
  for (const handlers of Object.values(parser._csiHandlers)) {
    handlers.forEach((handler, index) => {
      const contained: CsiHandler = (params) => {
        try {
          return handler(params);
        } catch (error) {
          onFault(error);
          return true;
        }
      };
      handlers[index] = contained;
    });
  }
  const containPlain = (handler: () => boolean) => (): boolean => {
    try {
      return handler();
    } catch (error) {
      onFault(error);
      return true;
    }
  };
  for (const handlers of Object.values(parser._escHandlers)) {
    handlers.forEach((handler, index) => (handlers[index] = containPlain(handler)));
  }
  for (const [code, handler] of Object.entries(parser._executeHandlers)) {
    parser._executeHandlers[code] = containPlain(handler);
  }
  const print = parser._printHandler;
  parser.setPrintHandler((data, start, end) => {
    try {
      if (core.coreService.decPrivateModes.wraparound) return print(data, start, end);
      // Without wrapping, what a run of characters does at the last column depends on where the run was cut;
      // one at a time it never does. Hardly any application turns wrapping off.
      for (let at = start; at < end; at++) print(data, at, at + 1);
    } catch (error) {
      onFault(error);
    }
  });
}
