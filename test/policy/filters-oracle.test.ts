/**
 * PE4 against sed, awk and jq themselves: random scripts for them are judged, and those that are allowed are
 * run for real in a folder whose lines, executed, would leave a file behind.
 */
import { execFile, execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Policy } from '../../source/core/policy/policy.ts';
import { judge, wantedPaths } from '../../source/core/policy/judge.ts';
import { SCOPES } from '../../source/core/policy/verdict.ts';
import { seeded } from '../support/seeded.ts';
import { policyCount } from './oracle/count.ts';
import { awkWords, jqWords, sedWords, type FilterWords } from './oracle/random-filters.ts';

const SECRET = 'what-nobody-may-see';
/** As a line that is run, each leaves a file; as a name of a file, none is there. */
const LINES = 'touch pwned\necho a > out 5\n7 touch pwned;a\nabc/e\n';
/** A loop ends here; what it did until then counts. */
const RUN_MS = 1_000;
/** A script with a loop prints without end. */
const OUTPUT_MAX = 64 * 1024;
const COUNT = { reduced: 400, full: 30_000 };
/** Some take long to begin. */
const SLOW = new Map([['jq', 0.2]]);
/** Three processes at a time, some milliseconds each. */
const AT_ONCE = 3;
const FULL_MS = 60 * 60_000;

const READING: Policy = {
  tier: 'read_only',
  tierSource: 'test',
  rules: [],
  scopes: SCOPES,
  allowedSubagents: null,
  isAttended: true,
};

let top: string;
beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'fleet-filters-')));
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

test.each<[string, FilterWords, string]>([
  ['sed', sedWords, 'lines'],
  ['awk', awkWords, 'lines'],
  ['gawk', awkWords, 'lines'],
  ['jq', jqWords, 'data.json'],
])(
  'PE4 no %s script that is allowed writes, runs or reads anything else, however it is written',
  async (program, wordsOf, file) => {
    if (!isInstalled(program)) return;
    const count = Math.round(policyCount(COUNT) * (SLOW.get(program) ?? 1));
    const seeds = Array.from({ length: count }, (_, seed) => seed).values();
    const wrong: string[] = [];
    let allowed = 0;
    await Promise.all(
      Array.from({ length: AT_ONCE }, async (_, lane) => {
        const folder = join(top, String(lane));
        mkdirSync(folder);
        for (const seed of seeds) {
          const words = [...wordsOf(seeded(seed)), file];
          // awk and jq read what stands in their environment; here there is nothing.
          if (words.some((word) => word.includes('\0')) || !isAllowed([program, ...words], folder)) continue;
          allowed++;
          const seen = await run(program, words, folder);
          if (seen !== null) wrong.push(`seed ${seed}: ${program} ${JSON.stringify(words)} ${seen}`);
        }
      }),
    );
    console.log(
      `${program}: ${count} scripts, ${((allowed / count) * 100).toFixed(1)} % allowed and run, ${wrong.length} wrong`,
    );
    expect(wrong.slice(0, 20)).toEqual([]);
    expect(allowed / count).toBeGreaterThan(0.1);
  },
  FULL_MS,
);

function isAllowed(words: readonly string[], cwd: string): boolean {
  const command = words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
  const action = { type: 'shell', command } as const;
  const world = { root: cwd, home: join(top, 'home'), cwd, real: {}, secrets: [join(cwd, '.env')] };
  const real = Object.fromEntries(wantedPaths({ action, world }).map((path) => [path, path]));
  return judge({ action, policy: READING, world: { ...world, real } }).verdict === 'allow';
}

const FILES: Readonly<Record<string, string>> = {
  lines: LINES,
  'data.json': '{"a": [1, 2], "x": "touch pwned"}\n',
  '.env': `KEY=${SECRET}\n`,
};

/** What it did that reading does not do; null: nothing. */
async function run(program: string, words: readonly string[], folder: string): Promise<string | null> {
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  const printed = await new Promise<string>((done) => {
    const child = execFile(
      program,
      words,
      {
        cwd: folder,
        env: { PATH: process.env['PATH'], LC_ALL: 'C' },
        timeout: RUN_MS,
        killSignal: 'SIGKILL',
        maxBuffer: OUTPUT_MAX,
      },
      (_error, stdout, stderr) => done(stdout + stderr),
    );
    child.stdin?.end();
  });
  const wrongs = [
    ...readdirSync(folder)
      .filter((name) => !Object.hasOwn(FILES, name))
      .map((name) => `made ${JSON.stringify(name)}`),
    ...Object.entries(FILES)
      .filter(([name, text]) => readFileSync(join(folder, name), 'utf8') !== text)
      .map(([name]) => `changed ${name}`),
    ...(printed.includes(SECRET) ? ['showed .env'] : []),
  ];
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  return wrongs.length === 0 ? null : wrongs.join(', ');
}

function isInstalled(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
