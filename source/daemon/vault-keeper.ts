/**
 * Secrets of projects, for whoever may use them: the system's vault where it works, encrypted files where it
 * does not. Found out on the first use; a daemon that needs no secrets asks nobody for any.
 */
import { existsSync, mkdirSync } from 'node:fs';
import type { Secret } from '../core/secrets/mask.ts';
import { masked, maskOf } from '../core/secrets/mask.ts';
import { FileVault } from '../io/vault/file-vault.ts';
import { probeOsVault } from '../io/vault/os-vault.ts';
import { VaultError, type Vault } from '../io/vault/vault.ts';
import type { VaultStatus } from '../wire/daemon-protocol.ts';

interface Opened {
  readonly vault: Vault;
  /** The same one, where it has a passphrase. */
  readonly file: FileVault | null;
  /** Why it is not the system's; empty when it is. */
  readonly why: string;
}

export class VaultKeeper {
  readonly #folder: string;
  #opened: Promise<Opened> | null = null;

  /** `folder`: for encrypted files, where there is no better place. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async status(project: string): Promise<VaultStatus> {
    const { vault, file, why } = await this.#open();
    return {
      kind: vault.kind,
      label: vault.label,
      why,
      isMade: file === null || (await file.isMade()),
      isLocked: file?.isLocked ?? false,
      names: await vault.list(project),
    };
  }

  async set(project: string, name: string, value: string): Promise<void> {
    const { vault } = await this.#open();
    // Marks that there is something to look for, also where the system keeps it.
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    await vault.set(project, name, value);
  }

  async remove(project: string, name: string): Promise<boolean> {
    return (await this.#open()).vault.remove(project, name);
  }

  /** With a passphrase nobody has chosen yet, the vault is made. */
  async unlock(passphrase: string): Promise<void> {
    const { file } = await this.#open();
    if (!file) throw new VaultError('BACKEND', 'the system unlocks its vault itself; there is no passphrase');
    if (await file.isMade()) await file.unlock(passphrase);
    else await file.make(passphrase);
  }

  /** One secret, for whoever must have it. Throws VaultError where the vault is locked; undefined: there is none. */
  async get(project: string, name: string): Promise<string | undefined> {
    return (await this.#open()).vault.get(project, name);
  }

  /** Every secret of a project, to be kept out of what agents print. Of a locked vault there are none to be had. */
  async secretsOf(project: string): Promise<readonly Secret[]> {
    // Who keeps no secrets here is not asked to unlock a keyring because an agent starts.
    if (!existsSync(this.#folder)) return [];
    const { vault, file } = await this.#open();
    const names = await vault.list(project);
    if (names.length === 0 || file?.isLocked) return [];
    const values = await Promise.all(
      names.map(async (name) => ({ name, value: await vault.get(project, name).catch(() => undefined) })),
    );
    return values.flatMap(({ name, value }) => (value === undefined ? [] : [{ name, value }]));
  }

  /** Name of a secret whose value stands in the text; null when none does. */
  async secretIn(project: string, text: string): Promise<string | null> {
    const secrets = await this.secretsOf(project);
    for (const secret of secrets) {
      const mask = maskOf([secret]);
      const bytes = Buffer.from(text);
      if (mask && !Buffer.from(masked(mask, bytes)).equals(bytes)) return secret.name;
    }
    return null;
  }

  async #open(): Promise<Opened> {
    this.#opened ??= this.#find();
    return this.#opened;
  }

  async #find(): Promise<Opened> {
    const found = await probeOsVault();
    if (found.type === 'usable') return { vault: found.vault, file: null, why: '' };
    const file = new FileVault({ folder: this.#folder });
    return { vault: file, file, why: found.reason };
  }
}
