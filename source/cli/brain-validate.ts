import { resolve } from 'node:path';
import { SIGNALS } from '../core/risk/signal.ts';
import { newReplay } from '../core/risk/validation/replay.ts';
import { ablationReportOf, reportOf, type AblationReport } from '../core/risk/validation/report.ts';
import { DEFAULT_WEIGHTS, weightsHash } from '../core/risk/weights.ts';
import { EXIT, type Command } from './command.ts';
import { HistoryError, readHistory } from './history-file.ts';
import { printJson } from './print.ts';
import { printAblations, printReport } from './risk-report.ts';

export const command: Command = {
  name: 'brain validate',
  summary: 'score the risk model on a recorded history with known faults',
  usage: 'fleet brain validate FILE.jsonl [--ablations] [--json]',
  details:
    'The file has one JSON object a line: {"t": 12, "agent": "ana", "kind": "outcomes", "n": 3, "failed": 1}, and a\nrow of kind "fault" for each fault: agent, onset, end, class. docs/risk.md describes all of them.',
  arguments: [{ name: 'FILE', description: 'the history' }],
  options: [
    { flags: '--ablations', description: 'also without each signal, without peers, without forgetting' },
    { flags: '--json', description: 'for programs' },
  ],
  async run({ positionals, options, stdout, stderr, cwd }) {
    const file = resolve(cwd, positionals[0]!);
    try {
      const history = readHistory(file);
      const { faults, unknownKinds, rows, dialect } = history;
      const weights = DEFAULT_WEIGHTS;
      const whole = newReplay({ weights, faults });
      const without = options['ablations'] ? ablated(faults) : [];
      for (const { fleet, minute, seen } of history.minutes()) {
        whole.minute(fleet, minute, seen);
        for (const { replay } of without) replay.minute(fleet, minute, seen);
      }
      const report = reportOf(whole.result());
      const ablations = without.map(({ name, replay }) => ablationReportOf(name, replay.result(), report));
      const model = { version: weights.version, hash: weightsHash(weights) };
      if (options['json'])
        printJson(stdout, {
          file,
          rows,
          unknownKinds,
          dialect,
          model,
          ...report,
          ...(options['ablations'] ? { ablations } : {}),
        });
      else {
        for (const [kind, count] of Object.entries(unknownKinds))
          stderr.write(
            `fleet brain validate: ${count} rows of kind ${JSON.stringify(kind)} mean nothing to it and were left out\n`,
          );
        if (faults.length === 0)
          stderr.write('fleet brain validate: no fault rows: only false quarantines can be counted\n');
        printReport(stdout, report);
        if (ablations.length > 0) {
          stdout.write('\n');
          printAblations(stdout, report, ablations);
        }
      }
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof HistoryError)) throw error;
      stderr.write(`fleet brain validate: ${error.message}\n`);
      return EXIT.failed;
    }
  },
};

function ablated(
  faults: Parameters<typeof newReplay>[0]['faults'],
): readonly { readonly name: AblationReport['without']; readonly replay: ReturnType<typeof newReplay> }[] {
  const weights = DEFAULT_WEIGHTS;
  return [
    ...SIGNALS.map((signal) => ({
      name: signal,
      replay: newReplay({ weights: { ...weights, signals: { ...weights.signals, [signal]: 0 } }, faults }),
    })),
    ...(['peers', 'epoch-reset'] as const).map((ablation) => ({
      name: ablation,
      replay: newReplay({ weights, faults, ablation }),
    })),
  ];
}
