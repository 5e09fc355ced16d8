/** The files an agent is started with: written for its eyes before, gone with its session. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LaunchFile } from '../core/vendors/vendor.ts';
import { ensurePrivateDirectory } from '../wire/private-directory.ts';

export function writeStartFiles(folder: string, files: readonly LaunchFile[]): void {
  if (files.length === 0) return;
  clearStartFiles(folder);
  for (const { name, content } of files)
    writeFileSync(join(folder, name), content, { mode: 0o600, flag: 'wx' });
}

/** An empty folder: what a killed daemon left of an earlier try is not what this start says. */
export function clearStartFiles(folder: string): void {
  removeStartFiles(folder);
  ensurePrivateDirectory(folder);
}

export function removeStartFiles(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
