/** What is not as it should be, in words and whole. */
import { wrapWords } from '../../help.ts';
import { ageOf, fit, harmless, span } from '../../text.ts';
import type { Context } from '../../ui-input.ts';
import type { Ui } from '../../ui-state.ts';
import type { Line } from './request-lines.ts';

/** An age, or `now`, and a blank. */
const AGE_COLUMNS = 5;

/** What is wrong with the project's files and what the daemon warns of now, then what happened, newest first. */
export function alarmLines(ui: Ui, { fleet, now }: Context, width: number): Line[] {
  const warnings = [...ui.config.problems, ...ui.daemon.warnings].flatMap((words) =>
    wrapWords(harmless(words), width - AGE_COLUMNS).map((line, at): Line => [
      span(fit(at === 0 ? 'now' : '', AGE_COLUMNS), 'dim'),
      span(line, 'danger'),
    ]),
  );
  const alarms = fleet.alarms.toReversed().flatMap(({ at, alarm, run, message }) => {
    const words = harmless(`${fleet.runs[run ?? '']?.agent ?? ''} ${message}`.trim());
    return [
      [span(fit(ageOf(now - at), AGE_COLUMNS), 'dim'), span(alarm, 'danger')],
      ...wrapWords(words, width - AGE_COLUMNS).map((line): Line => [
        span(' '.repeat(AGE_COLUMNS)),
        span(line),
      ]),
    ];
  });
  return [...warnings, ...alarms];
}
