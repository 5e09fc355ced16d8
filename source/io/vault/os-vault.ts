/**
 * The system's own vault: Keychain, Credential Manager, Secret Service. On Linux the store is pinned, because
 * the library falls back on the kernel's keyring without a word, which forgets everything at the next boot.
 */
import { randomUUID } from 'node:crypto';
import { checkName, checkSecret } from './check-secret.ts';
import { VaultError, type Vault } from './vault.ts';

const PINNED = { linux: { store: 'secret-service' } } as const;

const LABELS: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: 'macOS Keychain',
  win32: 'Windows Credential Manager',
  linux: 'Secret Service',
};

export type OsVaultProbe =
  | { readonly type: 'usable'; readonly vault: Vault }
  /** Why not, in words for `fleet doctor`. */
  | { readonly type: 'unusable'; readonly reason: string };

/**
 * Tries it out: writes, reads and removes something of its own. A locked collection answers a read with
 * nothing instead of an error, so only a value that came back says that it works.
 */
export async function probeOsVault(): Promise<OsVaultProbe> {
  const label = LABELS[process.platform] ?? 'vault of the system';
  try {
    const vault = await openOsVault(label);
    const canary = randomUUID();
    await vault.set('fleet-probe', 'PROBE', canary);
    const read = await vault.get('fleet-probe', 'PROBE');
    await vault.remove('fleet-probe', 'PROBE');
    if (read !== canary) return { type: 'unusable', reason: `the ${label} is locked` };
    return { type: 'usable', vault };
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    return { type: 'unusable', reason: `the ${label} does not answer (${why})` };
  }
}

/** Names of a project's secrets, kept beside them: listing by the library is not pinned, and reads every value. */
const INDEX = '#names';

async function openOsVault(label: string): Promise<Vault> {
  // Loaded only here: a native library that a host without a vault need not have.
  const { AsyncEntry } = await import('@napi-rs/keyring');
  const entry = (project: string, name: string) => new AsyncEntry(`fleet-tui ${project}`, name, PINNED);
  const attempt = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new VaultError('BACKEND', `${name}: the ${label} refused (${why}); is it unlocked?`, { cause });
    }
  };
  const list = async (project: string): Promise<string[]> => {
    const text = await attempt(INDEX, () => entry(project, INDEX).getPassword());
    return text === null || text === undefined ? [] : text.split('\n').filter(Boolean);
  };
  const keepList = (project: string, names: readonly string[]): Promise<void> =>
    attempt(INDEX, () => entry(project, INDEX).setPassword([...new Set(names)].sort().join('\n')));
  return {
    kind: 'os',
    label,
    list,
    get: async (project, name) => {
      checkName(name);
      return (await attempt(name, () => entry(project, name).getPassword())) ?? undefined;
    },
    set: async (project, name, value) => {
      checkSecret(name, value);
      // On the list first: what is not listed could not be masked.
      await keepList(project, [...(await list(project)), name]);
      await attempt(name, () => entry(project, name).setPassword(value));
    },
    remove: async (project, name) => {
      checkName(name);
      const wasThere = await attempt(name, () => entry(project, name).deleteCredential());
      await keepList(
        project,
        (await list(project)).filter((each) => each !== name),
      );
      return wasThere;
    },
  };
}
