import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { judge } from '../core/policy/judge.ts';
import { parseCases, type PolicyCase } from '../core/policy-tools/case-file.ts';
import { requestOf, runCase, totalsOf, type CaseOutcome } from '../core/policy-tools/run-cases.ts';
import { visible } from '../core/visible-text.ts';
import { EXIT, type Command } from './command.ts';
import { printJson } from './print.ts';

/** Broken lines told one by one; a file that is something else altogether has one on every line. */
const PROBLEMS_MAX = 20;
/** As much of a command as one line of a terminal shows. */
const SHOWN_MAX = 100;

export const command: Command = {
  name: 'policy test',
  summary: 'check verdicts against cases in a file',
  usage: 'fleet policy test FILE.jsonl [--json]',
  details: `Each line of the file is one case, a JSON object: "id", "tier", "rules" [{"effect", "rule"}], "tool",
"input", "cwd", "expect" (the least safe verdict that will do: ask is met by deny, too), and "soft": true for
a matter of judgement. The worktree is the case's "root" or /repo, home is /home/dev. "fixture" names files
that only this case has: {"path": "content", "name": {"link": "where it leads"}}.

Exits with 1 when a verdict is too lax (unsafe) or too strict (overAsk) in a case that is not soft, and with 2,
having run nothing, when a line cannot be read.`,
  arguments: [{ name: 'FILE.jsonl', description: 'the cases, one JSON object a line' }],
  options: [{ flags: '--json', description: 'for programs' }],
  async run({ positionals, options, stdout, stderr, cwd }) {
    const [file = ''] = positionals;
    const text = await readFile(resolve(cwd, file), 'utf8').catch((error: NodeJS.ErrnoException) => error);
    if (typeof text !== 'string') {
      stderr.write(`${unreadable(file, text.code ?? text.message)}\n`);
      return EXIT.usage;
    }
    const { cases, problems } = parseCases(text);
    if (problems.length > 0 || cases.length === 0) {
      for (const { line, message } of problems.slice(0, PROBLEMS_MAX))
        stderr.write(`${file}:${line}: ${visible(message)}\n`);
      const more = problems.length - PROBLEMS_MAX;
      if (more > 0) stderr.write(`${file}: ${more} more lines that cannot be read\n`);
      if (problems.length === 0) stderr.write(`${file}: holds no case\n`);
      stderr.write('no case was run\n');
      return EXIT.usage;
    }
    const outcomes = cases.map(runCase);
    const failures = outcomes.filter(({ failure }) => failure !== null);
    const totals = totalsOf(outcomes);
    const micros = timings(cases);
    if (options['json'] === true) printJson(stdout, { ...totals, ...micros, failures: failures.map(asJson) });
    else {
      for (const outcome of failures) stdout.write(`${asText(outcome)}\n`);
      stdout.write(
        `${totals.total} cases: ${totals.unsafe} unsafe, ${totals.overAsk} over-ask, ${totals.soft} soft\n` +
          `a verdict takes ${micros.p50Micros} µs (median), ${micros.p99Micros} µs (p99)\n`,
      );
    }
    return totals.unsafe + totals.overAsk > 0 ? EXIT.failed : EXIT.ok;
  },
};

function unreadable(file: string, code: string): string {
  return code === 'ENOENT'
    ? `${file}: there is no such file; it holds one case a line, see: fleet policy test --help`
    : `${file}: cannot be read (${code}); check what it is and its permissions`;
}

/** So many verdicts at least are timed: the first ones compile the code, which a daemon does once. */
const TIMED_MIN = 4_000;

/** Of the second half. */
function timings(cases: readonly PolicyCase[]): { readonly p50Micros: number; readonly p99Micros: number } {
  const requests = cases.map(requestOf);
  const micros: number[] = [];
  for (let round = 0; round < 2 || micros.length < TIMED_MIN; round++)
    for (const request of requests) {
      const started = performance.now();
      judge(request);
      micros.push((performance.now() - started) * 1_000);
    }
  const sorted = micros.slice(Math.floor(micros.length / 2)).sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((sorted[Math.ceil(sorted.length * share) - 1] ?? 0) * 10) / 10;
  return { p50Micros: at(0.5), p99Micros: at(0.99) };
}

function asJson({ policyCase, judgement, failure }: CaseOutcome): Record<string, unknown> {
  const { id, line, expect, isSoft } = policyCase;
  return {
    id,
    line,
    expect,
    got: judgement.verdict,
    reason: judgement.reason,
    kind: isSoft ? 'soft' : failure,
    direction: failure,
  };
}

function asText({ policyCase, judgement, failure }: CaseOutcome): string {
  const { id, expect, isSoft, tool, input } = policyCase;
  const kind = `${failure === 'unsafe' ? 'UNSAFE' : 'OVER-ASK'}${isSoft ? ' (soft)' : ''}`;
  const shown = visible(`${tool} ${JSON.stringify(input)}`);
  const call = shown.length > SHOWN_MAX ? `${shown.slice(0, SHOWN_MAX)}…` : shown;
  return `${kind.padEnd(16)} ${visible(id)}: expected ${expect}, got ${judgement.verdict}\n    ${call}\n    ${visible(judgement.reason)}`;
}
