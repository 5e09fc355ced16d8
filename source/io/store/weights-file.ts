/**
 * Trained weights, signed with the key of this fleet's log: a file anybody could write must not decide who is
 * stopped. Replaced as a whole; the one before is kept for the way back.
 */
import { createPublicKey, verify } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../../core/canonical-json.ts';
import { parseWeights, type Weights } from '../../core/risk/weights.ts';
import { loadOrMakeSigner, type Signer } from './signing-key.ts';
import { storeFilesOf, syncFile } from './store-files.ts';

export interface WeightsRecord {
  readonly weights: Weights;
  /** Wall clock, milliseconds. */
  readonly trainedAt: number;
  /** From when it may take the place of those in force; null: it may not, `objections` say why. */
  readonly adoptableFrom: number | null;
  readonly objections: readonly string[];
  /** Who adopted it and when; null: it runs in the shadow. */
  readonly adopted: { readonly by: string; readonly at: number } | null;
}

/** Names what a signature is for, so that one of a checkpoint never passes for it. */
const PURPOSE = 'fleet-risk-weights-v1\n';
/** What DER puts before the 32 bytes of an Ed25519 public key. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

export interface WeightsPlaces {
  readonly candidate: string;
  readonly inForce: string;
  readonly before: string;
}

export const weightsPlaces = (home: string): WeightsPlaces => ({
  candidate: join(home, 'risk-weights.candidate.json'),
  inForce: join(home, 'risk-weights.json'),
  before: join(home, 'risk-weights.before.json'),
});

/** Null without a file. Throws, with what to do, when it is not what this fleet signed. */
export function readWeights(file: string, database: string): WeightsRecord | null {
  if (!existsSync(file)) return null;
  const bad = (problem: string): Error =>
    new Error(`${file}: ${problem}; remove it to go back to the built-in weights, or train again`);
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw bad('it is no JSON');
  }
  if (typeof found !== 'object' || found === null) throw bad('it is no object');
  const { record, signature } = found as { readonly record?: unknown; readonly signature?: unknown };
  if (typeof record !== 'object' || record === null || typeof signature !== 'string')
    throw bad('it has no record or no signature');
  const { publicKey } = signerOf(database);
  const der = Buffer.concat([SPKI_PREFIX, Buffer.from(publicKey, 'base64')]);
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  if (!verify(null, Buffer.from(signedText(record)), key, Buffer.from(signature, 'base64')))
    throw bad('its signature is not of this fleet');
  const weights = parseWeights((record as { readonly weights?: unknown }).weights);
  if ('problem' in weights) throw bad(weights.problem);
  // Signed by ourselves: the rest is what we wrote.
  return { ...(record as WeightsRecord), weights };
}

/** Durable once it returns. */
export function writeWeights(file: string, database: string, record: WeightsRecord): void {
  const signature = signerOf(database).sign(signedText(record)).toString('base64');
  const aside = `${file}.new`;
  writeFileSync(aside, `${JSON.stringify({ record, signature }, null, 2)}\n`, { mode: 0o600 });
  syncFile(aside);
  renameSync(aside, file);
}

/** The weights before take the place of those in force; without any, the built-in ones do. Yields which. */
export function rollBackWeights(places: WeightsPlaces): 'before' | 'built-in' | 'nothing' {
  if (existsSync(places.before)) {
    renameSync(places.before, places.inForce);
    return 'before';
  }
  if (!existsSync(places.inForce)) return 'nothing';
  rmSync(places.inForce);
  return 'built-in';
}

/** The weights in force make room for others. */
export function keepBefore(places: WeightsPlaces): void {
  if (existsSync(places.inForce)) renameSync(places.inForce, places.before);
}

function signerOf(database: string): Signer {
  const { key } = storeFilesOf(database, '');
  if (!existsSync(key))
    throw new Error(
      `there is no signing key ${key} yet; it is made when the brain first starts: fleet brain start`,
    );
  return loadOrMakeSigner(key).signer;
}

const signedText = (record: unknown): string => `${PURPOSE}${canonicalJson(record)}`;
