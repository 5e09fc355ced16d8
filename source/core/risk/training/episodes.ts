/**
 * What a model is trained on: episodes, not minutes. A fault is one, and so is every stretch of ordinary work of
 * about the same length; each counts the same, however long it lasted.
 */
import { SIGNALS } from '../signal.ts';
import type { Score } from '../model.ts';

/** Moments kept of an episode, spread over it: an episode counts about eight. */
const MOMENTS = 8;
/** Ordinary work is cut into stretches as long as a fault usually lasts. */
const STRETCH_MINUTES = 300;
/** Past so many, every second stretch is enough. */
const STRETCHES_MAX = 40_000;

export interface Episode {
  readonly isFault: boolean;
  /** Minute of its first moment, for the split by time. */
  readonly from: number;
  /** Reaches of the seven signals, one row a moment. */
  readonly moments: readonly Float64Array[];
}

export interface EpisodeCollector {
  /** One scored minute; `fault` names the fault it belongs to, null in ordinary work. */
  add(agent: string, minute: number, fault: string | null, score: Score): void;
  episodes(): readonly Episode[];
}

interface Open {
  readonly isFault: boolean;
  readonly from: number;
  readonly id: string;
  moments: Float64Array[];
  /** Every so many minutes one is kept; doubles when they become too many. */
  stride: number;
  seen: number;
}

export function newEpisodeCollector(): EpisodeCollector {
  const open = new Map<string, Open>();
  let faults: Episode[] = [];
  let stretches: Episode[] = [];
  let keepsEvery = 1;
  let closed = 0;

  const close = ({ isFault, from, moments }: Open): void => {
    const episode = { isFault, from, moments };
    if (isFault) {
      faults.push(episode);
      return;
    }
    closed += 1;
    if (closed % keepsEvery !== 0) return;
    stretches.push(episode);
    if (stretches.length < STRETCHES_MAX) return;
    stretches = stretches.filter((_, index) => index % 2 === 0);
    keepsEvery *= 2;
  };

  return {
    add(agent, minute, fault, score) {
      let episode = open.get(agent);
      const id = fault ?? '';
      const isOver = episode && (episode.id !== id || (!episode.isFault && episode.seen >= STRETCH_MINUTES));
      if (episode && isOver) {
        close(episode);
        episode = undefined;
      }
      if (!episode) {
        episode = { isFault: fault !== null, from: minute, id, moments: [], stride: 1, seen: 0 };
        open.set(agent, episode);
      }
      if (episode.seen % episode.stride === 0) {
        episode.moments.push(Float64Array.from(score.contributions, ({ reach }) => reach));
        if (episode.moments.length > 2 * MOMENTS) {
          episode.moments = episode.moments.filter((_, index) => index % 2 === 0);
          episode.stride *= 2;
        }
      }
      episode.seen += 1;
    },
    episodes() {
      for (const episode of open.values()) close(episode);
      open.clear();
      const found = [...faults, ...stretches].sort((a, b) => a.from - b.from);
      faults = [];
      stretches = [];
      return found;
    },
  };
}

/** Weight of each moment, so that its episode counts about eight. */
export const momentWeight = ({ moments }: Episode): number => MOMENTS / moments.length;

export const REACHES = SIGNALS.length;
