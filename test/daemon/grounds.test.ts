/** R18: what a yes was about is changed, in every way there is, before it is used. Real files, links and commits. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { changesSince } from '../../source/core/approvals/grounds.ts';
import type { Subject } from '../../source/core/approvals/subject.ts';
import { groundsOf } from '../../source/daemon/grounds.ts';
import { reliabilityCount } from '../support/reliability-count.ts';

const ROUNDS = reliabilityCount({ reduced: 1, full: 20 });

let folder = '';
const at = (name: string) => join(folder, name);
const git = (...words: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...words], {
    cwd: folder,
    stdio: 'ignore',
  });

beforeEach(() => {
  folder = join(realpathSync(mkdtempSync(join(tmpdir(), 'fleet-grounds-'))), 'work');
  writeWork();
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

function writeWork(): void {
  mkdirSync(folder);
  writeFileSync(at('run.sh'), 'echo one\n');
  writeFileSync(at('other.sh'), 'echo other\n');
  writeFileSync(at('package.json'), '{"scripts":{"deploy":"echo one"}}\n');
  writeFileSync(at('Makefile'), 'all:\n\techo one\n');
  writeFileSync(at('notes.md'), 'one\n');
  symlinkSync('run.sh', at('link.sh'));
  mkdirSync(at('bin'));
  writeFileSync(at('bin/tool'), '#!/bin/sh\necho one\n');
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-qm', 'one');
}

const call = (tool: string, input: Record<string, unknown>): Subject => ({
  type: 'tool-call',
  vendor: 'claude',
  call: { id: 'c', tool, input, subagent: null },
});
const bash = (command: string) => call('Bash', { command });
const write = () => call('Write', { file_path: at('notes.md'), content: 'x' });
const edit = (path = at('notes.md')) =>
  call('Edit', { file_path: path, old_string: 'one', new_string: 'two' });

const MUTATIONS: readonly (readonly [name: string, subject: () => Subject, mutate: () => void])[] = [
  [
    'the script holds something else',
    () => bash('bash run.sh'),
    () => writeFileSync(at('run.sh'), 'echo two\n'),
  ],
  [
    'the script grew by a line',
    () => bash('bash -e run.sh'),
    () => appendFileSync(at('run.sh'), 'rm -rf /\n'),
  ],
  ['the script is empty', () => bash('sh ./run.sh'), () => truncateSync(at('run.sh'))],
  ['the script is gone', () => bash('./run.sh'), () => unlinkSync(at('run.sh'))],
  ['the script became a link', () => bash('./run.sh'), () => relink('run.sh', 'other.sh')],
  [
    'the script became a folder',
    () => bash('./run.sh'),
    () => (unlinkSync(at('run.sh')), mkdirSync(at('run.sh'))),
  ],
  ['its link leads elsewhere', () => bash('bash link.sh'), () => relink('link.sh', 'other.sh')],
  ['its link leads out', () => bash('bash link.sh'), () => relink('link.sh', '/bin/true')],
  ['its link leads nowhere', () => bash('bash link.sh'), () => relink('link.sh', 'gone.sh')],
  [
    'the target of its link changed',
    () => bash('./link.sh'),
    () => writeFileSync(at('run.sh'), 'echo two\n'),
  ],
  ['another file took its place', () => bash('bash run.sh'), () => renameSync(at('other.sh'), at('run.sh'))],
  ['the program changed', () => bash('bin/tool --now'), () => writeFileSync(at('bin/tool'), 'two')],
  [
    'the folder of the program was exchanged',
    () => bash('bin/tool'),
    () => {
      cpSync(at('bin'), at('bin2'), { recursive: true });
      rmSync(at('bin'), { recursive: true });
      symlinkSync('bin2', at('bin'));
    },
  ],
  ['behind an environment', () => bash('A=b env run.sh x'), () => writeFileSync(at('run.sh'), 'two')],
  [
    'behind sudo and timeout',
    () => bash('sudo timeout 5 ./run.sh'),
    () => writeFileSync(at('run.sh'), 'two'),
  ],
  ['in the second command', () => bash('true && bash run.sh'), () => writeFileSync(at('run.sh'), 'two')],
  ['in a substitution', () => bash('echo "$(bash run.sh)"'), () => writeFileSync(at('run.sh'), 'two')],
  ['quoted', () => bash(`bash "run.sh"`), () => writeFileSync(at('run.sh'), 'two')],
  ['a script of package.json', () => bash('npm run deploy'), () => writeFileSync(at('package.json'), '{}')],
  ['a target of the Makefile', () => bash('make all'), () => appendFileSync(at('Makefile'), '\techo two\n')],
  [
    'what is overwritten by a command',
    () => bash('echo x > notes.md'),
    () => writeFileSync(at('notes.md'), 'two'),
  ],
  [
    'what is to be written has come into being',
    () => bash('echo x > new.md'),
    () => writeFileSync(at('new.md'), ''),
  ],
  ['a commit was added', () => bash('git push'), () => git('commit', '-qm', 'two', '--allow-empty')],
  ['another commit is checked out', () => bash('git push'), () => git('checkout', '-q', '--orphan', 'other')],
  ['the folder is a link to another', () => bash('ls'), () => exchangeFolder()],
  ['what is to be overwritten changed', write, () => writeFileSync(at('notes.md'), 'two')],
  ['what is to be overwritten is gone', write, () => unlinkSync(at('notes.md'))],
  ['what is to be overwritten leads elsewhere', write, () => relink('notes.md', 'other.sh')],
  ['what is to be edited changed', () => edit(), () => appendFileSync(at('notes.md'), 'one\n')],
  ['what is to be edited is another file', () => edit(at('link.sh')), () => relink('link.sh', 'other.sh')],
];

function relink(name: string, target: string): void {
  unlinkSync(at(name));
  symlinkSync(target, at(name));
}

function exchangeFolder(): void {
  renameSync(folder, `${folder}-moved`);
  symlinkSync(`${folder}-moved`, folder);
}

describe('R18 a change between yes and run', () => {
  test.each(MUTATIONS)('is noticed: %s', async (_, subject, mutate) => {
    for (let round = 0; round < ROUNDS; round++) {
      const before = (await groundsOf(subject(), folder))!;
      const again = (await groundsOf(subject(), folder))!;
      expect(changesSince(before, again)).toEqual([]);
      mutate();
      const after = (await groundsOf(subject(), folder))!;
      const changes = changesSince(before, after);
      expect(changes.length).toBeGreaterThan(0);
      for (const words of changes) expect(words).not.toContain('undefined');
      rmSync(join(folder, '..'), { recursive: true });
      mkdirSync(join(folder, '..'));
      writeWork();
    }
  });

  test('is only one where the call rests on it', async () => {
    const ls = (await groundsOf(bash('ls -la'), folder))!;
    const run = (await groundsOf(bash('bash run.sh'), folder))!;
    writeFileSync(at('notes.md'), 'two');
    git('commit', '-qam', 'two');
    chmodSync(at('other.sh'), 0o755);
    expect(changesSince(ls, (await groundsOf(bash('ls -la'), folder))!)).toEqual([]);
    expect(changesSince(run, (await groundsOf(bash('bash run.sh'), folder))!)).toEqual([]);
  });

  test('is looked for without waiting for pipes or reading devices', async () => {
    execFileSync('mkfifo', [at('pipe.sh')]);
    const grounds = await groundsOf(bash('bash pipe.sh; bash /dev/zero'), folder);
    expect(grounds!.files.map(({ content }) => content)).toEqual(['no file', 'no file']);
  });
});
