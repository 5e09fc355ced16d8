/** Output of every sort for fuzzing: plain text, sequences by their grammar, amounts out of all proportion, noise. */
import fc from 'fast-check';

const TEXTS = [
  'hello',
  '日本語',
  'é',
  'e\u0301\u0301',
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
  '❤️',
  '\u{1f1e9}\u{1f1ea}',
  'ไทย',
  '“—…”',
  '\u202e',
  '\t',
  '\r',
  '\n',
  '\r\n',
  '\b',
  '\x07',
  '\x0e',
  '\x0f',
  '\x18',
  '\x7f',
  '\u0085',
  '\ufeff',
];

const amount = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 30 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 300 }) },
  { weight: 1, arbitrary: fc.constantFrom(65_535, 2_147_483_647, 99_999_999_999) },
);

const csi = fc
  .tuple(
    fc.constantFrom('', '', '', '?', '>', '=', '<', '!'),
    fc.array(amount, { maxLength: 4 }),
    fc.constantFrom(';', ';', ';', ':'),
    fc.constantFrom('', '', '', '', ' ', '!', '"', '$', "'"),
    fc.constantFrom(...'@ABCDEFGHIJKLMPSTXZ`abcdefghlmnpqrstux}~'.split('')),
  )
  .map(
    ([prefix, amounts, between, intermediate, final]) =>
      `\x1b[${prefix}${amounts.join(between)}${intermediate}${final}`,
  );

const MODES = [
  1, 3, 5, 6, 7, 12, 25, 45, 47, 66, 69, 1000, 1002, 1003, 1004, 1006, 1047, 1048, 1049, 2004, 2026, 2031,
];
const mode = fc
  .tuple(fc.constantFrom(...MODES), fc.constantFrom('h', 'l'))
  .map(([number, final]) => `\x1b[?${number}${final}`);

const escape = fc
  .tuple(
    fc.constantFrom('', '(', ')', '*', '+', '#', '%'),
    fc.constantFrom(...'078ABDEHMNOZc=>no|}~@G'.split('')),
  )
  .map(([intermediate, final]) => `\x1b${intermediate}${final}`);

const string = fc
  .tuple(
    fc.constantFrom(
      ']0;',
      ']2;',
      ']4;1;',
      ']8;;',
      ']8;id=a;',
      ']10;',
      ']11;',
      ']52;c;',
      ']1337;',
      'P+q',
      'P$q',
      'P',
      'X',
      '^',
      '_',
    ),
    fc.constantFrom('?', 'title', '544e', 'm', '#abc', 'x'.repeat(5_000), '日本', 'https://a.b/c'),
    fc.constantFrom('\x07', '\x1b\\', '\x18', '', '\u009c'),
  )
  .map(([kind, text, end]) => `\x1b${kind}${text}${end}`);

const noise = fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes));

const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 8, arbitrary: csi },
  { weight: 3, arbitrary: mode },
  { weight: 2, arbitrary: escape },
  { weight: 1, arbitrary: string },
  { weight: 1, arbitrary: noise },
);

/** A stream of up to a few hundred bytes. */
export const hostileOutput = fc
  .array(piece, { minLength: 1, maxLength: 40 })
  .map((pieces) => Buffer.concat(pieces.map((one) => (typeof one === 'string' ? Buffer.from(one) : one))));
