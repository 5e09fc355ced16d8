/** What the hook was given on stdin, as far as the gate needs to understand it. */
import type { Dialect } from './dialects.ts';

export interface Question {
  readonly payload: string;
  /** Empty when the payload does not name one. */
  readonly event: string;
  /** It tells what has happened; nothing hangs on the answer. */
  readonly isReport: boolean;
}

export function readQuestion(payload: string, dialect: Dialect): Question {
  const hook = parseObject(payload);
  const event = hook?.[dialect.eventKey];
  if (typeof event !== 'string') return { payload, event: '', isReport: false };
  return { payload, event, isReport: dialect.reporting.has(event) };
}

/** A report without what the tool printed, for when the whole of it is too long. */
export function withoutOutput(payload: string, dialect: Dialect): string {
  return JSON.stringify({ ...parseObject(payload), [dialect.outputKey]: undefined });
}

export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
