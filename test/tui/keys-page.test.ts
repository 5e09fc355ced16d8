/** docs/keys.md is printed from the table of keys; `vitest run test/tui/keys-page.test.ts -u` prints it again. */
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { CONTEXTS, KEYS, type KeyRow } from '../../source/tui/keys.ts';

const PAGE = resolve(import.meta.dirname, '..', '..', 'docs', 'keys.md');

it('UI6 the page of keys says what the table says', async () => {
  const rows: readonly KeyRow[] = KEYS;
  const section = (context: string): string =>
    [
      `## ${context}`,
      '',
      '| action | keys | what it does |',
      '|---|---|---|',
      ...rows
        .filter(({ contexts }) => contexts.some((each) => each === context))
        .map(({ action, keys, help }) => `| \`${action}\` | ${keys.map(code).join(' ')} | ${help} |`),
      '',
    ].join('\n');
  const head = [
    '# Keys',
    '',
    'Every action of the control room with the keys it has from the start, by where they hold; `?` shows the same. An',
    "action's name is what `keys` in [settings.json](configuration.md) binds to other keys.",
    '',
  ];
  await expect([...head, ...CONTEXTS.map(section)].join('\n')).toMatchFileSnapshot(PAGE);
});

const code = (key: string): string => (key === '|' ? '`\\|`' : `\`${key}\``);
