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
/** Half of those at work (all, of a few) without any progress for this long: nobody can get on, whatever the reason. */
const STANDSTILL_HOURS = 0.4;

export interface Peer {
  readonly agent: string;
  readonly readings: Readings;
  /** Calls that ended lately, and errors among them, faded. */
  readonly recent: { readonly e: number; readonly n: number };
  readonly isWorking: boolean;
}

export interface Common {
  /** Share of errors to take off everybody's. */
  readonly error: number;
  /** Nobody gets on: silence says nothing of any of them. */
  readonly isStandstill: boolean;
}

export const NOTHING_COMMON: Common = { error: 0, isStandstill: false };

/** What an agent has in common with the whole fleet, or with its own part of it: whichever is more. */
export function commonOf(peers: readonly Peer[]): (agent: string) => Common {
  const whole = commonAmong(peers);
  const groups = Map.groupBy(peers, ({ agent }) => groupOf(agent));
  if (groups.size === 1) return () => whole;
  const parts = new Map([...groups].map(([group, members]) => [group, commonAmong(members)]));
  return (agent) => {
    const part = parts.get(groupOf(agent)) ?? NOTHING_COMMON;
    return {
      error: Math.max(whole.error, part.error),
      isStandstill: whole.isStandstill || part.isStandstill,
    };
  };
}

/** Agents of one project share what can break for all of them; in recorded histories, those that differ by number. */
function groupOf(agent: string): string {
  const [project = '', name] = agent.split('\n');
  return name === undefined ? project.replace(/[\s._-]*\d+$/, '') : project;
}

function commonAmong(peers: readonly Peer[]): Common {
  if (peers.length < FEW_PEERS_MIN) return NOTHING_COMMON;
  // Plain shares: held back by the prior as an agent's own rate is, those with few calls would hide an outage
  // from those with many.
  const shares: number[] = [];
  const hours: number[] = [];
  for (const { recent, readings, isWorking } of peers) {
    if (recent.n > PEER_CALLS_MIN) shares.push(recent.e / recent.n);
    if (isWorking && readings.silent) hours.push(readings.silent.value);
  }
  return {
    error: Math.max(0, commonIn(shares) - COMMON_ERROR),
    isStandstill: commonIn(hours) > STANDSTILL_HOURS,
  };
}

/** 0: of so few nothing is known. */
function commonIn(values: number[]): number {
  if (values.length < FEW_PEERS_MIN) return 0;
  return values.length < PEERS_MIN ? Math.min(...values) : median(values);
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
