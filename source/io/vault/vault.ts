/** Where secrets of projects are kept. Values leave it one by one, to be used outside of any agent. */

export interface Vault {
  /** `os`: the system's own; `file`: encrypted files behind a passphrase, where there is no other. */
  readonly kind: 'os' | 'file';
  /** For people: `Secret Service`, `encrypted files (passphrase)`. */
  readonly label: string;
  /** Names only, sorted. */
  list(project: string): Promise<readonly string[]>;
  /** undefined: there is none of this name. */
  get(project: string, name: string): Promise<string | undefined>;
  set(project: string, name: string, value: string): Promise<void>;
  /** false: there was none. */
  remove(project: string, name: string): Promise<boolean>;
}

export type VaultProblem = 'LOCKED' | 'PASSPHRASE' | 'NAME' | 'VALUE' | 'DAMAGED' | 'BACKEND';

export class VaultError extends Error {
  readonly code: VaultProblem;
  constructor(code: VaultProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A secret is a key or a certificate chain; a file belongs elsewhere. */
export const VALUE_BYTES_MAX = 64 * 1024;
