/**
 * Holder protocol, version 1, frozen: a holder outlives every upgrade of the rest, so what it says today
 * it must be able to say to a daemon of next year. Only add kinds; never change one.
 *
 * Numbers are big endian; offsets count bytes of raw output since the session began.
 */
import { encodeFrame } from './frames.ts';

export const HOLDER_PROTOCOL = 1;
export const HOLDER_PROTOCOL_MIN = 1;

export const HolderKind = {
  /** client → holder, first: u16 protocol, u16 lowest protocol, u64 client id, u64 epoch (0: a person's terminal). */
  Hello: 1,
  /** holder → client, first: JSON HolderHello. */
  Welcome: 2,
  /** holder → client: text that says what to do; the connection ends. */
  Refused: 3,
  /** client → holder: u64 offset to start from; sends Data from there, or from the oldest byte kept. */
  Attach: 4,
  /** holder → client: u64 offset, bytes. */
  Data: 5,
  /** client → holder: u64 sequence number of this client, bytes. A number seen before is not typed again. */
  Input: 6,
  /** holder → client: u64 sequence number, u8 outcome (InputOutcome). */
  InputDone: 7,
  /** client → holder: u16 columns, u16 rows. */
  Resize: 8,
  /** holder → client: u64 offset, u16 columns, u16 rows; sent in order with Data. */
  Resized: 9,
  /** client → holder: u8 signal number, u8 scope (0 the child, 1 its whole process group). */
  Signal: 10,
  /** client → holder: ask for a Status. */
  AskStatus: 11,
  /** holder → client: JSON HolderStatus; also sent to everyone when the child ends. */
  Status: 12,
  /** client → holder: the exit has been recorded, the holder may leave once the child is gone. */
  Release: 13,
  /** client → holder: u16, u16 milliseconds this reader may learn late of lasting output and of a flood; 0 at first. */
  Pace: 14,
} as const;

export const InputOutcome = { Written: 0, Duplicate: 1, Ended: 2, Fenced: 3, Full: 4 } as const;

/** What tells one process from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat (clock ticks since boot); the text of `ps -o lstart=` elsewhere. */
  readonly startTime: string;
  readonly bootId: string;
}

export interface HolderHello {
  readonly protocol: number;
  readonly minProtocol: number;
  readonly session: string;
  readonly holder: ProcessIdentity;
  readonly child: ProcessIdentity;
  readonly epoch: number;
}

export interface HolderExit {
  readonly code: number | null;
  readonly signal: number | null;
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
}

export interface HolderStatus {
  readonly session: string;
  readonly columns: number;
  readonly rows: number;
  /** First offset still on disk, and the one after the last byte. */
  readonly from: number;
  readonly to: number;
  /** When the child ends, data up to `to` may still be on its way to a client that reads slowly. */
  readonly exit: HolderExit | null;
  /** Why output is not kept on disk at present, in words; absent while it is. */
  readonly diskError?: string;
}

export function encodeHello(hello: { clientId: bigint; epoch: number }): Buffer {
  const payload = Buffer.alloc(20);
  payload.writeUInt16BE(HOLDER_PROTOCOL, 0);
  payload.writeUInt16BE(HOLDER_PROTOCOL_MIN, 2);
  payload.writeBigUInt64BE(hello.clientId, 4);
  payload.writeBigUInt64BE(BigInt(hello.epoch), 12);
  return encodeFrame(HolderKind.Hello, payload);
}

export function decodeHello(payload: Buffer): {
  protocol: number;
  minProtocol: number;
  clientId: bigint;
  epoch: number;
} {
  return {
    protocol: payload.readUInt16BE(0),
    minProtocol: payload.readUInt16BE(2),
    clientId: payload.readBigUInt64BE(4),
    epoch: Number(payload.readBigUInt64BE(12)),
  };
}

const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};

export const encodeAttach = (offset: number): Buffer => encodeFrame(HolderKind.Attach, u64(offset));
export const encodeData = (offset: number, ...parts: readonly Uint8Array[]): Buffer =>
  encodeFrame(HolderKind.Data, u64(offset), ...parts);
export const encodeInput = (sequence: number, bytes: Uint8Array): Buffer =>
  encodeFrame(HolderKind.Input, u64(sequence), bytes);
export const encodeInputDone = (sequence: number, outcome: number): Buffer =>
  encodeFrame(HolderKind.InputDone, u64(sequence), Buffer.from([outcome]));
export const encodeSignal = (signal: number, wholeGroup: boolean): Buffer =>
  encodeFrame(HolderKind.Signal, Buffer.from([signal, wholeGroup ? 1 : 0]));

export function encodeResize(columns: number, rows: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt16BE(columns, 0);
  payload.writeUInt16BE(rows, 2);
  return encodeFrame(HolderKind.Resize, payload);
}

export function encodePace(sustainedMs: number, floodMs: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt16BE(sustainedMs, 0);
  payload.writeUInt16BE(floodMs, 2);
  return encodeFrame(HolderKind.Pace, payload);
}

export const decodePace = (payload: Buffer): { sustainedMs: number; floodMs: number } => ({
  sustainedMs: payload.readUInt16BE(0),
  floodMs: payload.readUInt16BE(2),
});

export function encodeResized(offset: number, columns: number, rows: number): Buffer {
  const payload = Buffer.alloc(12);
  payload.writeBigUInt64BE(BigInt(offset), 0);
  payload.writeUInt16BE(columns, 8);
  payload.writeUInt16BE(rows, 10);
  return encodeFrame(HolderKind.Resized, payload);
}

/** The leading u64 of Attach, Data, Input, InputDone and Resized. */
export const readOffset = (payload: Buffer): number => Number(payload.readBigUInt64BE(0));
