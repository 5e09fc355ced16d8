import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileVault } from '../../source/io/vault/file-vault.ts';

const PROJECT = '/home/dev/acme';
const PASSPHRASE = 'correct horse battery';
const VALUE = 'ghp_0123456789abcdef';

let folder: string;
/** The least that age allows: the tests try the vault, not scrypt. */
const opened = (): FileVault => new FileVault({ folder: join(folder, 'vault'), workFactor: 2 });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-vault-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function made(): Promise<FileVault> {
  const vault = opened();
  await vault.make(PASSPHRASE);
  return vault;
}

/** Everything below the folder. */
const files = (): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

describe('the vault of encrypted files', () => {
  it('SE1 gives back what was put in, after a restart only with the passphrase', async () => {
    const vault = await made();
    await vault.set(PROJECT, 'TOKEN', VALUE);
    expect(await vault.get(PROJECT, 'TOKEN')).toBe(VALUE);
    const later = opened();
    expect(later.isLocked).toBe(true);
    await expect(later.get(PROJECT, 'TOKEN')).rejects.toMatchObject({ code: 'LOCKED' });
    await expect(later.unlock('wrong passphrase')).rejects.toMatchObject({ code: 'PASSPHRASE' });
    await later.unlock(PASSPHRASE);
    expect(await later.get(PROJECT, 'TOKEN')).toBe(VALUE);
  });

  it('SE1 takes and lists secrets while it is locked', async () => {
    await made();
    const vault = opened();
    await vault.set(PROJECT, 'B_TOKEN', VALUE);
    await vault.set(PROJECT, 'A_TOKEN', VALUE);
    expect(await vault.list(PROJECT)).toEqual(['A_TOKEN', 'B_TOKEN']);
    expect(await vault.list('/elsewhere')).toEqual([]);
    expect(await vault.remove(PROJECT, 'A_TOKEN')).toBe(true);
    expect(await vault.remove(PROJECT, 'A_TOKEN')).toBe(false);
  });

  it('SE1 no value and no passphrase is anywhere in it, and nobody else may read it', async () => {
    const vault = await made();
    await vault.set(PROJECT, 'TOKEN', VALUE);
    for (const file of files()) {
      const text = readFileSync(file, 'latin1');
      for (const secret of [VALUE, PASSPHRASE, 'AGE-SECRET-KEY']) expect(text).not.toContain(secret);
      expect(statSync(file).mode & 0o077).toBe(0);
    }
    expect(files().some((file) => file.endsWith('.new'))).toBe(false);
  });

  it('SE1 a file that was damaged, or renamed to another secret, is not taken for one', async () => {
    const vault = await made();
    await vault.set(PROJECT, 'TOKEN', VALUE);
    await vault.set(PROJECT, 'OTHER', 'another value');
    const of = (name: string): string => files().find((file) => file.endsWith(`${name}.age`))!;
    renameSync(of('OTHER'), of('TOKEN'));
    await expect(vault.get(PROJECT, 'TOKEN')).rejects.toMatchObject({ code: 'DAMAGED' });
    writeFileSync(of('TOKEN'), 'garbage');
    await expect(vault.get(PROJECT, 'TOKEN')).rejects.toMatchObject({ code: 'DAMAGED' });
  });

  it.each([
    ['../../etc/passwd', VALUE, 'NAME'],
    ['1TOKEN', VALUE, 'NAME'],
    ['', VALUE, 'NAME'],
    ['TOKEN', 'short', 'VALUE'],
    ['TOKEN', 'with\0zero', 'VALUE'],
    ['TOKEN', 'x'.repeat(70_000), 'VALUE'],
  ])('SE1 refuses %j in words without the value', async (name, value, code) => {
    const vault = await made();
    const error = await vault.set(PROJECT, name, value).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain(value);
  });

  it('SE1 has one passphrase, and no weak one', async () => {
    await expect(opened().make('short')).rejects.toMatchObject({ code: 'PASSPHRASE' });
    await expect(opened().set(PROJECT, 'TOKEN', VALUE)).rejects.toMatchObject({ code: 'LOCKED' });
    await made();
    await expect(opened().make('another passphrase')).rejects.toMatchObject({ code: 'PASSPHRASE' });
  });
});
