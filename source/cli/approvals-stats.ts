import type { AskFigures } from '../core/approvals/fatigue.ts';
import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';
import { parseDuration } from './duration.ts';
import { printJson, printTable } from './print.ts';
import { textOption } from './text-option.ts';

export const command: Command = {
  name: 'approvals stats',
  summary: 'how often people are asked, and what for nothing',
  usage: 'fleet approvals stats [--since 30d] [--json]',
  arguments: [],
  options: [
    { flags: '--since <time>', description: '12h, 7d, or a date (30d)' },
    { flags: '--json', description: 'for programs' },
  ],
  async run(invocation) {
    const { stdout, stderr, options } = invocation;
    const text = textOption(options, 'since') ?? '30d';
    const since = parseDuration(text, Date.now());
    if (Number.isNaN(since)) {
      stderr.write(`fleet approvals stats: --since ${text} is neither a span (12h, 7d) nor a date\n`);
      return EXIT.usage;
    }
    const fatigue = await askDaemon(invocation, { type: 'approval-stats', since });
    if (options['json']) {
      printJson(stdout, fatigue);
      return EXIT.ok;
    }
    if (fatigue.all.asked === 0) {
      stdout.write('nobody was asked anything in that time\n');
      return EXIT.ok;
    }
    const head = ['', '>ASKED', '>AN HOUR', '>YES', '>NO', '>EXPIRED', '>MEDIAN', '>UNDER 2S'];
    printTable(stdout, head, [
      ['everybody', ...cells(fatigue.all)],
      ...fatigue.people.map((each) => [each.person, ...cells(each)]),
    ]);
    stdout.write('\n');
    printTable(
      stdout,
      ['WHAT', 'ASKED BY', '>ASKED', '>YES'],
      fatigue.classes.map((each) => [
        each.class,
        each.askedBy,
        String(each.asked),
        percent(each.approveRate),
      ]),
    );
    for (const { class: what, asked, approveRate, approval, isRuleSuggested } of fatigue.classes)
      if (isRuleSuggested)
        stdout.write(
          `\n${what}: asked ${asked} times, ${percent(approveRate)} yes; make it a rule? fleet rule propose ${approval}\n`,
        );
    if (fatigue.isOverBudget)
      stdout.write(
        '\nmore than 12 questions an hour for each person: what comes that often is not read any more\n',
      );
    return EXIT.ok;
  },
};

const cells = (figures: AskFigures): string[] => [
  String(figures.asked),
  figures.perHour.toFixed(1),
  percent(figures.approveRate),
  String(figures.rejected),
  String(figures.expired),
  figures.medianDecisionMs === null ? 'n/a' : `${(figures.medianDecisionMs / 1_000).toFixed(1)}s`,
  percent(figures.shareUnderTwoSeconds),
];

const percent = (share: number | null): string => (share === null ? 'n/a' : `${Math.round(share * 100)}%`);
