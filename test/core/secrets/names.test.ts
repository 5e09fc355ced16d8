import { describe, expect, it } from 'vitest';
import { nameProblem, referencesIn, withValues } from '../../../source/core/secrets/names.ts';

describe('references to secrets', () => {
  const input = {
    command: 'curl -H "Authorization: {{vault:TOKEN}}" {{ vault:URL }}/{{vault:TOKEN}}',
    deep: [{ text: '{{vault:OTHER}}' }, 3, null],
  };

  it('SE4 are found anywhere in an input, each once', () => {
    expect(referencesIn(input)).toEqual(['TOKEN', 'URL', 'OTHER']);
    expect(referencesIn({ a: '{{vault}} {vault:X} {{vault:}}' })).toEqual(['']);
  });

  it('SE4 become values in one pass: a value that looks like a reference is not looked up again', () => {
    const values = new Map([
      ['TOKEN', '{{vault:URL}}'],
      ['URL', '$& https://x'],
    ]);
    expect(withValues(input, values)).toEqual({
      command: 'curl -H "Authorization: {{vault:URL}}" $& https://x/{{vault:URL}}',
      deep: [{ text: '{{vault:OTHER}}' }, 3, null],
    });
  });

  it('SE4 name only what can be a name', () => {
    for (const name of ['TOKEN', 'npm_token', '_A1']) expect(nameProblem(name)).toBeNull();
    for (const name of ['', '1A', 'A-B', 'A B', 'ü', 'A'.repeat(65), '../x'])
      expect(nameProblem(name)).not.toBeNull();
  });
});
