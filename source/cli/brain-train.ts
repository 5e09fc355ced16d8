import { resolve } from 'node:path';
import { SIGNALS } from '../core/risk/signal.ts';
import { newEpisodeCollector, type Episode } from '../core/risk/training/episodes.ts';
import { FAULTS_MIN, fit, SIGMA, STRETCHES_MIN } from '../core/risk/training/fit.ts';
import { objections, SHADOW_MS, type Compared } from '../core/risk/training/promotion.ts';
import { newReplay } from '../core/risk/validation/replay.ts';
import { reportOf, type Report } from '../core/risk/validation/report.ts';
import { DEFAULT_WEIGHTS, type Weights, weightsHash } from '../core/risk/weights.ts';
import {
  keepBefore,
  readWeights,
  rollBackWeights,
  weightsPlaces,
  writeWeights,
  type WeightsRecord,
} from '../io/store/weights-file.ts';
import { EXIT, type Command, type Invocation } from './command.ts';
import { placesFor } from './daemon-ask.ts';
import { HistoryError, readHistory, type History } from './history-file.ts';
import { printJson, printTable } from './print.ts';
import { textOption } from './text-option.ts';

/** The last part of a history is not trained on: what comes later is what counts. */
const TRAINED_SHARE = 0.7;
/** A prior wider than this is none. */
const SIGMA_MAX = 2;

export const command: Command = {
  name: 'brain train',
  summary: 'fit the risk model to a history with known faults, and say whether it may take over',
  usage: 'fleet brain train [FILE.jsonl] [--stressed FILE] [--sigma N] [--json] | --adopt | --rollback',
  details:
    'The first seven tenths of the history are learnt from, the rest is measured on. What is learnt is kept as a\ncandidate, runs in the shadow for fourteen days, and is then adopted by a person. docs/risk.md says more.',
  arguments: [{ name: 'FILE', description: 'a history as for fleet brain validate', isOptional: true }],
  options: [
    { flags: '--stressed <file>', description: 'a harder history: what is refused there is not adopted' },
    { flags: '--sigma <n>', description: `how far weights may go from the defaults (${SIGMA})` },
    { flags: '--adopt', description: 'let the candidate take over' },
    { flags: '--rollback', description: 'back to the weights before' },
    { flags: '--json', description: 'for programs' },
  ],
  async run(invocation) {
    const { positionals, options, stderr, cwd } = invocation;
    const file = positionals[0];
    if (options['adopt']) return adopt(invocation);
    if (options['rollback']) return rollBack(invocation);
    const sigma = Number(textOption(options, 'sigma') ?? SIGMA);
    if (file === undefined || !(sigma > 0 && sigma <= SIGMA_MAX)) {
      stderr.write(
        file === undefined
          ? 'fleet brain train: which history? Name a file, or use --adopt or --rollback\n'
          : `fleet brain train: --sigma is a number above 0, ${SIGMA_MAX} at most\n`,
      );
      return EXIT.usage;
    }
    try {
      return train(invocation, {
        history: readHistory(resolve(cwd, file)),
        stressed: textOption(options, 'stressed'),
        sigma,
      });
    } catch (error) {
      if (!(error instanceof HistoryError)) throw error;
      stderr.write(`fleet brain train: ${error.message}\n`);
      return EXIT.failed;
    }
  },
};

function train(
  invocation: Invocation,
  given: { readonly history: History; readonly stressed: string | undefined; readonly sigma: number },
): number {
  const { stdout, stderr, options, cwd, env } = invocation;
  const { history, stressed, sigma } = given;
  const { database, home } = placesFor({ ...invocation, env });
  const places = weightsPlaces(home);
  const inForce = readWeights(places.inForce, database)?.weights ?? DEFAULT_WEIGHTS;
  const splitAt = Math.floor(history.lastMinute * TRAINED_SHARE);
  const episodes = episodesOf(history, splitAt);
  const faults = episodes.filter(({ isFault }) => isFault).length;
  const stretches = episodes.length - faults;
  if (faults < FAULTS_MIN || stretches < STRETCHES_MIN) {
    stderr.write(
      `fleet brain train: ${faults} faults and ${stretches} stretches of ordinary work are too few to learn from (${FAULTS_MIN} and ${STRETCHES_MIN}); the weights stay as they are\n`,
    );
    return EXIT.failed;
  }
  const trainedAt = Date.now();
  const version = `trained-${new Date(trainedAt).toISOString().slice(0, 16)}`;
  // The prior is the built-in weights, whatever is in force: training twice must not drift away.
  const weights = fit(episodes, { prior: DEFAULT_WEIGHTS, sigma, version });
  const compared: Compared[] = [compare('held back', history, { inForce, weights, scoredFrom: splitAt })];
  if (stressed !== undefined)
    compared.push(
      compare('stressed', readHistory(resolve(cwd, stressed)), { inForce, weights, scoredFrom: 0 }),
    );
  const against = objections(compared);
  const record: WeightsRecord = {
    weights,
    trainedAt,
    adoptableFrom: against.length === 0 ? trainedAt + SHADOW_MS : null,
    objections: against,
    adopted: null,
  };
  writeWeights(places.candidate, database, record);
  if (options['json'])
    printJson(stdout, {
      ...record,
      hash: weightsHash(weights),
      faults,
      stretches,
      compared,
      file: places.candidate,
    });
  else printTraining(invocation, { record, inForce, faults, stretches, compared });
  return against.length === 0 ? EXIT.ok : EXIT.failed;
}

function episodesOf(history: History, splitAt: number): readonly Episode[] {
  const collector = newEpisodeCollector();
  const replay = newReplay({
    weights: DEFAULT_WEIGHTS,
    faults: history.faults,
    onScore: ({ fleet, minute, fault, assessment }) => {
      if (minute < splitAt)
        collector.add(
          `${fleet}\n${assessment.agent}`,
          minute,
          fault && `${fault.name} ${fault.onset}`,
          assessment,
        );
    },
  });
  for (const { fleet, minute, seen } of history.minutes()) {
    if (minute >= splitAt) break;
    replay.minute(fleet, minute, seen);
  }
  return collector.episodes();
}

function compare(
  on: string,
  history: History,
  given: { readonly inForce: Weights; readonly weights: Weights; readonly scoredFrom: number },
): Compared {
  const { faults } = history;
  const { scoredFrom } = given;
  const now = newReplay({ weights: given.inForce, faults, scoredFrom });
  const then = newReplay({ weights: given.weights, faults, scoredFrom });
  for (const { fleet, minute, seen } of history.minutes()) {
    now.minute(fleet, minute, seen);
    then.minute(fleet, minute, seen);
  }
  return { on, inForce: reportOf(now.result()), candidate: reportOf(then.result()) };
}

function printTraining(
  { stdout }: Invocation,
  given: {
    readonly record: WeightsRecord;
    readonly inForce: Weights;
    readonly faults: number;
    readonly stretches: number;
    readonly compared: readonly Compared[];
  },
): void {
  const { record, inForce, faults, stretches, compared } = given;
  const { weights, objections: against, adoptableFrom } = record;
  stdout.write(`learnt from ${faults} faults and ${stretches} stretches of ordinary work\n\n`);
  printTable(
    stdout,
    ['SIGNAL', '>IN FORCE', '>LEARNT'],
    [
      ['(bias)', inForce.bias.toFixed(2), weights.bias.toFixed(2)],
      ...SIGNALS.map((signal) => [
        signal,
        inForce.signals[signal].toFixed(2),
        weights.signals[signal].toFixed(2),
      ]),
    ],
  );
  stdout.write('\n');
  const row = (on: string, model: string, report: Report): string[] => [
    on,
    model,
    report.auc?.toFixed(4) ?? 'n/a',
    report.detected === null ? 'n/a' : `${(report.detected * 100).toFixed(1)} %`,
    report.delay.p50 === null ? '–' : `${Math.round(report.delay.p50)} min`,
    report.falseQuarantines.perAgentMonth.toFixed(3),
    report.ece?.toFixed(4) ?? 'n/a',
  ];
  printTable(
    stdout,
    ['MEASURED ON', 'WEIGHTS', '>AUC', '>DETECTED', '>P50', '>FALSE/MONTH', '>ECE'],
    compared.flatMap(({ on, inForce: now, candidate }) => [
      row(on, 'in force', now),
      row(on, 'learnt', candidate),
    ]),
  );
  stdout.write('\n');
  if (adoptableFrom === null) {
    stdout.write('it may not take over:\n');
    for (const objection of against) stdout.write(`  ${objection}\n`);
  } else
    stdout.write(
      `it runs in the shadow; from ${new Date(adoptableFrom).toISOString().slice(0, 10)} on: fleet brain train --adopt\n`,
    );
}

function adopt(invocation: Invocation): number {
  const { stdout, stderr, env } = invocation;
  const { database, home } = placesFor(invocation);
  const places = weightsPlaces(home);
  const candidate = readWeights(places.candidate, database);
  const refuse = (why: string): number => {
    stderr.write(`fleet brain train: ${why}\n`);
    return EXIT.failed;
  };
  if (!candidate) return refuse('there is no candidate; train one: fleet brain train FILE.jsonl');
  if (candidate.adoptableFrom === null)
    return refuse(`the candidate may not take over: ${candidate.objections.join('; ')}`);
  const now = Date.now();
  if (now < candidate.adoptableFrom)
    return refuse(
      `the candidate runs in the shadow until ${new Date(candidate.adoptableFrom).toISOString()}`,
    );
  keepBefore(places);
  writeWeights(places.inForce, database, {
    ...candidate,
    adopted: { by: `person:${env['USER'] ?? env['LOGNAME'] ?? 'unknown'}`, at: now },
  });
  stdout.write(
    `${candidate.weights.version} is in force from the brain's next start; back: fleet brain train --rollback\n`,
  );
  return EXIT.ok;
}

function rollBack(invocation: Invocation): number {
  const { stdout, stderr } = invocation;
  switch (rollBackWeights(weightsPlaces(placesFor(invocation).home))) {
    case 'before':
      stdout.write("the weights before are in force from the brain's next start\n");
      return EXIT.ok;
    case 'built-in':
      stdout.write("the built-in weights are in force from the brain's next start\n");
      return EXIT.ok;
    default:
      stderr.write('fleet brain train: nothing but the built-in weights has been in force\n');
      return EXIT.failed;
  }
}
