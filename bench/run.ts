/** `npm run bench [NAME...]`: every benchmark in turn, as a table; `--markdown FILE` keeps the rows in a document. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { figure, type Bench, type BenchRow } from './support/row.ts';
import { tmuxVersion } from './support/tmux-stage.ts';

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  'lat-idle': async () => (await import('./latency.ts')).idle(),
  'lat-rate': async () => (await import('./latency.ts')).rate(),
  'lat-flood': async () => (await import('./latency.ts')).flood(),
  'lat-slow': async () => (await import('./latency.ts')).slow(),
  'bytes-agent': async () => (await import('./bytes.ts')).agents(),
  'bytes-line': async () => (await import('./bytes.ts')).lines(),
  fan: async () => (await import('./fan.ts')).run(),
  flood: async () => (await import('./flood.ts')).run(),
  thru: async () => (await import('./throughput.ts')).run(),
  mem: async () => (await import('./memory.ts')).run(),
  start: async () => (await import('./start.ts')).run(),
  frame: async () => (await import('./frame.ts')).run(),
  gate: async () => (await import('./gate.ts')).run(),
  append: async () => (await import('./append.ts')).run(),
  sandbox: async () => (await import('./sandbox.ts')).run(),
  verdict: async () => (await import('./verdict.ts')).run(),
  queue: async () => (await import('./queue.ts')).run(),
  risk: async () => (await import('./risk.ts')).run(),
};

const words = process.argv.slice(2);
const at = words.indexOf('--markdown');
const [, file] = at < 0 ? [] : words.splice(at, 2);
const unknown = words.filter((word) => !(word in BENCHES));
if (unknown.length > 0)
  throw new Error(`no benchmark ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`);

const rows: BenchRow[] = [];
for (const [name, run] of Object.entries(BENCHES)) {
  if (words.length > 0 && !words.includes(name)) continue;
  process.stderr.write(`${name} … (load ${loadavg()[0]!.toFixed(1)})\n`);
  const bench = await run();
  rows.push(...bench.rows);
  for (const row of bench.rows) process.stderr.write(`  ${cells(row).join('  ')}\n`);
}

const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'cpu'}, ${Math.round(totalmem() / 2 ** 30)} GB, Linux ${release()}, Node ${process.version}, ${tmuxVersion()}`;
const HEAD = ['| what | ours | tmux or peer | ratio | target | |', '|---|---:|---:|---:|---|---|'];
const lines = rows.map((row) => `| ${cells(row).join(' | ')} |`);
process.stdout.write(`${[machine, '', ...HEAD, ...lines].join('\n')}\n`);
if (file) keep(file);
process.exit(rows.every(({ pass }) => pass) ? 0 : 1);

function cells({ name, ours, peer, ratio, target, pass }: BenchRow): string[] {
  return [name, figure(ours), figure(peer), `${figure(ratio)}×`, target, pass ? '✓' : '✗'];
}

/** Between the two marks of the document stand machine and table; rows that were not measured now stay. */
function keep(document: string): void {
  const BEGIN = '<!-- bench -->';
  const END = '<!-- /bench -->';
  const text = readFileSync(document, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const [old, after] = rest?.split(END) ?? [];
  if (before === undefined || old === undefined || after === undefined)
    throw new Error(`${document} lacks the marks ${BEGIN} and ${END}`);
  const kept = new Map<string, string>();
  for (const line of [...old.split('\n').filter((each) => /^\| [^w]|^\| w[^h]/.test(each)), ...lines])
    kept.set(line.split(' | ')[0]!, line);
  const order = Object.keys(BENCHES);
  const place = (line: string): number => order.findLastIndex((name) => line.startsWith(`| ${name}`));
  const table = [...kept.values()].sort((a, b) => place(a) - place(b));
  writeFileSync(
    document,
    `${before}${BEGIN}\n\n${[machine, '', ...HEAD, ...table].join('\n')}\n\n${END}${after}`,
  );
}
