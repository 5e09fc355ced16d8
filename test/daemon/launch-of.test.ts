import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { adapterOf } from '../../source/core/vendors/registry.ts';
import type { Launch, LaunchRequest, VendorAdapter } from '../../source/core/vendors/vendor.ts';
import { askProgram } from '../../source/daemon/ask-program.ts';
import { environmentOf, launchOf } from '../../source/daemon/launch-of.ts';
import { removeStartFiles, writeStartFiles } from '../../source/daemon/start-files.ts';
import { tempFolder, type TempFolder } from '../support/gate.ts';
import { until } from '../support/until.ts';
import { launchRequest } from '../support/vendors.ts';

let folder: TempFolder;
beforeEach(() => (folder = tempFolder()));
afterEach(() => folder.remove());

const environment = { PATH: '/usr/bin:/bin' };

function program(script: string): string {
  const file = join(folder.path, 'program');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

const ask = (script: string, isWhole: (text: string) => boolean = () => false, stdin = '') =>
  askProgram({ command: [program(script)], question: { stdin, isWhole }, cwd: folder.path, environment });

describe('PE12 a program that is asked before its agent starts', () => {
  test('is ended with all it started as soon as its answer is whole', async () => {
    const pids = join(folder.path, 'pids');
    const said = await ask(
      `sleep 100 & echo $! > ${pids}; read line; echo "got $line"; wait`,
      (text) => text.includes('\n'),
      'hello\n',
    );
    expect(said).toBe('got hello\n');
    const sleeper = Number(readFileSync(pids, 'utf8'));
    await until(
      () =>
        !existsSync(`/proc/${sleeper}/cmdline`) ||
        readFileSync(`/proc/${sleeper}/cmdline`, 'utf8') === '' ||
        undefined,
      'the sleeper to be gone',
    );
  });

  test('may end by itself; what it printed is the answer', async () => {
    expect(await ask('echo one; exit 3')).toBe('one\n');
  });

  test('that is not there says so', async () => {
    const command = ['/nowhere/program', 'list'];
    const question = { stdin: '', isWhole: () => false };
    await expect(askProgram({ command, question, cwd: folder.path, environment })).rejects.toThrow(
      /^"\/nowhere\/program list" could not be run .*cannot be gated$/,
    );
  });
});

describe('a start', () => {
  /** An adapter that asks, and starts with what it was answered. */
  const adapter = (answerFile?: string): VendorAdapter => ({
    ...adapterOf('command'),
    launch: ({ answer }: LaunchRequest): Launch =>
      answer === undefined
        ? {
            type: 'ask-first',
            command: [program('printf printed; printf kept > "$KEPT"')],
            env: { KEPT: join(folder.path, 'start', 'answer') },
            unsetEnv: [],
            question: { stdin: '', isWhole: () => false, ...(answerFile && { answerFile }) },
          }
        : { type: 'launch', command: ['x', answer], env: {}, unsetEnv: [] },
  });
  const started = (answerFile?: string) =>
    launchOf({
      adapter: adapter(answerFile),
      request: launchRequest({ folder: join(folder.path, 'start'), environment }),
      cwd: folder.path,
    });

  test('goes on with what the program printed, or left in a file', async () => {
    expect((await started()).command).toEqual(['x', 'printed']);
    expect((await started('answer')).command).toEqual(['x', 'kept']);
    expect((await started('never-written')).command).toEqual(['x', '']);
  });

  test('does not take an answer for new that an earlier start left', async () => {
    mkdirSync(join(folder.path, 'start'));
    writeFileSync(join(folder.path, 'start', 'never-written'), 'old');
    expect((await started('never-written')).command).toEqual(['x', '']);
  });

  test('SE6 shows its child what it inherits, without what is taken out, and with what is set', () => {
    const request = launchRequest({ environment: { A: '1', B: '2', C: undefined } });
    const start = { command: [], env: { B: '3', D: '4' }, unsetEnv: ['A', 'B'] };
    expect(environmentOf(request, start)).toEqual({ TERM: 'xterm-256color', B: '3', D: '4' });
  });

  test('writes files for their owner alone, links to what stays where it is, and leaves nothing', () => {
    const place = join(folder.path, 'start');
    const files = [
      { name: 'deep/settings.json', content: '{}' },
      { name: 'deep/mine', linkTo: '/home/x/mine' },
    ];
    writeStartFiles(place, files);
    writeStartFiles(place, files);
    expect(lstatSync(join(place, 'deep/settings.json')).mode & 0o777).toBe(0o600);
    expect(lstatSync(join(place, 'deep')).mode & 0o777).toBe(0o700);
    expect(readlinkSync(join(place, 'deep/mine'))).toBe('/home/x/mine');
    removeStartFiles(place);
    expect(existsSync(place)).toBe(false);
    writeStartFiles(place, []);
    expect(existsSync(place)).toBe(false);
  });
});
