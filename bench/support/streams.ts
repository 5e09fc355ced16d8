/** What programs print, made anew from the same numbers each time: six kinds of terminal output. */

/** A small generator with a seed (mulberry32): the same stream on every machine. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const WORDS =
  'agent branch build check commit daemon error fetch file frame gate hook index job key line merge node open pane queue read run screen session task test tier trace tree type watch work write'.split(
    ' ',
  );
const WIDE = [
  '日本語',
  '中文字',
  '한국어',
  '🚀',
  '👩‍💻',
  'e\u0301',
  'né',
  'ß',
  '→',
  '─',
  '│',
  '✓',
  '●',
  'Привет',
  '👍🏽',
  '🇫🇷',
];
const COLUMNS = 80;
const ROWS = 24;

export const STREAMS = ['ascii', 'sgr', 'cursor', 'unicode', 'altscroll', 'agent'] as const;
export type StreamName = (typeof STREAMS)[number];

/** At least so many bytes of a kind, ending between two of its pieces. */
export function stream(name: StreamName, bytes: number): Buffer {
  const random = numbers(STREAMS.indexOf(name) + 1);
  const parts = [Buffer.from(name === 'altscroll' ? '\u001B[?1049h' : '')];
  let left = bytes;
  for (let n = 0; left > 0; n++) {
    const part = Buffer.from(piece(name, n, random));
    parts.push(part);
    left -= part.length;
  }
  if (name === 'altscroll') parts.push(Buffer.from('\u001B[r\u001B[?1049l'));
  return Buffer.concat(parts);
}

function piece(name: StreamName, n: number, random: (below: number) => number): string {
  switch (name) {
    case 'ascii':
      return `${words(random, 20 + random(COLUMNS - 24))}\r\n`;
    case 'sgr':
      return `${colouredWords(random, 8)}\u001B[0m\r\n`;
    case 'cursor':
      return `\u001B[${1 + random(ROWS)};${1 + random(COLUMNS - 12)}H${word(random)}${['\u001B[K', '\u001B[2C', '\u001B[A', '\u001B[3X', ''][random(5)]}`;
    case 'unicode': {
      let line = '';
      for (let i = 0; i < 8; i++) line += `${WIDE[random(WIDE.length)]}${word(random)} `;
      return `${line}\r\n`;
    }
    case 'altscroll': {
      const top = 1 + random(4);
      const bottom = ROWS - random(4);
      return `\u001B[${top};${bottom}r\u001B[${random(2) === 0 ? `${bottom};1H\n` : `${top};1H\u001BM`}${words(random, 60)}`;
    }
    case 'agent':
      return agentRedraw(n, COLUMNS);
    default:
      return name satisfies never;
  }
}

/** One line of a log, as wide as fits. */
export function logLine(n: number, columns: number): string {
  const random = numbers(n);
  const level = n % 7 === 0 ? '\u001B[33mwarn\u001B[39m' : '\u001B[32minfo\u001B[39m';
  const at = `${String(n % 24).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}`;
  return `\u001B[2m${at}\u001B[22m ${level} ${words(random, Math.max(8, columns - 14))}\r\n`;
}

/** Rows of the part an agent draws again and again: what it does, a plan, a box to type in, a hint. */
const AGENT_ROWS = 7;
const SPINNER = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'.split('');

/** The n-th redraw of an agent CLI as Ink writes it: all lines erased, all written again; now and then one more above. */
export function agentRedraw(n: number, columns: number): string {
  const width = Math.min(columns, 100) - 4;
  const grey = (text: string): string => `\u001B[38;2;136;136;136m${text}\u001B[39m`;
  // Agents colour word by word.
  const greyWords = (text: string): string => text.split(' ').map(grey).join(' ');
  const erased = n === 0 ? '' : `${'\u001B[2K\u001B[1A'.repeat(AGENT_ROWS)}\u001B[2K\u001B[G`;
  const log = n % 10 === 9 ? `\u001B[32m●\u001B[39m ${words(numbers(n), width - 6)}\r\n` : '';
  const seconds = Math.floor(n / 10);
  const plan = ['Read the failing test and find the cause', 'Fix it, then run all the tests again'].map(
    (step, at) =>
      `  ${at < 1 ? '\u001B[32m☒\u001B[39m' : '☐'} ${at === 1 ? `\u001B[1m${step}\u001B[22m` : greyWords(step)}`,
  );
  const lines = [
    `\u001B[38;2;215;119;87m${SPINNER[n % SPINNER.length]} Working…\u001B[39m ${greyWords(`(${seconds}s · ${n * 37} tokens · esc to interrupt)`.slice(0, width - 14))}`,
    ...plan,
    grey(`╭${'─'.repeat(width)}╮`),
    `${grey('│')} > ${greyWords('Try "explain this repository"'.padEnd(width - 3).slice(0, width - 3))}${grey('│')}`,
    grey(`╰${'─'.repeat(width)}╯`),
    greyWords('? for shortcuts, ctrl+r for all of the output'),
  ];
  return `${erased}${log}${lines.join('\r\n')}\r\n`;
}

function word(random: (below: number) => number): string {
  return WORDS[random(WORDS.length)]!;
}

function words(random: (below: number) => number, length: number): string {
  let text = word(random);
  while (text.length < length) text += ` ${word(random)}`;
  return text.slice(0, length);
}

function colouredWords(random: (below: number) => number, count: number): string {
  let text = '';
  for (let i = 0; i < count; i++) {
    const style = [
      `1;${31 + random(7)}`,
      `38;5;${random(256)}`,
      `38;2;${random(256)};${random(256)};${random(256)}`,
      `48;5;${random(256)}`,
      '4',
      '0',
    ][random(6)]!;
    text += `\u001B[${style}m${word(random)} `;
  }
  return text;
}
