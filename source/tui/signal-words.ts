/** The seven signals in words: names for narrow and wide columns, values with their units. */
import { SCALES, SIGNALS, type Reading, type Signal } from '../core/risk/signal.ts';

export const LABELS: Readonly<Record<Signal, string>> = {
  error: 'error',
  restarts: 'restart',
  silent: 'silent',
  blocked: 'blocked',
  uptime: 'uptime',
  eval: 'quality',
  sla: 'sla',
};

const SHORT: Readonly<Record<Signal, string>> = {
  error: 'err',
  restarts: 'rst',
  silent: 'sil',
  blocked: 'blk',
  uptime: 'upt',
  eval: 'qua',
  sla: 'sla',
};

/** As much of the name as `width` columns hold. */
export function headingOf(signal: Signal, width: number): string {
  const label = LABELS[signal];
  if (label.length <= width) return label;
  return width >= 3 ? SHORT[signal] : label.slice(0, Math.max(0, width));
}

export const signalAt = (column: number): Signal =>
  SIGNALS[Math.max(0, Math.min(SIGNALS.length - 1, column))]!;

/** `31 %`, `6.2`, `1.4 h`, `62` */
export function valueWords(signal: Signal, value: number): string {
  switch (signal) {
    case 'error':
    case 'sla':
      return `${Math.round(value * 100)} %`;
    case 'uptime':
      // 98 % is fine and 97 % is not quite: a digit more tells.
      return `${Math.round(value * 1_000) / 10} %`;
    case 'silent':
      return value < 1 ? `${Math.round(value * 60)} min` : `${value.toFixed(1)} h`;
    case 'restarts':
    case 'blocked':
      return value.toFixed(1);
    case 'eval':
      return String(Math.round(value));
    default:
      return signal satisfies never;
  }
}

/** What the value is of. */
export const MEANINGS: Readonly<Record<Signal, string>> = {
  error: 'of calls failed or repeated',
  restarts: 'unplanned restarts of late',
  silent: 'of work without progress',
  blocked: 'tasks that cannot go on',
  uptime: 'up of the time it was meant to be',
  eval: 'of 100 for finished tasks',
  sla: 'of due tasks on time',
};

const isRising = (signal: Signal): boolean => SCALES[signal].bad > SCALES[signal].good;

/** `fine below 10 %, bad from 45 %` */
export function scaleWords(signal: Signal): string {
  const { good, bad } = SCALES[signal];
  const side = isRising(signal) ? 'below' : 'above';
  return `fine ${side} ${valueWords(signal, good)}, bad from ${valueWords(signal, bad)}`;
}

/** `10 % → 45 %`: from fine to bad. */
export const shortScale = (signal: Signal): string =>
  `${valueWords(signal, SCALES[signal].good)} → ${valueWords(signal, SCALES[signal].bad)}`;

const GOALS: Readonly<Record<Signal, string>> = {
  error: 'errors',
  restarts: 'restarts',
  silent: 'silence',
  blocked: 'blocked tasks',
  uptime: 'uptime',
  eval: 'quality',
  sla: 'tasks on time',
};

/** `errors below 18 %` */
export const goalWords = (signal: Signal, value: number): string =>
  `${GOALS[signal]} ${isRising(signal) ? 'below' : 'above'} ${valueWords(signal, value)}`;

/** Below this a figure is hardly more than chance. */
const HARDLY = 3;
/** The model itself calls an agent warm after ten signs of life. */
const LITTLE = 10;

/** How much a value stands on; a decimal would promise more than three observations hold. */
export function evidenceWords({ n, isUnsure }: Reading): string {
  if (isUnsure) return 'doubtful: its hooks are quiet';
  if (n < HARDLY) return 'hardly any evidence';
  if (n < LITTLE) return 'little evidence';
  return `n ${Math.round(n)}`;
}
