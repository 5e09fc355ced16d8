/** `npm run bench [NAME...]`: every benchmark in turn, as a table; `--markdown FILE` keeps it. */
import { writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import type { Bench, BenchRow } from './support/row.ts';
import { tmuxVersion } from './support/tmux-stage.ts';

const BENCHES: Readonly<Record<string, () => Promise<{ run(): Promise<Bench> }>>> = {
  latency: () => import('./latency.ts'),
  gate: () => import('./gate.ts'),
  append: () => import('./append.ts'),
};

const words = process.argv.slice(2);
const at = words.indexOf('--markdown');
const [, file] = at < 0 ? [] : words.splice(at, 2);
const rows: BenchRow[] = [];
for (const [name, load] of Object.entries(BENCHES)) {
  if (words.length > 0 && !words.includes(name)) continue;
  process.stderr.write(`${name} …\n`);
  const bench = await (await load()).run();
  rows.push(...bench.rows);
  for (const row of bench.rows) process.stderr.write(`  ${line(row).join('  ')}\n`);
}

const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'cpu'}, ${Math.round(totalmem() / 2 ** 30)} GB, Linux ${release()}, Node ${process.version}, ${tmuxVersion()}`;
const table = [
  '| what | ours | peer | ratio | target | |',
  '|---|---:|---:|---:|---:|---|',
  ...rows.map((row) => `| ${line(row).join(' | ')} |`),
].join('\n');
process.stdout.write(`${machine}\n\n${table}\n`);
if (file) writeFileSync(file, `${machine}\n\n${table}\n`);
process.exitCode = rows.every(({ pass }) => pass) ? 0 : 1;

function line({ name, ours, peer, ratio, target, pass }: BenchRow): string[] {
  return [name, short(ours), short(peer), short(ratio), short(target), pass ? '✓' : '✗'];
}

function short(value: number): string {
  return Math.abs(value) >= 100
    ? value.toFixed(0)
    : Math.abs(value) >= 10
      ? value.toFixed(1)
      : value.toFixed(3);
}
