/**
 * How a holder is started: one JSON line on its stdin (so that no secret of the environment lands in an
 * argument list or on disk), one JSON line back on its stdout, and from then on only its socket speaks.
 */
import type { HolderHello } from './holder-protocol.ts';

export interface HolderSpec {
  readonly session: string;
  /** Folder of the session: segments, meta.json, exit.json. */
  readonly directory: string;
  readonly socket: string;
  readonly command: readonly string[];
  readonly cwd: string;
  /** The whole environment of the child; nothing of the holder's own is added but TERM and PWD. */
  readonly env: Readonly<Record<string, string>>;
  readonly columns: number;
  readonly rows: number;
  /** Never to be seen in what the child prints; they stay in the holder's memory. */
  readonly secrets?: readonly { readonly name: string; readonly value: string }[];
}

export type HolderReply =
  | { readonly ok: true; readonly hello: HolderHello }
  | { readonly ok: false; readonly message: string };

/** An environment of a megabyte is over what most systems let a program start with. */
export const HOLDER_SPEC_BYTES_MAX = 4 * 1024 * 1024;

/** Throws an Error that names the field which is wrong. */
export function parseHolderSpec(text: string): HolderSpec {
  const spec = JSON.parse(text) as Partial<Record<keyof HolderSpec, unknown>> | null;
  if (typeof spec !== 'object' || spec === null) throw new Error('the holder spec is not a JSON object');
  const texts = (value: unknown): value is string[] =>
    Array.isArray(value) && value.every((one) => typeof one === 'string' && !one.includes('\0'));
  for (const field of ['session', 'directory', 'socket', 'cwd'] as const)
    if (typeof spec[field] !== 'string' || spec[field] === '')
      throw new Error(`the holder spec lacks the text "${field}"`);
  if (!texts(spec.command) || !spec.command[0]) throw new Error('the holder spec lacks a "command"');
  if (typeof spec.env !== 'object' || spec.env === null || !texts(Object.values(spec.env)))
    throw new Error('the "env" of the holder spec is not an object of texts');
  if (spec.secrets !== undefined && !Array.isArray(spec.secrets))
    throw new Error('"secrets" of the holder spec is no list');
  for (const field of ['columns', 'rows'] as const)
    if (!isSize(spec[field]))
      throw new Error(`"${field}" of the holder spec is not a number from 1 to 65535`);
  return spec as HolderSpec;
}

/** The kernel keeps the size of a terminal in sixteen bits; zero columns break most programs. */
export const isSize = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535;
