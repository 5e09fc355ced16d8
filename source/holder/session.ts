/**
 * The one session of this holder: its child, its output, its exit. Knows nothing of sockets and epochs.
 */
import { MaskedStream, maskOf } from '../core/secrets/mask.ts';
import { spawnPty, type Pty, type PtyExit } from '../io/pty/pty.ts';
import type { WriteOutcome } from '../io/pty/pty-writer.ts';
import { SegmentWriter } from '../io/segments/segment-writer.ts';
import type { HolderExit, HolderStatus, ProcessIdentity } from '../wire/holder-protocol.ts';
import type { HolderSpec } from '../wire/holder-spec.ts';
import { bootId, identityOf } from '../wire/process-identity.ts';
import { writeExit } from '../wire/session-files.ts';
import { Output } from './output.ts';
import { Pacing } from './pacing.ts';

/** A disk that hangs does not keep the exit from those who wait for it. */
const LAST_WRITE_MS_MAX = 2_000;

/** A full disk may get room again; until then the exit is known from the holder alone. */
const EXIT_RETRY_MS = 1_000;

/** A prompt whose last letters may begin a secret is shown after so long; longer, and typing would feel late. */
const SETTLE_MS = 15;

const asBuffer = ({ buffer, byteOffset, length }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, length);

export class Session {
  readonly output = new Output();
  readonly segments: SegmentWriter;
  readonly pacing = new Pacing({ read: () => this.#pty.readNow(), onChange: () => this.#readOrWait() });
  readonly child: ProcessIdentity;
  readonly #spec: HolderSpec;
  readonly #pty: Pty;
  readonly #onExit: () => void;
  #exit: HolderExit | null = null;
  #exitRetry: NodeJS.Timeout | undefined;
  /** Takes secrets out before anything is kept or shown; null when there are none. */
  readonly #masked: MaskedStream | null;
  #settle: NodeJS.Timeout | undefined;

  /** Starts the child. Throws CannotStartError when its program or folder is missing. */
  constructor(spec: HolderSpec, onExit: () => void) {
    this.#spec = spec;
    this.#onExit = onExit;
    const mask = maskOf(spec.secrets ?? []);
    this.#masked = mask && new MaskedStream(mask);
    this.#pty = spawnPty({
      ...spec,
      onData: (bytes) => this.#take(bytes),
      onEnd: (exit) => void this.#end(exit),
    });
    this.segments = new SegmentWriter({
      directory: spec.directory,
      columns: spec.columns,
      rows: spec.rows,
      onCaughtUp: () => this.#readOrWait(),
    });
    // A child can be gone before it is looked at; an empty start time is nobody's.
    this.child = identityOf(this.#pty.pid) ?? { pid: this.#pty.pid, startTime: '', bootId: bootId() };
  }

  /** Set once the child has ended, everything it printed has been given out and kept. */
  get exit(): HolderExit | null {
    return this.#exit;
  }

  get status(): HolderStatus {
    const { columns, rows } = this.segments.sizes.last;
    const { diskError } = this.segments;
    return {
      session: this.#spec.session,
      columns,
      rows,
      from: this.segments.from,
      to: this.segments.to,
      exit: this.#exit,
      ...(diskError === undefined ? {} : { diskError }),
    };
  }

  type(bytes: Uint8Array, done: (outcome: WriteOutcome) => void): void {
    this.pacing.noteInput();
    this.#pty.write(bytes, done);
  }

  resize(columns: number, rows: number): void {
    const { last } = this.segments.sizes;
    if (last.columns === columns && last.rows === rows) return;
    this.#pty.resize(columns, rows);
    this.segments.resize(columns, rows);
    this.output.resized(columns, rows);
  }

  signal(signal: number, wholeGroup: boolean): boolean {
    return this.#pty.signal(signal, wholeGroup);
  }

  /** Before the holder leaves. */
  close(): void {
    clearTimeout(this.#exitRetry);
    this.pacing.close();
  }

  #take(bytes: Buffer): void {
    this.pacing.noteOutput(bytes.length);
    this.#keep(this.#masked ? asBuffer(this.#masked.push(bytes)) : bytes);
    if (!this.#masked?.isHolding) return;
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => this.#keep(asBuffer(this.#masked!.settle())), SETTLE_MS);
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    // Kept first (in memory; the disk comes at the end of the turn): who catches up reads from there.
    this.segments.append(bytes, this.pacing.isSustained);
    this.output.append(bytes);
    if (this.segments.isBehind) this.#readOrWait();
  }

  #readOrWait(): void {
    if (this.segments.isBehind || this.pacing.isHolding) this.#pty.pause();
    else this.#pty.resume();
  }

  async #end({ code, signal }: PtyExit): Promise<void> {
    const at = Date.now();
    this.pacing.close();
    clearTimeout(this.#settle);
    if (this.#masked) this.#keep(asBuffer(this.#masked.end()));
    this.output.flush();
    await Promise.race([
      this.segments.close(),
      new Promise<void>((resolve) => setTimeout(resolve, LAST_WRITE_MS_MAX).unref()),
    ]);
    this.#exit = { code, signal, at };
    this.#keepExit(this.#exit);
    this.#onExit();
  }

  #keepExit(exit: HolderExit): void {
    try {
      writeExit(this.#spec.directory, exit);
    } catch {
      // Told to everyone who asks meanwhile; the status names what is wrong with the disk.
      this.#exitRetry = setTimeout(() => this.#keepExit(exit), EXIT_RETRY_MS);
    }
  }
}
