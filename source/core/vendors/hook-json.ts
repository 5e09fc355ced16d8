/** Small words shared by the dialects: what a hook's JSON holds, and how an answer is printed. */
import { canonicalJson } from '../canonical-json.ts';
import { fingerprint } from '../fingerprint.ts';
import type { HookAnswer } from './vendor.ts';

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The text under a key; empty when there is none. */
export function textAt(record: Readonly<Record<string, unknown>>, key: string): string {
  const value = record[key];
  return typeof value === 'string' ? value : '';
}

/** Says whether the same call came to the same result again, without keeping any of it; nothing without a result. */
export function resultHashOf(result: unknown): { readonly resultHash?: string } {
  return result === undefined ? {} : { resultHash: fingerprint(canonicalJson(result)) };
}

export const say = (answer: unknown): HookAnswer => ({
  stdout: JSON.stringify(answer),
  stderr: '',
  exitCode: 0,
});

/** Exit code 2 is the one way to say no that every hook dialect shares; the sentence goes to stderr. */
export const deny = (message: string): HookAnswer => ({ stdout: '', stderr: message, exitCode: 2 });
