/** The files an agent is started with: written for its eyes before, gone with its session. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LaunchFile } from '../core/vendors/vendor.ts';
import { ensurePrivateDirectory } from '../wire/private-directory.ts';

export function writeStartFiles(folder: string, files: readonly LaunchFile[]): void {
  if (files.length === 0) return;
  clearStartFiles(folder);
  for (const file of files) {
    const path = join(folder, file.name);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if ('linkTo' in file) symlinkSync(file.linkTo, path);
    else writeFileSync(path, file.content, { mode: 0o600, flag: 'wx' });
  }
}

/** An empty folder: what a killed daemon left of an earlier try is not what this start says. */
export function clearStartFiles(folder: string): void {
  removeStartFiles(folder);
  ensurePrivateDirectory(folder);
}

export function removeStartFiles(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
