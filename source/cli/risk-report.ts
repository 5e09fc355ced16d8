/** The figures of a validation as a person reads them. */
import type { Writable } from 'node:stream';
import type { AblationReport, Report } from '../core/risk/validation/report.ts';
import type { Bin } from '../core/risk/validation/histogram.ts';
import { printTable } from './print.ts';

const PLOT_WIDTH = 50;

export function printReport(stdout: Writable, report: Report): void {
  const { falseQuarantines, falseHolds, brier, attention } = report;
  const lines: readonly (readonly [string, string])[] = [
    [
      'agents',
      `${report.agents}, ${report.agentMonths.toFixed(1)} agent-months, ${report.faults} faults that must be stopped`,
    ],
    ['AUC', `${figure(report.auc)}${between(report.aucInterval, figure)}`],
    [
      'detected',
      `${percent(report.detected)}${between(report.detectedInterval, percent)}, within an hour ${percent(report.detectedWithin60)}, with tripwires ${percent(report.detectedWithTripwires)}`,
    ],
    [
      'delay',
      `p50 ${minutes(report.delay.p50)}${between(report.delayP50Interval, minutes)}, p90 ${minutes(report.delay.p90)}`,
    ],
    ...Object.entries(report.tripwires).map(
      ([tripwire, { faults, delay }]) =>
        [`  ${tripwire}`, `held ${faults}, p50 ${minutes(delay.p50)}, p90 ${minutes(delay.p90)}`] as const,
    ),
    [
      'false quarantines',
      `${rate(falseQuarantines.perAgentMonth)} an agent-month${between(falseQuarantines.interval, rate)}, ${falseQuarantines.count} in all`,
    ],
    ['false holds', `${rate(falseHolds.perAgentMonth)} an agent-month, ${falseHolds.count} in all`],
    [
      'Brier',
      brier === null
        ? 'n/a'
        : `${brier.score.toFixed(4)}, always the base rate ${brier.climatology.toFixed(4)}`,
    ],
    ['ECE', report.ece === null ? 'n/a' : report.ece.toFixed(4)],
    [
      'attention',
      `${attention.noticed} of ${attention.faults} noticed, ${attention.quarantined} quarantined, AUC ${figure(attention.auc)}`,
    ],
  ];
  for (const [name, value] of lines) stdout.write(`${name.padEnd(19)}${value}\n`);
  if (report.lateQuarantines > 0)
    stdout.write(`${''.padEnd(19)}${report.lateQuarantines} quarantined only after the fault was over\n`);
  stdout.write('\n');
  printTable(
    stdout,
    ['CLASS', 'WORTH', '>FAULTS', '>STOPPED', '>P50', '>P90', '>HELD', '>HELD P50', '>NOTICED'],
    report.classes.map(({ name, worth, faults, quarantined, delay, held, holdDelay, noticed }) => [
      name,
      worth,
      String(faults),
      String(quarantined),
      minutes(delay.p50),
      minutes(delay.p90),
      String(held),
      minutes(holdDelay.p50),
      String(noticed),
    ]),
  );
  stdout.write('\n');
  printCalibration(stdout, report.reliability);
}

/** What was said against what came true: on the diagonal (│) all is well, beyond it the model is too calm. */
function printCalibration(stdout: Writable, bins: readonly Bin[]): void {
  stdout.write('said        came true\n');
  for (const [index, { predicted, observed, n }] of bins.entries()) {
    const said = `${(index / bins.length).toFixed(1)}–${((index + 1) / bins.length).toFixed(1)}`;
    if (n === 0) {
      stdout.write(`${said}     ${' '.repeat(PLOT_WIDTH + 1)}  –\n`);
      continue;
    }
    const cells: string[] = Array.from({ length: PLOT_WIDTH + 1 }, (_, cell) =>
      cell <= Math.round(observed * PLOT_WIDTH) ? '█' : '·',
    );
    const ideal = Math.round(predicted * PLOT_WIDTH);
    cells[ideal] = cells[ideal] === '█' ? '▌' : '│';
    stdout.write(
      `${said}     ${cells.join('')}  ${percent(observed)} of ${n} (said ${percent(predicted)})\n`,
    );
  }
}

export function printAblations(stdout: Writable, report: Report, ablations: readonly AblationReport[]): void {
  printTable(
    stdout,
    ['WITHOUT', '>AUC', '>ATTENTION', '>DETECTED', '>P50', '>P90', '>FALSE/MONTH', '>ECE', 'HURTS'],
    [
      [
        '(nothing)',
        figure(report.auc),
        figure(report.attention.auc),
        percent(report.detected),
        minutes(report.delay.p50),
        minutes(report.delay.p90),
        rate(report.falseQuarantines.perAgentMonth),
        figure(report.ece),
        '',
      ],
      ...ablations.map((ablation) => [
        ablation.without,
        figure(ablation.auc),
        figure(ablation.attentionAuc),
        percent(ablation.detected),
        minutes(ablation.delay.p50),
        minutes(ablation.delay.p90),
        rate(ablation.falseQuarantinesPerAgentMonth),
        figure(ablation.ece),
        ablation.hurts.join(', ') || 'no',
      ]),
    ],
  );
}

const figure = (value: number | null): string => (value === null ? 'n/a' : value.toFixed(4));
const percent = (value: number | null): string => (value === null ? 'n/a' : `${(value * 100).toFixed(1)} %`);
const minutes = (value: number | null): string => (value === null ? '–' : `${Math.round(value)} min`);
const rate = (value: number | null): string => (value === null ? 'n/a' : value.toFixed(3));
const between = (interval: readonly [number, number] | null, text: (value: number) => string): string =>
  interval === null ? '' : ` (${text(interval[0])} to ${text(interval[1])})`;
