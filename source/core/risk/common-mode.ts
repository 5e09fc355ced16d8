/** What happens to the whole fleet at once is not the fault of one of its agents: a provider that is down, say. */
import type { Readings } from './signal.ts';

/** From so many agents on the middle one says what is common. */
const PEERS_MIN = 5;
/** Of fewer, at night say, only what even the best of them has is common to all; of two, nothing is known. */
const FEW_PEERS_MIN = 3;
/** An agent counts as one that is heard of with more calls than this lately. */
const PEER_CALLS_MIN = 3;
/** What the middle of a healthy fleet fails at most; the rest of the median is taken off everybody. */
const COMMON_ERROR = 0.08;
/** Half of those at work without any progress for this long: nobody can get on, whatever the reason. */
const STANDSTILL_HOURS = 0.4;

export interface Peer {
  readonly readings: Readings;
  /** Calls that ended lately, and errors among them, faded. */
  readonly recent: { readonly e: number; readonly n: number };
  readonly isWorking: boolean;
}

/** What to take off everybody's error rate. */
export function commonError(peers: Iterable<Peer>): number {
  // Plain shares: held back by the prior as an agent's own rate is, those with few calls would hide an outage
  // from those with many.
  const shares: number[] = [];
  for (const { recent } of peers) if (recent.n > PEER_CALLS_MIN) shares.push(recent.e / recent.n);
  if (shares.length < FEW_PEERS_MIN) return 0;
  const common = shares.length < PEERS_MIN ? Math.min(...shares) : median(shares);
  return Math.max(0, common - COMMON_ERROR);
}

/** Whether the fleet as a whole makes no progress. */
export function isStandstill(peers: Iterable<Peer>): boolean {
  const hours: number[] = [];
  for (const { readings, isWorking } of peers)
    if (isWorking && readings.silent) hours.push(readings.silent.value);
  return hours.length >= PEERS_MIN && median(hours) > STANDSTILL_HOURS;
}

/** The readings with what is common to all taken off. */
export function withoutCommon(readings: Readings, common: number): Readings {
  if (common <= 0 || readings.error === null) return readings;
  const value = Math.max(0, readings.error.value - common);
  return { ...readings, error: { ...readings.error, value } };
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}
