/**
 * A vault for hosts that have none: each secret a file of its own, encrypted to a key that is itself encrypted
 * with a passphrase (age, age-encryption.org/v1). Secrets can be put in and listed while it is locked; only
 * reading needs the passphrase.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { checkName, checkSecret } from './check-secret.ts';
import { VaultError, type Vault } from './vault.ts';

/** Passphrases shorter than this are tried out in an afternoon. */
const PASSPHRASE_LENGTH_MIN = 10;
const ENDING = '.age';

export interface FileVaultOptions {
  /** A folder of its own below FLEET_HOME. */
  readonly folder: string;
  /** Binary logarithm of scrypt's cost; age's own default of 18 takes about a second. */
  readonly workFactor?: number;
}

export class FileVault implements Vault {
  readonly kind = 'file';
  readonly label = 'encrypted files (passphrase)';
  readonly #folder: string;
  readonly #workFactor: number;
  #identity: string | null = null;

  constructor({ folder, workFactor = 18 }: FileVaultOptions) {
    this.#folder = folder;
    this.#workFactor = workFactor;
  }

  get isLocked(): boolean {
    return this.#identity === null;
  }

  /** A passphrase was chosen once. */
  async isMade(): Promise<boolean> {
    return (await this.#read(this.#recipientFile)) !== undefined;
  }

  /** Chooses the passphrase; the vault is unlocked then. */
  async make(passphrase: string): Promise<void> {
    if (await this.isMade())
      throw new VaultError(
        'PASSPHRASE',
        'this vault has a passphrase already; unlock it: fleet vault unlock',
      );
    if (passphrase.length < PASSPHRASE_LENGTH_MIN)
      throw new VaultError(
        'PASSPHRASE',
        `a passphrase has at least ${PASSPHRASE_LENGTH_MIN} characters; four random words are easy to keep`,
      );
    const identity = await generateX25519Identity();
    const encrypter = new Encrypter();
    encrypter.setScryptWorkFactor(this.#workFactor);
    encrypter.setPassphrase(passphrase);
    await this.#write(this.#keyFile, await encrypter.encrypt(identity));
    // Last: with this file the vault counts as made.
    await this.#write(this.#recipientFile, Buffer.from(`${await identityToRecipient(identity)}\n`));
    this.#identity = identity;
  }

  /** Throws VaultError PASSPHRASE when it is wrong. */
  async unlock(passphrase: string): Promise<void> {
    const bytes = await this.#read(this.#keyFile);
    if (bytes === undefined)
      throw new VaultError('LOCKED', 'there is no vault yet; put a first secret in: fleet vault set NAME');
    const decrypter = new Decrypter();
    decrypter.addPassphrase(passphrase);
    try {
      this.#identity = await decrypter.decrypt(bytes, 'text');
    } catch (cause) {
      throw new VaultError('PASSPHRASE', 'this passphrase does not open the vault', { cause });
    }
  }

  lock(): void {
    this.#identity = null;
  }

  async list(project: string): Promise<readonly string[]> {
    const names = await readdir(this.#folderOf(project)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    return names
      .filter((name) => name.endsWith(ENDING))
      .map((name) => name.slice(0, -ENDING.length))
      .sort();
  }

  async get(project: string, name: string): Promise<string | undefined> {
    checkName(name);
    const bytes = await this.#read(this.#fileOf(project, name));
    if (bytes === undefined) return undefined;
    if (this.#identity === null)
      throw new VaultError('LOCKED', 'the vault is locked; unlock it: fleet vault unlock');
    const decrypter = new Decrypter();
    decrypter.addIdentity(this.#identity);
    try {
      const kept = JSON.parse(await decrypter.decrypt(bytes, 'text')) as { name: unknown; value: unknown };
      // A file renamed to another secret's name must not become that secret.
      if (kept.name !== keptName(project, name) || typeof kept.value !== 'string')
        throw new Error('misplaced');
      return kept.value;
    } catch (cause) {
      throw new VaultError(
        'DAMAGED',
        `the file of ${name} is damaged or was put there by somebody else; set it again: fleet vault set ${name}`,
        { cause },
      );
    }
  }

  async set(project: string, name: string, value: string): Promise<void> {
    checkSecret(name, value);
    const recipient = await this.#read(this.#recipientFile);
    if (recipient === undefined)
      throw new VaultError('LOCKED', 'there is no vault yet; choose a passphrase: fleet vault unlock');
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient.toString('utf8').trim());
    const kept = JSON.stringify({ name: keptName(project, name), value });
    await this.#write(this.#fileOf(project, name), await encrypter.encrypt(kept));
  }

  async remove(project: string, name: string): Promise<boolean> {
    checkName(name);
    const file = this.#fileOf(project, name);
    if ((await this.#read(file)) === undefined) return false;
    await rm(file);
    return true;
  }

  get #keyFile(): string {
    return join(this.#folder, 'key.age');
  }

  get #recipientFile(): string {
    return join(this.#folder, 'recipient');
  }

  /** Projects lie anywhere and have any name; a folder is named after where one lies. */
  #folderOf(project: string): string {
    return join(this.#folder, createHash('sha256').update(project).digest('hex').slice(0, 32));
  }

  #fileOf(project: string, name: string): string {
    return join(this.#folderOf(project), name + ENDING);
  }

  async #read(file: string): Promise<Buffer | undefined> {
    try {
      return await readFile(file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Whole or not at all, also after a power cut. */
  async #write(file: string, bytes: Uint8Array): Promise<void> {
    const folder = join(file, '..');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const fresh = `${file}.${randomUUID()}.new`;
    try {
      const handle = await open(fresh, 'wx', 0o600);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(fresh, file);
    } finally {
      await rm(fresh, { force: true });
    }
  }
}

const keptName = (project: string, name: string): string => `${project}\n${name}`;
