/** `fleet log verify`: what can be proved about the log, and in plain words what cannot. */
import { setImmediate } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import { type ChainHead } from './chain.ts';
import { LOG_BYTES_ALL, readCheckpointLog } from './checkpoint-log.ts';
import { allCheckpoints } from './checkpoints.ts';
import { complaintOf } from './connect.ts';
import { readHeadNote } from './head-note.ts';
import { isSignatureGood, type SignedCheckpoint } from './signing-key.ts';
import { asStoreError } from './store-error.ts';
import type { StoreFiles } from './store-files.ts';
import { type ChainProblem, type Claim, walkChain, type WalkResult } from './walk.ts';

export interface VerifyOptions {
  /** First event to check; everything from the first one on if not given. */
  readonly from?: number;
  /** Heads that were kept somewhere else: the only proof against a cut end or a whole new log. */
  readonly against?: readonly ChainHead[];
  readonly onProgress?: (checked: number) => void;
}

export interface VerifyResult {
  readonly ok: boolean;
  /** Events checked. */
  readonly checked: number;
  readonly head: ChainHead;
  /** The first one found. */
  readonly problem: ChainProblem | null;
  readonly checkpoints: {
    /** Signed with the key this machine has. */
    readonly own: number;
    /** Signed with a key it does not have (any more). */
    readonly other: number;
    readonly newest: { readonly seq: number; readonly at: number } | null;
  };
  /** What was found, what it proves and what it does not, for people. */
  readonly sentences: readonly string[];
}

export interface Verifiable {
  readonly db: Database;
  readonly origin: string;
  /** Files beside the database that know something of it; null for a backup, which stands alone. */
  readonly files: StoreFiles | null;
  /** Public key of this machine, base64. */
  readonly publicKey: string | null;
}

/** Checks all at once, indexes included; a million events take some ten seconds. */
export function verifyLog(log: Verifiable, options: VerifyOptions = {}): VerifyResult {
  const { claims, ...evidence } = gather(log, options);
  const walk = walkLog(log, options, claims);
  let step = walk.next();
  while (step.done !== true) {
    options.onProgress?.(step.value);
    step = walk.next();
  }
  const problem = step.value.problem ?? (options.from === undefined ? indexProblem(log.db) : null);
  return conclude({ ...step.value, problem }, evidence, options);
}

/** The same, a page at a time, so that the thread can do other work in between. */
export async function verifyLogSlowly(log: Verifiable, options: VerifyOptions = {}): Promise<VerifyResult> {
  const { claims, ...evidence } = gather(log, options);
  const walk = walkLog(log, options, claims);
  let step = walk.next();
  while (step.done !== true) {
    options.onProgress?.(step.value);
    await setImmediate();
    step = walk.next();
  }
  return conclude(step.value, evidence, options);
}

/** What SQLite cannot read is a finding, not a failure. */
function* walkLog({ db, origin }: Verifiable, { from = 1 }: VerifyOptions, claims: readonly Claim[]) {
  let checked = 0;
  const walk = walkChain(db, { origin, from, claims });
  try {
    let step = walk.next();
    while (step.done !== true) {
      checked = step.value;
      yield checked;
      step = walk.next();
    }
    return step.value;
  } catch (error) {
    const failure = asStoreError(error, `read the events after ${from + checked - 1}`);
    if (failure.code !== 'CORRUPT') throw failure;
    const problem: ChainProblem = { type: 'damaged', seq: from + checked, message: failure.message };
    return { checked, head: { seq: 0, hash: '' }, problem } satisfies WalkResult;
  }
}

interface Evidence {
  readonly checkpoints: VerifyResult['checkpoints'];
  readonly forged: SignedCheckpoint | null;
  /** What lies beside the database and could not be made use of, in sentences. */
  readonly unread: readonly string[];
}

/** Everything beside the events themselves that says something about them. */
function gather(log: Verifiable, { against = [] }: VerifyOptions): Evidence & { claims: readonly Claim[] } {
  const { db, files, origin, publicKey } = log;
  const claims: Claim[] = against.map((head) => ({ ...head, source: 'the head kept outside' }));
  const unread: string[] = [];
  const signed = new Map<string, SignedCheckpoint>();
  for (const checkpoint of allCheckpoints(db)) signed.set(checkpoint.note, checkpoint);
  if (files !== null) {
    attempt(unread, 'fleet.head', () => {
      const head = readHeadNote(files.head);
      if (head !== null) claims.push({ ...head, source: 'the note in fleet.head' });
    });
    attempt(unread, 'checkpoints.log', () => {
      const found = readCheckpointLog(files.checkpoints, LOG_BYTES_ALL);
      for (const checkpoint of found?.checkpoints ?? []) signed.set(checkpoint.note, checkpoint);
      if (found !== null && found.damagedLines > 0) {
        unread.push(`checkpoints.log has ${found.damagedLines} unreadable lines, which were left out.`);
      }
    });
  }
  let forged: SignedCheckpoint | null = null;
  let own = 0;
  let other = 0;
  let newest: SignedCheckpoint | null = null;
  for (const checkpoint of signed.values()) {
    if (!isSignatureGood(origin, checkpoint)) {
      forged ??= checkpoint;
      continue;
    }
    if (checkpoint.key === publicKey) own += 1;
    else other += 1;
    if (newest === null || checkpoint.seq > newest.seq) newest = checkpoint;
    claims.push({ ...checkpoint, source: `the checkpoint signed at ${timeOf(checkpoint.at)}` });
  }
  return {
    claims,
    forged,
    unread,
    checkpoints: { own, other, newest: newest === null ? null : { seq: newest.seq, at: newest.at } },
  };
}

function attempt(unread: string[], name: string, read: () => void): void {
  try {
    read();
  } catch (error) {
    unread.push(`${name} could not be read and was left out: ${(error as Error).message}.`);
  }
}

/** A damaged index would leave events out of an answer without a word. */
function indexProblem(db: Database): ChainProblem | null {
  const complaint = complaintOf(db, 'integrity_check');
  return complaint === null ? null : { type: 'damaged', seq: 0, message: `SQLite reports "${complaint}".` };
}

function conclude(
  walk: WalkResult,
  evidence: Evidence,
  { from = 1, against = [] }: VerifyOptions,
): VerifyResult {
  const { checkpoints, forged, unread } = evidence;
  const problem =
    walk.problem ??
    (forged === null
      ? null
      : {
          type: 'forged-checkpoint' as const,
          seq: forged.seq,
          message: `The checkpoint at event ${forged.seq} is not signed by the key it names, or not for this log.`,
        });
  return {
    ok: problem === null,
    checked: walk.checked,
    head: walk.head,
    problem,
    checkpoints,
    sentences: [
      whatWasFound(walk, problem, from),
      ...unread,
      whoSigned(checkpoints),
      ...(problem === null ? whatItProves(walk.head, against) : []),
    ],
  };
}

function whatWasFound({ checked, head }: WalkResult, problem: ChainProblem | null, from: number): string {
  if (problem === null) {
    return checked === 0
      ? 'There are no events to check.'
      : `Events ${from} to ${head.seq} are as they were recorded: none changed, missing, added or moved.`;
  }
  const held = checked > 0 ? ` The chain holds from event ${from} to ${from + checked - 1}.` : '';
  return `Tampering or damage: ${problem.message}${held}`;
}

function whoSigned({ own, other, newest }: VerifyResult['checkpoints']): string {
  if (newest === null) return 'There is no signed checkpoint yet.';
  const lost = other > 0 ? `, ${other} with a key it does not have` : '';
  return `${own} checkpoints are signed with this machine's key${lost}; the newest is of event ${newest.seq}, ${timeOf(newest.at)}.`;
}

function whatItProves(head: ChainHead, against: readonly ChainHead[]): readonly string[] {
  const kept = against.toSorted((a, b) => b.seq - a.seq)[0];
  return [
    kept === undefined
      ? 'Tamper evidence: local only. Edits, gaps and reordering show. A cut-off end does not show to someone who cuts the files beside the database as well, nor does a whole new log made by someone who holds fleet.key.'
      : `Tamper evidence: anchored at event ${kept.seq}. Up to there nothing can have been cut off or rewritten; what came after has local evidence only.`,
    `To be able to prove this much later, keep it elsewhere: ${head.seq} ${head.hash}`,
  ];
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}
