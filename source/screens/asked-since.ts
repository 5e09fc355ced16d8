/** Which questions of an application still wait for their answer, by the age of the output they stand in. */
import { openSegments } from '../io/segments/segment-reader.ts';

/** Who asked longer ago has given up, and would take the answer for typing. */
const AGE_MS_MAX = 10_000;

/**
 * The offset from which a session's output is young enough. What is not on disk yet, behind the last byte there, has
 * been printed within the last moments.
 */
export function askedSince(directory: string, now: number): number {
  const { records, to } = openSegments(directory);
  return records.find(({ at }) => at >= now - AGE_MS_MAX)?.offset ?? to;
}
