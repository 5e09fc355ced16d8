/** What no vault takes, whichever keeps it. */
import { MASKED_LENGTH_MIN } from '../../core/secrets/forms.ts';
import { nameProblem } from '../../core/secrets/names.ts';
import { VALUE_BYTES_MAX, VaultError } from './vault.ts';

/** Throws VaultError; its words never hold the value. */
export function checkName(name: string): void {
  const problem = nameProblem(name);
  if (problem !== null) throw new VaultError('NAME', problem);
}

export function checkSecret(name: string, value: string): void {
  checkName(name);
  const bytes = Buffer.byteLength(value);
  if (bytes < MASKED_LENGTH_MIN)
    throw new VaultError(
      'VALUE',
      `the value of ${name} has ${bytes} bytes; one under ${MASKED_LENGTH_MIN} could not be masked, since ordinary text holds it`,
    );
  if (bytes > VALUE_BYTES_MAX)
    throw new VaultError('VALUE', `the value of ${name} has ${bytes} bytes, more than ${VALUE_BYTES_MAX}`);
  if (value.includes('\0')) throw new VaultError('VALUE', `the value of ${name} has a zero byte in it`);
}
