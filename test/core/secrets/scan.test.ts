import { expect, test } from 'vitest';
import { isEnvironmentFile, secretsIn } from '../../../source/core/secrets/scan.ts';

/** Put together here, so that no scanner takes this file for a leak. */
const of = (...parts: string[]) => parts.join('');
const LETTERS = 'aB3dE5gH7jK9mN1pQ2sT4vW6yZ8bC0dF2gJ4';

test.each([
  ['private key', of('-----BEGIN OPENSSH ', 'PRIVATE KEY-----')],
  ['AWS access key', of('AKIA', 'Q3EGRZTFXMJY5OPW')],
  ['GitHub token', of('ghp_', LETTERS)],
  ['GitHub token', of('github_pat_', LETTERS, LETTERS)],
  ['Anthropic key', of('sk-ant-', 'api03-', LETTERS)],
  ['OpenAI key', of('sk-proj-', LETTERS, 'T3Blbk', 'FJ', LETTERS)],
  ['Google key', of('AIza', LETTERS.slice(0, 35))],
  ['Slack token', of('xoxb-', '2481632-', LETTERS)],
  ['Stripe key', of('sk_live_', LETTERS)],
  ['npm token', of('npm_', LETTERS)],
  ['JSON web token', of('eyJ', LETTERS, '.eyJ', LETTERS, '.', LETTERS)],
  ['assigned secret', of('DATABASE_PASSWORD: "', LETTERS, '"')],
])('SE5 finds a %s, with its line and without its value', (kind, text) => {
  const found = secretsIn(`first\nkey = ${text}\nlast`);
  expect(found).toMatchObject([{ line: 2, kind }]);
  expect(found[0]!.shown).toMatch(/^.{4}… \(\d+ characters\)$/);
});

test.each([
  'const token = process.env.GITHUB_TOKEN;',
  'password: changeme-please-0123456789',
  'secretName: my-service-credentials-v2',
  'const tokens = countTokensInConversation(messages);',
  'api_key = "your-api-key-goes-here-1234"',
  'commit 8f14e45fceea167a5a36dedd4bea2543',
  'integrity "sha512-aB3dE5gH7jK9mN1pQ2sT4vW6yZ8bC0dF2gJ4=="',
  'tokenizer: tiktoken/cl100k_base.version-2.1.0',
])('SE5 takes no secret from: %s', (text) => {
  expect(secretsIn(text)).toEqual([]);
});

test('SE5 knows files of environments by their names', () => {
  const names = ['.env', 'a/.env.production', '.envrc', '.env.example', 'env.ts', 'x.env.ts'];
  expect(names.map(isEnvironmentFile)).toEqual([true, true, true, false, false, false]);
});

test('SE5 stays quick on a line without an end', () => {
  const began = performance.now();
  secretsIn(`token_${'a'.repeat(2_000_000)}`);
  expect(performance.now() - began).toBeLessThan(500);
});
