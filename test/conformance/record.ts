/**
 * Records the streams of this folder anew: `node test/conformance/record.ts [NAME…]`. Real programs run in a
 * real holder and are given keys; what they print is written to `streams/NAME.raw`, the size and the offsets
 * at which to compare to `streams/NAME.json`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../source/screens/engine.ts';
import type { TerminalEngine } from '../../source/screens/terminal-engine.ts';
import { Row } from '../../source/wire/cells.ts';
import { CLAUDE, claudeEnvironment, onboarded } from '../support/claude-lab.ts';
import { HolderLab } from '../support/holder-lab.ts';
import { startModelServer } from '../support/model-server.ts';
import { until } from '../support/until.ts';

const STREAMS = join(import.meta.dirname, 'streams');

interface Recording {
  readonly columns: number;
  readonly rows: number;
  readonly command: (folder: string) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  /** Wait for the text (or the time, in ms), note an offset to compare at, then type. */
  readonly steps: readonly { readonly shows: string | number; readonly type?: string }[];
}

const source = Array.from(
  { length: 120 },
  (_, i) =>
    `  const value${i} = compute(${i}, 'text ${i}'); // comment — №${i} ${i % 7 === 0 ? '日本語' : ''}`,
).join('\n');

const recordings: Record<string, Recording> = {
  vim: {
    columns: 80,
    rows: 24,
    command: (folder) => [
      'vim',
      '--clean',
      '-c',
      'syntax on | set number ruler hlsearch',
      join(folder, 'a.ts'),
    ],
    files: { 'a.ts': source },
    steps: [
      { shows: 1_000, type: '\x06\x06/value7\r' },
      { shows: 'value70', type: 'onew line\x1b:vsplit\r' },
      { shows: 'a.ts [+]', type: 'ddp10jVjj>' },
      { shows: 700, type: ':help\r' },
      { shows: 'help.txt', type: '' },
    ],
  },
  less: {
    columns: 80,
    rows: 24,
    command: (folder) => ['less', '-N', join(folder, 'a.ts')],
    files: { 'a.ts': source },
    steps: [
      { shows: 'value10', type: '  /value7\r' },
      { shows: 'value70', type: 'b' },
      { shows: 400, type: 'G' },
      { shows: '(END)' },
    ],
  },
  htop: {
    columns: 100,
    rows: 30,
    // In a process namespace of its own: nobody's processes belong in a recording.
    command: () => [
      'unshare',
      '-r',
      '-p',
      '-f',
      '--mount-proc',
      'sh',
      '-c',
      'sleep 60 & sleep 61 & htop -d 5',
    ],
    steps: [
      { shows: 'F10', type: '\x1b[B\x1b[B' },
      { shows: 1_200, type: 't' },
      { shows: 1_200, type: '\x1bOP' },
      { shows: 700 },
    ],
  },
  bash: {
    columns: 60,
    rows: 15,
    command: () => ['env', 'PS1=\\[\\e[1;32m\\]you\\[\\e[m\\]:\\w$ ', 'bash', '--norc', '--noprofile'],
    steps: [
      { shows: 'you:', type: 'mkdir one; touch two 日本; ls -x --color=always\r' },
      { shows: 400, type: "echo one two three 'four five six seven eight nine ten eleven twelve' # wraps" },
      { shows: '# wraps', type: '\x01\x1bf\x1bf\x0b\x19\x15printf "tab\\tstop\\n%0100d\\n" 7\r' },
      {
        shows: 400,
        type: 'for i in $(seq 30); do printf "\\e[%dm%d " $((i%8+40)) $i; done; printf "\\e[m\\n"\r',
      },
      { shows: 500 },
    ],
  },
};

async function recordClaude(): Promise<void> {
  if (!CLAUDE) throw new Error('claude is not here; `npm run test:agents` installs it');
  const model = await startModelServer();
  try {
    const claude = CLAUDE;
    const recording: Recording = {
      columns: 100,
      rows: 30,
      command: () => [claude, '--permission-mode', 'manual'],
      env: claudeEnvironment(model.url),
      steps: [
        { shows: '❯', type: 'hello\\\r>> say All **done** — with `code` and 日本語\\\r' },
        { shows: 700, type: '\r' },
        { shows: 'done', type: '' },
        { shows: 1_500, type: '>> Bash {"command":"ls -la /"}' },
        { shows: 500, type: '\r' },
        { shows: 'Do you want', type: '' },
        { shows: 1_000, type: '\x1b' },
        { shows: 1_500 },
      ],
    };
    await record('claude', recording);
  } finally {
    model.close();
  }
}

async function record(name: string, recording: Recording): Promise<void> {
  const lab = new HolderLab();
  try {
    const { columns, rows } = recording;
    mkdirSync(lab.folder, { recursive: true });
    for (const [file, text] of Object.entries(recording.files ?? {}))
      writeFileSync(join(lab.folder, file), text);
    writeFileSync(join(lab.folder, '.claude.json'), JSON.stringify(onboarded(lab.folder)));
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: lab.folder,
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      ...recording.env,
    };
    await lab.start(name, recording.command(lab.folder), { columns, rows, env });
    const holder = await lab.connect(name);
    const chunks: Buffer[] = [];
    let length = 0;
    const engine = createEngine({
      columns,
      rows,
      scrollback: 100,
      onReply: (text) => void holder.input(Buffer.from(text)),
    });
    holder.onData((_offset, bytes) => {
      chunks.push(bytes);
      length += bytes.length;
      engine.write(bytes);
    });
    holder.attach(0);
    const cuts: number[] = [];
    for (const { shows, type } of recording.steps) {
      if (typeof shows === 'number') await new Promise((resolve) => setTimeout(resolve, shows));
      else
        await until(() => textOf(engine).includes(shows) || undefined, `${name} to show ${shows}`).catch(
          (error: unknown) => {
            console.log(textOf(engine));
            throw error;
          },
        );
      // What is on its way still comes, and only whole sequences can be compared.
      await new Promise((resolve) => setTimeout(resolve, 150));
      await until(() => engine.isAtRest() || undefined, 'the engine to be at rest');
      if (cuts.at(-1) !== length) cuts.push(length);
      if (type) await holder.input(Buffer.from(type));
    }
    const bytes = Buffer.concat(chunks).subarray(0, cuts.at(-1));
    writeFileSync(join(STREAMS, `${name}.raw`), bytes);
    writeFileSync(join(STREAMS, `${name}.json`), `${JSON.stringify({ columns, rows, cuts })}\n`);
    console.log(`${name}: ${bytes.length} bytes, compared at ${cuts.join(', ')}\n${textOf(engine)}`);
  } finally {
    await lab.close();
  }
}

function textOf(engine: TerminalEngine): string {
  const row = new Row(engine.columns);
  return Array.from({ length: engine.rows }, (_, y) => (engine.readRow(y, row), row.text())).join('\n');
}

const names = process.argv.slice(2);
for (const [name, recording] of Object.entries(recordings)) {
  if (names.length === 0 || names.includes(name)) await record(name, recording);
}
if (names.length === 0 || names.includes('claude')) await recordClaude();
