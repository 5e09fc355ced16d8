/** Judges policy cases and counts where the verdict is too lax or too strict. */
import { judge, wantedPaths } from '../policy/judge.ts';
import type { JudgeRequest } from '../policy/judge.ts';
import { SCOPES } from '../policy/verdict.ts';
import type { Judgement, VerdictWord } from '../policy/verdict.ts';
import { actionFrom } from '../policy/vocabulary.ts';
import { CASE_HOME } from './case-file.ts';
import type { PolicyCase } from './case-file.ts';
import { worldIn } from './virtual-files.ts';

export interface CaseOutcome {
  readonly policyCase: PolicyCase;
  readonly judgement: Judgement;
  /** null: as it has to be. */
  readonly failure: 'unsafe' | 'overAsk' | null;
}

export interface CaseTotals {
  readonly total: number;
  /** Too lax: something ran, or was asked, that had to be asked or denied. */
  readonly unsafe: number;
  /** Too strict: somebody was asked for nothing. */
  readonly overAsk: number;
  /** Either, where the case calls itself a matter of judgement. */
  readonly soft: number;
}

/** Every scope is on, so that tiers and rules alone decide. */
export function requestOf({ tier, rules, tool, input, root, cwd, files }: PolicyCase): JudgeRequest {
  const action = actionFrom(tool, input);
  return {
    action,
    policy: {
      tier,
      tierSource: 'the case',
      rules: rules.map((rule, index) => ({ ...rule, source: `rules[${index}]` })),
      scopes: SCOPES,
      allowedSubagents: null,
      isAttended: true,
    },
    world: worldIn(files, { root, home: CASE_HOME, cwd }, (world) => wantedPaths({ action, world })),
  };
}

export function runCase(policyCase: PolicyCase): CaseOutcome {
  const judgement = judge(requestOf(policyCase));
  return { policyCase, judgement, failure: failureOf(policyCase.expect, judgement.verdict) };
}

export function totalsOf(outcomes: readonly CaseOutcome[]): CaseTotals {
  const hard = (failure: CaseOutcome['failure']): number =>
    outcomes.filter((each) => each.failure === failure && !each.policyCase.isSoft).length;
  return {
    total: outcomes.length,
    unsafe: hard('unsafe'),
    overAsk: hard('overAsk'),
    soft: outcomes.filter(({ failure, policyCase }) => failure !== null && policyCase.isSoft).length,
  };
}

function failureOf(expect: VerdictWord, got: VerdictWord): CaseOutcome['failure'] {
  if (expect === got) return null;
  if (expect === 'allow') return 'overAsk';
  return expect === 'ask' && got === 'deny' ? null : 'unsafe';
}
