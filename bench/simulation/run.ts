/**
 * `node bench/simulation/run.ts --set held-out [--ablations] [--json]`: what the model is worth on fleets it was
 * not tuned on. `--write FILE` writes the set's raw rows instead, for `fleet brain validate`.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { printAblations, printReport } from '../../source/cli/risk-report.ts';
import { SETS } from './conditions.ts';
import { simulateFleet } from './fleet.ts';
import { scoreFleets } from './score.ts';

const { values } = parseArgs({
  options: {
    set: { type: 'string', default: 'tuning' },
    fleets: { type: 'string' },
    ablations: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    write: { type: 'string' },
  },
});
const set = SETS[values.set];
if (!set) throw new Error(`no set ${values.set}; there are ${Object.keys(SETS).join(', ')}`);
const seeds = set.seeds.slice(0, values.fleets === undefined ? undefined : Number(values.fleets));

if (values.write === undefined) {
  const begun = performance.now();
  const { report, ablations } = scoreFleets({
    seeds,
    conditions: set.conditions,
    hasAblations: values.ablations,
  });
  if (values.json) process.stdout.write(`${JSON.stringify({ set: values.set, report, ablations })}\n`);
  else {
    printReport(process.stdout, report);
    for (const { fleet, agent, minute, because } of report.falseQuarantines.list)
      process.stdout.write(`false: ${fleet} ${agent} at minute ${minute}: ${because.join(', ')}\n`);
    if (ablations.length > 0) {
      process.stdout.write('\n');
      printAblations(process.stdout, report, ablations);
    }
    process.stdout.write(`\n${((performance.now() - begun) / 1_000).toFixed(1)} s\n`);
  }
} else {
  const file = openSync(values.write, 'w');
  for (const seed of seeds) {
    const fleet = simulateFleet({ seed, conditions: set.conditions });
    for (const fault of fleet.faults) writeSync(file, `${JSON.stringify(fault)}\n`);
    for (const { rows } of fleet.minutes())
      if (rows.length > 0) writeSync(file, `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);
  }
  closeSync(file);
}
