import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MASKED_LENGTH_MIN } from '../../../source/core/secrets/forms.ts';
import { masked, MaskedStream, maskOf, type Mask, type Secret } from '../../../source/core/secrets/mask.ts';

const TOKEN = { name: 'TOKEN', value: 'ghp_aB3+/x"y\\z~Q9 é' };

const made = (...secrets: Secret[]): Mask => maskOf(secrets)!;
const through = (mask: Mask, text: string): string => Buffer.from(masked(mask, Buffer.from(text))).toString();

describe('masking', () => {
  it.each([
    ['as it is', TOKEN.value],
    ['in JSON', JSON.stringify(TOKEN.value).slice(1, -1)],
    ['in an address', encodeURIComponent(TOKEN.value)],
    ['in a form', new URLSearchParams({ a: TOKEN.value }).toString().slice(2)],
    ['in hexadecimal', Buffer.from(TOKEN.value).toString('hex')],
    ['in base64', Buffer.from(TOKEN.value).toString('base64').replace(/=+$/, '')],
    ['in base64url', Buffer.from(TOKEN.value).toString('base64url')],
  ])('SE2 takes a secret out %s', (_how, text) => {
    expect(through(made(TOKEN), `before ${text} after`)).toBe('before [vault:TOKEN] after');
  });

  it('SE2 takes it out of the middle of something in base64, as in a header for basic authentication', () => {
    for (const user of ['a', 'ab', 'abc', 'abcd']) {
      const text = Buffer.from(`${user}:${TOKEN.value}@`).toString('base64');
      const shown = through(made(TOKEN), text);
      expect(shown).toContain('[vault:TOKEN]');
      expect(Buffer.from(shown.replace('[vault:TOKEN]', ''), 'base64').toString()).not.toContain('B3+/x');
    }
  });

  it('SE2 takes a key of many lines out whole, and line by line', () => {
    const lines = ['-----BEGIN KEY-----', 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC', 'c2hvcnQ='];
    const mask = made({ name: 'KEY', value: lines.join('\n') });
    expect(through(mask, `<${lines.join('\n')}>`)).toBe('<[vault:KEY]>');
    expect(through(mask, `<${lines.join('\r\n')}>`)).toBe('<[vault:KEY]>');
    expect(through(mask, `  12 ${lines[1]}|`)).toBe('  12 [vault:KEY]|');
  });

  it('SE2 leaves nothing of a longer secret behind a shorter one inside it', () => {
    const mask = made({ name: 'SHORT', value: 'abcdef' }, { name: 'LONG', value: 'abcdefghij' });
    expect(through(mask, 'xabcdefghijx')).toBe('x[vault:LONG]x');
    expect(through(mask, 'xabcdefghx')).toBe('x[vault:SHORT]ghx');
    const ends = made({ name: 'A', value: '123456789' }, { name: 'B', value: '345678' });
    expect(through(ends, '-123456789-345678-12345678-')).toBe('-[vault:A]-[vault:B]-12[vault:B]-');
  });

  it('SE2 a secret is found wherever the stream is cut', () => {
    const secrets = [TOKEN, { name: 'AAA', value: 'aaaaaaa' }, { name: 'AB', value: 'aaabaaab' }];
    const mask = made(...secrets);
    const piece = fc.oneof(
      fc.constantFrom(...secrets.map(({ value }) => value)),
      fc.constantFrom('a', 'b', 'ghp_', 'ghp_aB3', 'aaab', ' '),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.array(fc.nat(200), { maxLength: 20 }),
        (parts, cuts) => {
          const bytes = Buffer.from(parts.join(''));
          const stream = new MaskedStream(mask);
          const out: Uint8Array[] = [];
          let from = 0;
          for (const cut of [...cuts].sort((a, b) => a - b)) {
            const to = Math.min(bytes.length, cut);
            out.push(stream.push(bytes.subarray(from, to)));
            from = Math.max(from, to);
          }
          out.push(stream.push(bytes.subarray(from)), stream.end());
          expect(Buffer.concat(out).toString()).toBe(Buffer.from(masked(mask, bytes)).toString());
          for (const { value } of secrets) expect(Buffer.concat(out).toString()).not.toContain(value);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('SE2 a stream that rests shows a few letters that may begin a secret, and never more of one', () => {
    const mask = made(TOKEN);
    const stream = new MaskedStream(mask);
    const shown = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
    expect(shown(stream.push(Buffer.from('$ gh')))).toBe('$ ');
    expect(stream.isHolding).toBe(true);
    expect(shown(stream.settle())).toBe('gh');
    expect(stream.isHolding).toBe(false);
    // It goes on and becomes one: only what was let go had been seen.
    expect(shown(stream.push(Buffer.from('p_aB')))).toBe('');
    expect(shown(stream.settle())).toBe('');
    expect(shown(stream.push(Buffer.from(`${TOKEN.value.slice(6)}!`)))).toBe('[vault:TOKEN]!');
    // Or it becomes something else, of which nothing is lost.
    expect(shown(stream.push(Buffer.from('ghp_aX')))).toBe('ghp_aX');
  });

  it('SE2 a value too short to be a secret masks nothing', () => {
    expect(maskOf([{ name: 'PIN', value: 'x'.repeat(MASKED_LENGTH_MIN - 1) }])).toBeNull();
    expect(maskOf([])).toBeNull();
  });
});
