/**
 * Floods that come at once. One is read as fast as it comes; of three or more nobody reads any, but their holders
 * and programs would take every core from what somebody waits for. They are asked to read in larger pieces, the
 * less often the more of them there are: together they still print six megabytes a second.
 */

/** What floods, and can be asked to be read less often. */
export interface Flooding {
  setFloodPace(ms: number): void;
  /** Much of it waits to be parsed: no more may have come for a while, and yet it is a flood. */
  readonly isBehind: boolean;
}

/** A decision is made anew this often while anything floods. */
const WINDOW_MS = 250;

/** In one window: a quarter of a megabyte a second. */
const FLOOD_BYTES = 64 * 1024;

/** As much as a terminal gives in one read; a watch begins with it, so a trickle wakes nobody. */
const FULL_READ_BYTES = 4_095;

/** Two at once leave a core to others on any machine. */
const FLOODS_MIN = 3;

/** A terminal's buffer of twelve kilobytes every so often for each of them. */
const PACE_MS_EACH = 2;

/** Fifty floods and more wait no longer than a person would notice. */
const PACE_MS_MAX = 100;

export class FloodWatch {
  readonly #bytes = new Map<Flooding, number>();
  #paced = new Set<Flooding>();
  #timer: NodeJS.Timeout | undefined;

  note(flooding: Flooding, bytes: number): void {
    if (this.#timer === undefined) {
      if (bytes < FULL_READ_BYTES) return;
      this.#timer = setTimeout(() => this.#count(), WINDOW_MS);
    }
    const before = this.#bytes.get(flooding) ?? 0;
    this.#bytes.set(flooding, before + bytes);
    // Not at the end of the window: by then many floods have filled every buffer there is.
    const isNew = before < FLOOD_BYTES && before + bytes >= FLOOD_BYTES && !this.#paced.has(flooding);
    if (isNew) this.#pace(new Set([...this.#paced, ...this.#floods()]));
  }

  #count(): void {
    this.#timer = undefined;
    const floods = this.#floods();
    for (const flooding of this.#paced) if (flooding.isBehind) floods.add(flooding);
    this.#bytes.clear();
    for (const flooding of this.#paced) if (!floods.has(flooding)) flooding.setFloodPace(0);
    this.#pace(floods);
    // None of the next window may be noted, and then those that were paced still have to be let go.
    if (floods.size > 0) this.#timer = setTimeout(() => this.#count(), WINDOW_MS);
  }

  /** Those of this window so far. */
  #floods(): Set<Flooding> {
    const floods = new Set<Flooding>();
    for (const [flooding, bytes] of this.#bytes)
      if (bytes >= FLOOD_BYTES || flooding.isBehind) floods.add(flooding);
    return floods;
  }

  #pace(floods: Set<Flooding>): void {
    const paceMs = floods.size < FLOODS_MIN ? 0 : Math.min(PACE_MS_MAX, PACE_MS_EACH * floods.size);
    for (const flooding of floods) flooding.setFloodPace(paceMs);
    this.#paced = floods;
  }
}
