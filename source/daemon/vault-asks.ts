/** What people ask of the vault, carried out. No answer holds a value. */
import { VaultError } from '../io/vault/vault.ts';
import type { Ask, AskValue } from '../wire/daemon-protocol.ts';
import { AskRefused } from './clients.ts';
import type { VaultKeeper } from './vault-keeper.ts';

type VaultAsk = Extract<Ask, { type: `vault-${string}` }>;

export async function answerVault(vault: VaultKeeper, ask: VaultAsk): Promise<AskValue[VaultAsk['type']]> {
  try {
    switch (ask.type) {
      case 'vault-status':
        return await vault.status(ask.project);
      case 'vault-set':
        await vault.set(ask.project, ask.name, ask.value);
        return {};
      case 'vault-remove':
        return { wasThere: await vault.remove(ask.project, ask.name) };
      case 'vault-unlock':
        await vault.unlock(ask.passphrase);
        return {};
      default:
        return ask satisfies never;
    }
  } catch (error) {
    if (error instanceof VaultError) throw new AskRefused(`VAULT_${error.code}`, error.message);
    throw error;
  }
}

/** A prompt is read by a model and kept in a transcript: a secret in it has left the house. */
export async function requireNoSecret(vault: VaultKeeper, project: string, text: string): Promise<void> {
  const name = text === '' ? null : await vault.secretIn(project, text);
  if (name !== null)
    throw new AskRefused(
      'SECRET',
      `the value of the secret ${name} stands in this text, which a model would read; name it instead: {{vault:${name}}}`,
    );
}
