/**
 * The chain: every event's hash covers all its fields and the hash before it, so none can be changed,
 * dropped, added or moved without every later hash disagreeing.
 */
import { hash } from 'node:crypto';

/** One row of `events`, in the order in which the fields are hashed. */
export interface EventRow {
  readonly seq: number;
  readonly id: string;
  readonly ts_wall_ms: number;
  /** Decimal text: nanoseconds outgrow a number after 104 days of uptime. */
  readonly ts_mono_ns: string;
  readonly boot_id: string;
  readonly host: string;
  readonly epoch: number;
  readonly actor: string;
  readonly agent: string | null;
  readonly project: string | null;
  readonly run: string | null;
  readonly session: string | null;
  readonly task: string | null;
  readonly trace_id: string | null;
  readonly span_id: string;
  readonly parent_span_id: string | null;
  readonly kind: string;
  readonly kind_v: number;
  readonly payload: string;
  readonly blob_ref: string | null;
  readonly prev_hash: string;
  readonly hash: string;
}

/** A place in the chain that can be compared: so many events, and what they hash to. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

/** What the first event links to. It names the log, so that events of another log cannot pose as this one's. */
export function genesisHash(origin: string): string {
  return hash('sha256', `fleet-ev1${field(origin)}`);
}

/**
 * SHA-256, hexadecimal, over "fleet-ev1", the hash before, then each field as `<bytes>:<text>,` (a
 * netstring) or `-` for null: no two different rows have the same text.
 */
export function eventHash(row: Omit<EventRow, 'hash'>): string {
  return hash(
    'sha256',
    `fleet-ev1${row.prev_hash}${plain(`${row.seq}`)}${field(row.id)}${plain(`${row.ts_wall_ms}`)}` +
      `${plain(row.ts_mono_ns)}${field(row.boot_id)}${field(row.host)}${plain(`${row.epoch}`)}${field(row.actor)}` +
      `${field(row.agent)}${field(row.project)}${field(row.run)}${field(row.session)}${field(row.task)}` +
      `${field(row.trace_id)}${plain(row.span_id)}${field(row.parent_span_id)}${plain(row.kind)}` +
      `${plain(`${row.kind_v}`)}${field(row.payload)}${field(row.blob_ref)}`,
  );
}

/** 16 bytes, hexadecimal. Derived, so that an export repeated after a crash names the same trace. */
export function traceIdOf(host: string, run: string): string {
  return hash('sha256', `${field(host)}${field(run)}`).slice(0, 32);
}

/** 8 bytes, hexadecimal. */
export function spanIdOf(host: string, event: string): string {
  return hash('sha256', `${field(host)}${field(event)}`).slice(0, 16);
}

/** The same for what can only be ASCII, where characters are bytes and counting is free. */
function plain(value: string): string {
  return `${value.length}:${value},`;
}

function field(value: string | null): string {
  return value === null ? '-' : `${Buffer.byteLength(value)}:${value},`;
}
