/**
 * The hash a decision is bound to. Daemon, command line and control room compute it themselves from what
 * they hold, so a decision can only ever be about exactly what was shown.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { envelopeText, type Envelope } from './envelope.ts';

/** SHA-256 in hexadecimal. */
export function hashEnvelope(envelope: Envelope): string {
  return bytesToHex(sha256(utf8ToBytes(envelopeText(envelope))));
}
