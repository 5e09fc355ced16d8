/**
 * Shapes of configuration data. A shape reads a YAML node into a value or says what is wrong with it and
 * where; the type of a file is the type its shape reads (`Infer`), so both cannot drift apart.
 */
import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Node } from 'yaml';
import { nearest } from './nearest.ts';
import type { Place, Problem } from './problem.ts';

/** Where a reader stands, and where it leaves what it finds wrong. */
interface Reading {
  readonly path: string;
  placeOf(node: Node | null): Place;
  report(problem: Problem): void;
}

export interface Shape<T> {
  /** In words: `true, false or a path`. */
  readonly expected: string;
  /** undefined: it did not fit, and a problem was reported. */
  read(node: Node | null, at: Reading): T | undefined;
}

export type Infer<S> = S extends Shape<infer T> ? T : never;

/** The members of a map that were there, and where they stand: other files may disagree with them. */
interface Members<T> {
  readonly values: Partial<T>;
  /** Place of each member's value; `''` is the map itself. */
  readonly places: Readonly<Record<string, Place>>;
  readonly path: string;
}

export type MembersOf<K extends Record<string, Shape<unknown>>> = Members<{
  readonly [key in keyof K]: Infer<K[key]>;
}>;

/** More items in one list than any fleet has; keeps a runaway file cheap. */
const ITEMS_MAX = 500;

function problemAt(at: Reading, node: Node | null, problem: Partial<Problem> & { message: string }): Problem {
  return { ...at.placeOf(node), path: at.path, severity: 'error', expected: '', ...problem };
}

function below(at: Reading, step: string | number): Reading {
  const path =
    typeof step === 'number' ? `${at.path}[${step}]` : at.path === '' ? step : `${at.path}.${step}`;
  return { path, placeOf: (node) => at.placeOf(node), report: (problem) => at.report(problem) };
}

/** A text that fits; `check` says what is wrong with one that does not, or null. */
export function text(expected: string, check: (value: string) => string | null = () => null): Shape<string> {
  return scalar(expected, (value) => {
    if (typeof value !== 'string') return misfit(value);
    const control = controlCharacter(value);
    if (control !== null) return { wrong: `has the control character ${control} in it` };
    const wrong = check(value);
    return wrong === null ? { value } : { wrong };
  });
}

export function oneOf<const T extends string>(words: readonly T[]): Shape<T> {
  const expected = `one of ${words.join(', ')}`;
  return scalar(expected, (value) => {
    const found = words.find((word) => word === value);
    if (found !== undefined) return { value: found };
    if (typeof value !== 'string') return misfit(value);
    const meant = nearest(value, words);
    return { wrong: `"${value}" is not known`, ...(meant === undefined ? {} : { nearest: meant }) };
  });
}

export const yesOrNo: Shape<boolean> = scalar('true or false', (value) =>
  typeof value === 'boolean' ? { value } : misfit(value),
);

export function wholeNumber(limits: { readonly min: number; readonly max: number }): Shape<number> {
  return scalar(`a whole number from ${limits.min} to ${limits.max}`, (value) => {
    if (typeof value !== 'number') return misfit(value);
    if (!Number.isInteger(value) || value < limits.min || value > limits.max) return { wrong: `is ${value}` };
    return { value };
  });
}

export function listOf<T>(
  item: Shape<T>,
  expected = `a list, each item ${item.expected}`,
): Shape<readonly T[]> {
  return {
    expected,
    read(node, at) {
      if (!isSeq<Node | null>(node)) return wrongType(node, at, expected);
      if (node.items.length > ITEMS_MAX) {
        at.report(
          problemAt(at, node, {
            message: `has ${node.items.length} items`,
            expected: `at most ${ITEMS_MAX}`,
          }),
        );
        return undefined;
      }
      const values = node.items.map((child, index) => item.read(child, below(at, index)));
      return values.every((value) => value !== undefined) ? values : undefined;
    },
  };
}

/** `a` is short for `[a]`. */
export function oneOrMany<T>(item: Shape<T>): Shape<readonly T[]> {
  const many = listOf(item, `${item.expected}, or a list of such`);
  return {
    expected: many.expected,
    read(node, at) {
      if (isSeq(node)) return many.read(node, at);
      const value = item.read(node, at);
      return value === undefined ? undefined : [value];
    },
  };
}

/** The first shape whose kind of node it is; kinds are told apart by `when`. */
export function either<A, B>(
  when: (node: Node | null) => boolean,
  yes: Shape<A>,
  no: Shape<B>,
): Shape<A | B> {
  const expected = `${yes.expected}, or ${no.expected}`;
  return { expected, read: (node, at) => (when(node) ? yes : no).read(node, at) };
}

/** A map of known keys. A key that is not in the table, or twice in the file, is an error with its place. */
export function mapOf<K extends Record<string, Shape<unknown>>>(
  keys: K,
  options: { readonly required?: readonly (keyof K & string)[] } = {},
): Shape<MembersOf<K>> {
  const known = Object.keys(keys);
  const expected = `a map with ${known.length > 6 ? 'known keys' : known.join(', ')}`;
  return {
    expected,
    read(node, at) {
      if (!isMap<Node | null, Node | null>(node)) return wrongType(node, at, expected);
      const values: Record<string, unknown> = {};
      const places: Record<string, Place> = { '': at.placeOf(node) };
      const seen = new Set<string>();
      let isSound = true;
      const refuse = (problem: Problem) => {
        isSound = false;
        at.report(problem);
      };

      for (const pair of node.items) {
        const key = isScalar(pair.key) ? pair.key.value : null;
        if (typeof key !== 'string') {
          refuse(problemAt(at, pair.key, { message: 'a key that is not a text', expected }));
          continue;
        }
        const inside = below(at, key);
        if (seen.has(key)) {
          refuse(problemAt(inside, pair.key, { message: 'stands here twice', expected: 'each key once' }));
          continue;
        }
        seen.add(key);
        const shape = Object.hasOwn(keys, key) ? keys[key] : undefined;
        if (shape === undefined) {
          const meant = nearest(key, known);
          refuse(
            problemAt(inside, pair.key, {
              message: 'unknown key',
              expected: `one of ${known.join(', ')}`,
              ...(meant === undefined ? {} : { nearest: meant }),
            }),
          );
          continue;
        }
        // An empty value has no node of its own; its key is where a person would look.
        const value = shape.read(pair.value, pair.value === null ? standingAt(inside, pair.key) : inside);
        if (value === undefined) isSound = false;
        else values[key] = value;
        places[key] = at.placeOf(pair.value ?? pair.key);
      }
      for (const key of options.required ?? []) {
        if (!seen.has(key)) {
          refuse(
            problemAt(at, node, {
              message: `lacks the key "${key}"`,
              expected: `${key}: ${keys[key]!.expected}`,
            }),
          );
        }
      }
      return isSound ? ({ values, places, path: at.path } as MembersOf<K>) : undefined;
    },
  };
}

export type Refined<T> = { readonly value: T } | { readonly wrong: string; readonly expected?: string };

/** Reads with one shape, then makes something of it or says what is wrong with the whole. */
export function refined<A, B>(shape: Shape<A>, refine: (value: A) => Refined<B>): Shape<B> {
  return {
    expected: shape.expected,
    read(node, at) {
      const value = shape.read(node, at);
      if (value === undefined) return undefined;
      const result = refine(value);
      if ('value' in result) return result.value;
      at.report(problemAt(at, node, { message: result.wrong, expected: result.expected ?? shape.expected }));
      return undefined;
    },
  };
}

/** Reads with a shape and keeps where it stood. */
export function standing<A, B>(shape: Shape<A>, keep: (value: A, place: Place) => B): Shape<B> {
  return {
    expected: shape.expected,
    read(node, at) {
      const value = shape.read(node, at);
      return value === undefined ? undefined : keep(value, at.placeOf(node));
    },
  };
}

interface Fit<T> {
  readonly value: T;
}
interface Misfit {
  readonly wrong: string;
  readonly nearest?: string;
}

function scalar<T>(expected: string, fit: (value: unknown) => Fit<T> | Misfit): Shape<T> {
  return {
    expected,
    read(node, at) {
      if (!isScalar(node)) return wrongType(node, at, expected);
      const result = fit(node.value);
      if ('value' in result) return result.value;
      const meant = result.nearest === undefined ? {} : { nearest: result.nearest };
      at.report(problemAt(at, node, { message: result.wrong, expected, ...meant }));
      return undefined;
    },
  };
}

function misfit(value: unknown): Misfit {
  if (value === null) return { wrong: 'is empty' };
  if (typeof value === 'boolean' || typeof value === 'number')
    return { wrong: `is ${value}, a ${typeof value === 'number' ? 'number' : 'yes-or-no value'}` };
  if (typeof value === 'string') return { wrong: `is "${shortened(value)}", a text` };
  return { wrong: `is a ${typeof value}` };
}

/** Enough of a text to know it again. */
function shortened(value: string): string {
  return value.length > 40 ? `${value.slice(0, 40)}…` : value;
}

function wrongType(node: Node | null, at: Reading, expected: string): undefined {
  const is = isMap(node)
    ? 'is a map'
    : isSeq(node)
      ? 'is a list'
      : isAlias(node)
        ? 'is an alias, which is not supported: write it out'
        : isScalar(node) && node.value !== null
          ? misfit(node.value).wrong
          : 'is empty';
  at.report(problemAt(at, node, { message: is, expected }));
  return undefined;
}

function standingAt(at: Reading, node: Node | null): Reading {
  const place = at.placeOf(node);
  return {
    path: at.path,
    placeOf: (inner) => (inner === null ? place : at.placeOf(inner)),
    report: (p) => at.report(p),
  };
}

function controlCharacter(value: string): string | null {
  // Tab and line end are welcome in a description; the rest can drive a terminal or end a C string.
  const found = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u.exec(value);
  return found === null ? null : `U+${found[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}
