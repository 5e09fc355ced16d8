import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { adapterOf } from '../../source/core/vendors/registry.ts';
import { unfitProgram } from '../../source/daemon/unfit-program.ts';
import { tempFolder, type TempFolder } from '../support/gate.ts';

let folder: TempFolder;
beforeEach(() => (folder = tempFolder()));
afterEach(() => folder.remove());

/** A program named claude that prints this when asked for its version. */
function claudeThatSays(text: string): string {
  const program = join(folder.path, 'claude');
  writeFileSync(program, `#!/bin/sh\n[ "$1" = --version ] && echo '${text}'\n`);
  chmodSync(program, 0o755);
  return program;
}

const unfit = (program: string, vendor: 'claude' | 'command' = 'claude') =>
  unfitProgram({
    adapter: adapterOf(vendor),
    program,
    cwd: folder.path,
    environment: { PATH: '/usr/bin:/bin' },
  });

describe('PE12 before an agent starts', () => {
  test('a version that can be gated is fine', async () => {
    expect(await unfit(claudeThatSays('2.1.329 (Claude Code)'))).toBeUndefined();
  });

  test('one that lets calls through when its gate fails is refused, and the sentence says what to do', async () => {
    expect(await unfit(claudeThatSays('2.1.200 (Claude Code)'))).toMatch(
      /2\.1\.200 lets a call through.*npm install -g/,
    );
  });

  test('one that is not there, or says no version, is refused', async () => {
    expect(await unfit('claude-that-is-not-there')).toMatch(/is not installed; install 2\.1\.295/);
    expect(await unfit(claudeThatSays('hello'))).toMatch(/names no version/);
  });

  test('a plain command is not asked', async () => {
    expect(await unfit('/nowhere', 'command')).toBeUndefined();
  });
});
