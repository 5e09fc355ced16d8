/** Verifies a log that is not open, or that cannot be opened because it is damaged. Changes nothing. */
import { readFileSync } from 'node:fs';
import { connectReadOnly } from './connect.ts';
import { readMeta } from './migrations.ts';
import { publicKeyOf } from './signing-key.ts';
import { asStoreError } from './store-error.ts';
import { storeFilesOf } from './store-files.ts';
import { verifyLog, type VerifyOptions, type VerifyResult } from './verify.ts';

/** Throws StoreError if there is no database to be read at all. */
export function verifyClosedLog(
  { file, backups }: { file: string; backups: string },
  options: VerifyOptions = {},
): VerifyResult {
  const files = storeFilesOf(file, backups);
  try {
    const db = connectReadOnly(file);
    try {
      const origin = readMeta(db, 'origin') ?? '';
      return verifyLog({ db, origin, files, publicKey: ownKey(files.key) }, options);
    } finally {
      db.close();
    }
  } catch (error) {
    throw asStoreError(error, `verify the event log ${file}`);
  }
}

/** null without a usable key: then every checkpoint counts as signed by a key this machine does not have. */
function ownKey(file: string): string | null {
  try {
    return publicKeyOf(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
