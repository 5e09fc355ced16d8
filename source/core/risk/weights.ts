/** What each signal weighs, in log-odds at its bad mark. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from '../canonical-json.ts';
import { SIGNALS, type Signal } from './signal.ts';

export interface Weights {
  /** Names the model in explanations and in the log. */
  readonly version: string;
  readonly bias: number;
  readonly signals: Readonly<Record<Signal, number>>;
}

/**
 * The bias is 1 % when all is well. The fast, direct signals carry the weight; the slow ones (blocked, eval,
 * sla) come to 4.2 together at their worst, which is medium: a low score never quarantines. Set on the tuning
 * seeds of bench/simulation, scored on others.
 */
export const DEFAULT_WEIGHTS: Weights = {
  version: 'defaults-1',
  bias: -4.6,
  signals: { error: 4.2, restarts: 3.6, silent: 4.4, blocked: 1.4, uptime: 1, eval: 0.8, sla: 0.6 },
};

/** First twelve digits of the SHA-256 of the canonical form: which weights an assessment was made with. */
export function weightsHash(weights: Weights): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(weights)))).slice(0, 12);
}

/** The weights in something read from outside, or what is wrong with it. */
export function parseWeights(found: unknown): Weights | { readonly problem: string } {
  if (typeof found !== 'object' || found === null) return { problem: 'the weights are no object' };
  const { version, bias, signals } = found as Readonly<Record<string, unknown>>;
  if (typeof version !== 'string' || version === '') return { problem: 'the weights have no version' };
  if (typeof bias !== 'number' || !Number.isFinite(bias)) return { problem: 'bias is no number' };
  if (typeof signals !== 'object' || signals === null) return { problem: 'signals is no object' };
  const given = signals as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(given).find((name) => !SIGNALS.includes(name as Signal));
  if (unknown !== undefined) return { problem: `there is no signal ${unknown}` };
  const values = {} as Record<Signal, number>;
  for (const signal of SIGNALS) {
    const weight = given[signal];
    // Below nothing, more of a bad thing would lower the risk, and every explanation would lie.
    if (typeof weight !== 'number' || !Number.isFinite(weight) || weight < 0)
      return { problem: `the weight of ${signal} must be a number from 0 up` };
    values[signal] = weight;
  }
  return { version, bias, signals: values };
}
