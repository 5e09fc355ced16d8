import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inputLines } from '../../source/tui/screens/control-room/request-lines.ts';
import { lineDiff } from '../../source/tui/screens/control-room/line-diff.ts';
import { editText, insert, textField } from '../../source/tui/text-field.ts';
import {
  ageOf,
  cut,
  cutMiddle,
  fit,
  harmless,
  revealed,
  spansWidth,
  untilAgeChanges,
  widthOf,
  wrapSpans,
  type Span,
} from '../../source/tui/text.ts';

const plain = (spans: readonly Span[]): string => spans.map(({ text }) => text).join('');
const HOSTILE = 'rm -rf \u202e/ x\u200b\u0007\u001b[2Jy\u00a0z';

describe('hostile text', () => {
  it('UI3 a name cannot move the cursor, hide itself or turn the reading direction', () => {
    expect(harmless('evil\u001b]0;owned\u0007\u202egnp\u200b.exe\n\tend')).toBe('evil]0;ownedgnp.exe end');
    expect(harmless('a\u0301\u0301\u0301\u0301\u0301b')).toBe('a\u0301\u0301b');
  });

  it('HI4 what is to be approved shows every character that cannot be seen', () => {
    expect(plain(revealed(HOSTILE))).toBe(String.raw`rm -rf \u{202e}/ x\u{200b}\u{7}\u{1b}[2Jy\u{a0}z`);
    expect(revealed('a\u200bb').map(({ role }) => role)).toEqual(['plain', 'escape', 'plain']);
  });

  it('HI4 text that only looks like an escape is told from a real one', () => {
    expect(revealed(String.raw`\u{200b}`)).toEqual([{ text: String.raw`\u{200b}`, role: 'plain' }]);
  });

  it('HI4 no member of an input is left out, and no line can pose as two', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(fc.string(), fc.integer(), fc.boolean()), {
          maxKeys: 6,
        }),
        fc.integer({ min: 12, max: 100 }),
        (input, width) => {
          const lines = inputLines(input, width);
          for (const line of lines) expect(spansWidth(line)).toBeLessThanOrEqual(width);
          const text = lines.map((line) => plain(line).replace(/^↪ /, '')).join('');
          for (const value of Object.values(input))
            if (typeof value !== 'string') expect(text).toContain(String(value));
        },
      ),
    );
    expect(inputLines({ command: 'ls\nrm -rf /' }, 40).map(plain)).toEqual(['ls⏎', 'rm -rf /']);
    expect(inputLines({ command: `echo ${'x'.repeat(20)}` }, 14).map(plain)).toEqual([
      'echo xxxxxxx',
      '↪ xxxxxxxxxxxx',
      '↪ x',
    ]);
  });

  it('HI4 an edit shows as a diff, a file to be written as what it will hold', () => {
    const edit = { file_path: 'a.ts', old_string: 'one\ntwo', new_string: 'one\n2', replace_all: false };
    expect(inputLines(edit, 60).map(plain)).toEqual(['a.ts', 'replace_all: false', '  one', '- two', '+ 2']);
    expect(inputLines({ file_path: 'b', content: 'x\n\ny' }, 60).map(plain)).toEqual([
      'b',
      'content: ',
      '+ x',
      '+ ',
      '+ y',
    ]);
  });

  it('HI4 a diff puts both texts back together', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
      .map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = lineDiff(before, after);
        const side = (type: string): string =>
          lines
            .filter((line) => line.type === 'same' || line.type === type)
            .map((line) => line.text)
            .join('\n');
        expect(side('removed')).toBe(before);
        expect(side('added')).toBe(after);
      }),
    );
  });
});

describe('text in columns', () => {
  it('UI5 wide characters take two columns, and are never cut in half', () => {
    expect(widthOf('日本')).toBe(4);
    expect(fit('日本語', 5)).toBe('日本…');
    expect(fit('日本', 4)).toBe('日本');
    expect(cut('日本語', 4)).toBe('日… '.trimEnd());
    expect(cutMiddle('backend-dev', 8)).toBe('back…dev');
  });

  it('UI5 lines break at any width and lose nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 40 }), (text, width) => {
        const lines = wrapSpans([{ text, role: 'plain' }], width);
        expect(lines.map(plain).join('')).toBe(text);
        for (const line of lines) expect(spansWidth(line)).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('UI3 ages are short, and it is known when they change', () => {
    expect([0, 59_999, 60_000, 7_199_999, 90_000_000].map(ageOf)).toEqual(['0s', '59s', '1m', '1h', '1d']);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400_000_000 }), (ms) => {
        const next = ms + untilAgeChanges(ms);
        expect(ageOf(next)).not.toBe(ageOf(ms));
        expect(ageOf(next - 1)).toBe(ageOf(ms));
      }),
    );
  });
});

describe('a text that is edited', () => {
  const typed = (...keys: string[]) =>
    keys.reduce((field, key) => editText(field, key) ?? insert(field, key), textField('git push --force'));

  it('HI2 the keys of a shell’s line work', () => {
    expect(typed('ctrl+w').text).toBe('git push ');
    expect(typed('ctrl+a', 'ctrl+k').text).toBe('');
    expect(typed('home', 'delete').text).toBe('it push --force');
    expect(typed('left', 'left', 'backspace', 'X')).toEqual({ text: 'git push --foXce', caret: 14 });
  });

  it('UI5 the caret never stands inside a character', () => {
    const family = '👨‍👩‍👧';
    const field = { text: `a${family}b`, caret: 1 };
    expect(editText(field, 'right')?.caret).toBe(1 + family.length);
    expect(editText({ text: field.text, caret: 1 + family.length }, 'backspace')?.text).toBe('ab');
  });

  it('HI2 up and down keep the column', () => {
    expect(editText({ text: 'long line\nab\nlong line', caret: 7 }, 'down')?.caret).toBe(12);
    expect(editText({ text: 'ab\ncd', caret: 4 }, 'up')?.caret).toBe(1);
  });
});
