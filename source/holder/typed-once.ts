/**
 * Remembers which input was typed, so that a client which lost its connection before the answer can send the
 * same again without it being typed twice.
 */

/** More clients than ever hold one session at a time; the one unheard of for longest is forgotten. */
const CLIENTS_MAX = 256;

/** Inputs one client can have under way; everything older than that counts as typed. */
const SEQUENCES_MAX = 1_024;

export class TypedOnce {
  readonly #clients = new Map<bigint, { readonly typed: Set<number>; floor: number }>();

  wasTyped(client: bigint, sequence: number): boolean {
    const known = this.#clients.get(client);
    return known !== undefined && (sequence <= known.floor || known.typed.has(sequence));
  }

  note(client: bigint, sequence: number): void {
    const known = this.#clients.get(client) ?? { typed: new Set<number>(), floor: -1 };
    // Deleted and set again: a map keeps the order of insertion, which makes the first the one to forget.
    this.#clients.delete(client);
    this.#clients.set(client, known);
    known.typed.add(sequence);
    if (known.typed.size > SEQUENCES_MAX) {
      const oldest = Math.min(...known.typed);
      known.typed.delete(oldest);
      known.floor = oldest;
    }
    if (this.#clients.size > CLIENTS_MAX) this.#clients.delete(this.#clients.keys().next().value!);
  }

  /** It was not typed after all (the child had no room for it): the same may be sent again. */
  forget(client: bigint, sequence: number): void {
    this.#clients.get(client)?.typed.delete(sequence);
  }
}
