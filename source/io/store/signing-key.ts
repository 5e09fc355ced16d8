/**
 * The key that signs checkpoints, and the form of a signed checkpoint: a C2SP signed note, so that other
 * people's tools can check and countersign it. Its root is the head of the chain, not of a tree.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { makePrivate, syncFile } from './store-files.ts';

export interface Signer {
  /** Raw public key, base64. */
  readonly publicKey: string;
  sign(text: string): Buffer;
}

export interface Checkpoint {
  readonly seq: number;
  readonly hash: string;
  /** Wall clock of the signing, milliseconds. */
  readonly at: number;
  /** Highest wall clock of any event up to `seq`. */
  readonly latestWallMs: number;
}

export interface SignedCheckpoint extends Checkpoint {
  readonly key: string;
  readonly note: string;
}

/** What DER puts before the 32 bytes of an Ed25519 public key. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Signature algorithm byte of Ed25519 in a signed note. */
const NOTE_ED25519 = 1;

/** A signer from the file, or from a new one if there is none. Throws if the file is there and is no such key. */
export function loadOrMakeSigner(file: string): { readonly signer: Signer; readonly isNew: boolean } {
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    return { signer: signerOf(makeKey(file)), isNew: true };
  }
  makePrivate(file);
  return { signer: signerOf(parseKey(pem)), isNew: false };
}

/** Raw public key, base64, of a private one. */
export function publicKeyOf(pem: string): string {
  return signerOf(parseKey(pem)).publicKey;
}

export function signCheckpoint(signer: Signer, origin: string, checkpoint: Checkpoint): SignedCheckpoint {
  const text = noteText(origin, checkpoint);
  const signature = Buffer.concat([keyId(origin, signer.publicKey), signer.sign(text)]).toString('base64');
  return { ...checkpoint, key: signer.publicKey, note: `${text}\n— ${origin} ${signature}\n` };
}

/** Whether the note says what the checkpoint says and carries a signature of the checkpoint's own key. */
export function isSignatureGood(origin: string, checkpoint: SignedCheckpoint): boolean {
  const text = noteText(origin, checkpoint);
  const before = `${text}\n— ${origin} `;
  if (!checkpoint.note.startsWith(before)) return false;
  const signature = Buffer.from(checkpoint.note.slice(before.length), 'base64');
  if (!signature.subarray(0, 4).equals(keyId(origin, checkpoint.key))) return false;
  try {
    const der = Buffer.concat([SPKI_PREFIX, Buffer.from(checkpoint.key, 'base64')]);
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return verify(null, Buffer.from(text), key, signature.subarray(4));
  } catch {
    // No key at all: as good as no signature.
    return false;
  }
}

function noteText(origin: string, { seq, hash, at, latestWallMs }: Checkpoint): string {
  return `${origin}\n${seq}\n${Buffer.from(hash, 'hex').toString('base64')}\nat ${at} latest ${latestWallMs}\n`;
}

function keyId(origin: string, publicKey: string): Buffer {
  return createHash('sha256')
    .update(`${origin}\n`)
    .update(Buffer.of(NOTE_ED25519))
    .update(Buffer.from(publicKey, 'base64'))
    .digest()
    .subarray(0, 4);
}

function parseKey(pem: string): KeyObject {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`it holds a ${key.asymmetricKeyType} key`);
  return key;
}

function signerOf(key: KeyObject): Signer {
  const der = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    publicKey: der.subarray(SPKI_PREFIX.length).toString('base64'),
    sign: (text) => sign(null, Buffer.from(text), key),
  };
}

function makeKey(file: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519');
  const fd = openSync(file, 'wx', 0o600);
  try {
    writeSync(fd, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
  } finally {
    closeSync(fd);
  }
  syncFile(file);
  return privateKey;
}
