import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { SIGNALS } from '../core/risk/signal.ts';
import { newReplay } from '../core/risk/validation/replay.ts';
import { ablationReportOf, reportOf, type AblationReport } from '../core/risk/validation/report.ts';
import { DEFAULT_WEIGHTS, parseWeights, type Weights, weightsHash } from '../core/risk/weights.ts';
import { readWeights, weightsPlaces } from '../io/store/weights-file.ts';
import { EXIT, type Command, type Invocation } from './command.ts';
import { placesFor } from './daemon-ask.ts';
import { HistoryError, readHistory } from './history-file.ts';
import { printJson } from './print.ts';
import { printAblations, printReport } from './risk-report.ts';
import { textOption } from './text-option.ts';

export const command: Command = {
  name: 'brain validate',
  summary: 'score the risk model on a recorded history with known faults',
  usage: 'fleet brain validate FILE.jsonl [--weights FILE] [--ablations] [--json]',
  details:
    'The file has one JSON object a line: {"t": 12, "agent": "ana", "kind": "outcomes", "n": 3, "failed": 1}, and a\nrow of kind "fault" for each fault: agent, onset, end, class. docs/risk.md describes all of them.',
  arguments: [{ name: 'FILE', description: 'the history' }],
  options: [
    { flags: '--weights <file>', description: 'other weights than those in force' },
    { flags: '--ablations', description: 'also without each signal, without peers, without forgetting' },
    { flags: '--json', description: 'for programs' },
  ],
  async run(invocation) {
    const { positionals, options, stdout, stderr, cwd } = invocation;
    const file = resolve(cwd, positionals[0]!);
    try {
      const history = readHistory(file);
      const { faults, unknownKinds, rows, dialect } = history;
      const weights = weightsOf(invocation);
      const whole = newReplay({ weights, faults });
      const without = options['ablations'] ? ablated(weights, faults) : [];
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

/** Those in force, or of the file: of a candidate, or written by hand. */
function weightsOf(invocation: Invocation): Weights {
  const given = textOption(invocation.options, 'weights');
  if (given === undefined) {
    const { home, database } = placesFor(invocation);
    return readWeights(weightsPlaces(home).inForce, database)?.weights ?? DEFAULT_WEIGHTS;
  }
  const file = resolve(invocation.cwd, given);
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new HistoryError(
      `${file} holds no weights: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const { record } = found as { readonly record?: { readonly weights?: unknown } };
  const weights = parseWeights(record?.weights ?? found);
  if ('problem' in weights) throw new HistoryError(`${file}: ${weights.problem}`);
  return weights;
}

function ablated(
  weights: Weights,
  faults: Parameters<typeof newReplay>[0]['faults'],
): readonly { readonly name: AblationReport['without']; readonly replay: ReturnType<typeof newReplay> }[] {
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
