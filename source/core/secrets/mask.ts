/**
 * Takes known secrets out of a stream of bytes, in all their forms and however the stream is cut: one
 * automaton for all of them (Aho and Corasick, 1975), a table lookup for each byte.
 */
import { formsOf, utf8 } from './forms.ts';

const EMPTY = new Uint8Array(0);

export interface Secret {
  readonly name: string;
  readonly value: string;
}

/** States of the automaton: a row of 256 numbers each. 64 MB of tables is more than a project has secrets for. */
const STATES_MAX = 65_536;

export interface Mask {
  /** Row of the state, column of the byte: the next state. */
  readonly next: Int32Array;
  /** How many bytes of some form the state has seen. */
  readonly depth: Int32Array;
  /** Length of the longest form that ends here, 0 for none; and what stands in its place. */
  readonly length: Int32Array;
  readonly word: readonly (Uint8Array | undefined)[];
}

class TooManySecrets extends Error {
  readonly code = 'TOO_MANY_SECRETS';
  constructor() {
    super(`the secrets of this project are too many or too long to be masked; remove some: fleet vault rm`);
  }
}

/** null: there is nothing to mask. Throws TooManySecrets. */
export function maskOf(secrets: readonly Secret[]): Mask | null {
  const words: (Uint8Array | undefined)[] = [undefined];
  const children: Map<number, number>[] = [new Map()];
  const depths = [0];
  const lengths = [0];
  for (const { name, value } of secrets) {
    const word = utf8(`[vault:${name}]`);
    for (const form of formsOf(value)) {
      let state = 0;
      for (const byte of form) {
        let child = children[state]!.get(byte);
        if (child === undefined) {
          child = children.length;
          if (child >= STATES_MAX) throw new TooManySecrets();
          children[state]!.set(byte, child);
          children.push(new Map());
          depths.push(depths[state]! + 1);
          lengths.push(0);
          words.push(undefined);
        }
        state = child;
      }
      lengths[state] = form.length;
      words[state] ??= word;
    }
  }
  if (children.length === 1) return null;
  const next = new Int32Array(children.length * 256);
  const failure = new Int32Array(children.length);
  const queue: number[] = [];
  for (const [byte, child] of children[0]!) {
    next[byte] = child;
    queue.push(child);
  }
  for (const state of queue) {
    const fallback = failure[state]!;
    // A form that ends inside another one ends here, too.
    if (lengths[state] === 0 && lengths[fallback]! > 0) {
      lengths[state] = lengths[fallback]!;
      words[state] = words[fallback];
    }
    next.copyWithin(state * 256, fallback * 256, fallback * 256 + 256);
    for (const [byte, child] of children[state]!) {
      failure[child] = next[fallback * 256 + byte]!;
      next[state * 256 + byte] = child;
      queue.push(child);
    }
  }
  return { next, depth: Int32Array.from(depths), length: Int32Array.from(lengths), word: words };
}

/**
 * Bytes held back because they may be the beginning of a secret are let go while they are this few: a
 * prompt must not hang on the first letters of a key, and the rest of the key is still taken out.
 */
const LET_GO_MAX = 3;

/** A part of what is held, or of what just came, that must not be seen. */
interface Span {
  readonly from: number;
  to: number;
  readonly word: Uint8Array;
  /** Its word is out already, this is the rest of it. */
  readonly isRest: boolean;
}

/** One stream. What it was given comes out again, less the secrets, in order, as soon as it is certain. */
export class MaskedStream {
  readonly #mask: Mask;
  #state = 0;
  /** The last bytes: they may yet turn out to be part of a secret, or of a longer one. */
  #held: Uint8Array = EMPTY;
  /** Secrets among the held bytes. */
  #spans: Span[] = [];
  /** Of what the state has seen, so many bytes are out already. */
  #gone = 0;

  constructor(mask: Mask) {
    this.#mask = mask;
  }

  /** true: something is held back; `settle` lets go of it once nothing more comes. */
  get isHolding(): boolean {
    return this.#held.length > 0;
  }

  push(chunk: Uint8Array): Uint8Array {
    const { next, depth, length, word } = this.#mask;
    const input = this.#held.length === 0 ? chunk : joined(this.#held, chunk);
    let state = this.#state;
    for (let at = this.#held.length; at < input.length; at++) {
      state = next[state * 256 + input[at]!]!;
      if (state !== 0 && length[state]! > 0)
        this.#found(Math.max(0, at + 1 - length[state]!), at + 1, word[state]!);
    }
    this.#state = state;
    const holding = Math.min(depth[state]!, input.length);
    this.#gone = depth[state]! - holding;
    return this.#letGo(input, input.length - holding);
  }

  /** Nothing came for a moment: secrets that are whole are told, and a few letters after them let go. */
  settle(): Uint8Array {
    const told = this.#spans.at(-1)?.to ?? 0;
    const open = this.#held.length - told + (told === 0 ? this.#gone : 0);
    const upTo = open <= LET_GO_MAX ? this.#held.length : told;
    this.#gone += upTo;
    return this.#letGo(this.#held, upTo);
  }

  /** The stream is over: what never became a secret comes out. */
  end(): Uint8Array {
    this.#gone += this.#held.length;
    return this.#letGo(this.#held, this.#held.length);
  }

  /** Secrets that overlap are one: a part of the longer one must not stay behind the shorter one. */
  #found(from: number, to: number, word: Uint8Array): void {
    let start = from;
    let first: Span | undefined;
    for (let last = this.#spans.at(-1); last && last.to > start; last = this.#spans.at(-1)) {
      this.#spans.pop();
      start = Math.min(start, last.from);
      first = last;
    }
    // The longer one gives its name.
    const named = first && first.from < from ? first.word : word;
    this.#spans.push({ from: start, to, word: named, isRest: first?.isRest ?? false });
  }

  #letGo(input: Uint8Array, upTo: number): Uint8Array {
    const pieces: Uint8Array[] = [];
    const kept: Span[] = [];
    let at = 0;
    for (const span of this.#spans) {
      if (span.from >= upTo) {
        kept.push({ ...span, from: span.from - upTo, to: span.to - upTo });
        continue;
      }
      if (span.from > at) pieces.push(input.subarray(at, span.from));
      if (!span.isRest) pieces.push(span.word);
      at = Math.min(span.to, upTo);
      if (span.to > upTo) kept.push({ ...span, from: 0, to: span.to - upTo, isRest: true });
    }
    if (upTo > at) pieces.push(input.subarray(at, upTo));
    this.#spans = kept;
    this.#held = upTo === input.length ? EMPTY : input.slice(upTo);
    return pieces.length === 1 ? pieces[0]! : joined(...pieces);
  }
}

/** A text on its own: an event, a prompt, a file. */
export function masked(mask: Mask, bytes: Uint8Array): Uint8Array {
  const stream = new MaskedStream(mask);
  return joined(stream.push(bytes), stream.end());
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
