/**
 * Cases beside the corpus: published bypasses of other agents' permission systems, GTFOBins, and what agents
 * do all day. Each says where it comes from.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseCases } from '../../source/core/policy-tools/case-file.ts';
import { runCase } from '../../source/core/policy-tools/run-cases.ts';
import type { CaseOutcome } from '../../source/core/policy-tools/run-cases.ts';

const { cases, problems } = parseCases(readFileSync(join(import.meta.dirname, 'more-cases.jsonl'), 'utf8'));
const outcomes = cases.map(runCase);

test('every line of the cases is one, with a name of its own', () => {
  expect(problems).toEqual([]);
  expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
});

test('PE4 nothing that bypassed another permission system is allowed here', () => {
  expect(failed('unsafe')).toEqual([]);
});

test('PE1 what agents do all day is not asked for', () => {
  expect(failed('overAsk')).toEqual([]);
});

test('a matter of judgement is decided as the case would have it', () => {
  const soft = outcomes.filter(({ failure, policyCase }) => failure !== null && policyCase.isSoft);
  expect(soft.map(({ policyCase }) => policyCase.id)).toEqual([]);
});

function failed(kind: NonNullable<CaseOutcome['failure']>): string[] {
  return outcomes
    .filter(({ failure, policyCase }) => failure === kind && !policyCase.isSoft)
    .map(
      ({ policyCase: { id, tier, input }, judgement }) =>
        `${id} ${tier} ${JSON.stringify(input)}: ${judgement.verdict}, ${judgement.reason}`,
    );
}
