import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MACHINES, type Machine } from '../../../source/core/containment/system-calls.ts';
import { unmarkProgram } from '../../../source/core/containment/unmark-program.ts';

describe.skipIf(process.platform !== 'linux')('the program in the place of a shell', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fleet-unmark-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (path: string, ...words: string[]) => {
    const file = join(folder, 'program');
    writeFileSync(file, unmarkProgram(process.arch as Machine, path), { mode: 0o755 });
    return spawnSync(file, words, { env: { A: 'a b' }, encoding: 'utf8' });
  };

  test('PE12 becomes the shell, with the same words, environment and exit', () => {
    const ran = run('/bin/sh', '-c', 'echo "$0" "$1" "$A"; exit 7', 'zero', 'o ne');
    expect(ran).toMatchObject({ status: 7, stdout: 'zero o ne a b\n' });
  });

  test('PE12 a shell that is not there ends as shells do', () => {
    expect(run('/nowhere')).toMatchObject({ status: 127, stdout: '' });
  });
});

test.each(MACHINES)('PE12 on %s the path stands where the code looks for it', (machine) => {
  const bytes = unmarkProgram(machine, '/run/x');
  const view = new DataView(bytes.buffer);
  expect(view.getUint16(18, true)).toBe({ x64: 62, arm64: 183 }[machine]);
  const entry = Number(view.getBigUint64(24, true)) - 0x400000;
  const path = bytes.length - '/run/x\0'.length;
  // `lea rdi, [rip + n]` ends after 36 bytes; `adr x0, n` is the 13th instruction, n in words from bit 5 on.
  const reached =
    machine === 'x64'
      ? entry + 36 + view.getInt32(entry + 32, true)
      : entry + 48 + ((view.getUint32(entry + 48, true) >>> 5) & 0x7ffff) * 4;
  expect(reached).toBe(path);
  expect(Buffer.from(bytes.subarray(path)).toString()).toBe('/run/x\0');
});
