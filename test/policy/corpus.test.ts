/**
 * The corpus of tool calls: hostile ones that must never be allowed and everyday ones that must not ask, one
 * JSON object a line. `soft` cases are judgement calls; those decided otherwise are listed with a reason.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SOFT_DIFFERENCES } from './soft-differences.ts';
import { judgedCase, outcomeOf, type PolicyCase } from './virtual-repo.ts';

const cases = read('corpus.jsonl');
const own = read('own-cases.jsonl');

describe('PE4 the corpus of tool calls', () => {
  it('is whole', () => {
    const ids = [...cases, ...own].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(cases.length).toBe(723);
    expect(cases.filter(({ expect: wanted }) => wanted === 'allow').length).toBe(231);
  });

  it('lets nothing through that must ask or be denied', () => {
    expect(failures('unsafe')).toEqual([]);
  });

  it('asks for nothing that must be allowed', () => {
    expect(failures('over-ask')).toEqual([]);
  });

  it('differs from the judgement calls only where a reason says why', () => {
    const different = [...cases, ...own]
      .filter((each) => each.soft && outcomeOf(each.expect, judgedCase(each).verdict) !== 'right')
      .map(({ id }) => id);
    expect(different.sort()).toEqual(Object.keys(SOFT_DIFFERENCES).sort());
  });

  it('gives each verdict a reason and visible, short parts', () => {
    for (const each of [...cases, ...own]) {
      const { verdict, reason, parts, decidedBy } = judgedCase(each);
      expect(reason, each.id).not.toBe('');
      expect(
        parts.some((part) => part.verdict === verdict && part.decidedBy === decidedBy),
        each.id,
      ).toBe(true);
      for (const { text } of parts) {
        expect(text.length, each.id).toBeLessThanOrEqual(200);
        expect(text, each.id).not.toMatch(/[^\P{C}]/u);
      }
    }
  });
});

function failures(kind: 'unsafe' | 'over-ask'): readonly string[] {
  return [...cases, ...own].flatMap((each) => {
    if (each.soft) return [];
    const { verdict, reason } = judgedCase(each);
    if (outcomeOf(each.expect, verdict) !== kind) return [];
    return [`${each.id} ${JSON.stringify(each.input).slice(0, 200)}: ${verdict}, because ${reason}`];
  });
}

function read(name: string): readonly PolicyCase[] {
  const text = readFileSync(join(import.meta.dirname, name), 'utf8');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as PolicyCase);
}
