/** The dialog that makes a rule, or a grant for a while, out of a request. */
import type { RulePreview } from '../core/approvals/preview-rule.ts';
import type { AskValue, RuleTarget } from '../wire/daemon-protocol.ts';
import { textField, type TextField } from './text-field.ts';

export type Proposals = AskValue['rule-proposals'];

/** Where it is written, or how long it is granted instead. */
export type AlwaysTarget =
  | { readonly type: 'file'; readonly target: RuleTarget }
  | { readonly type: 'grant'; readonly holder: 'run' | 'agent'; readonly days: number };

/** Long enough for a piece of work; what is wanted for longer is a rule, which stands where others see it. */
const GRANT_DAYS = 7;

export interface AlwaysForm {
  readonly proposals: Proposals['proposals'];
  readonly targets: readonly AlwaysTarget[];
  readonly target: number;
  readonly rule: TextField;
  /** What the rule as it stands would have changed; null: not looked up yet. */
  readonly preview: RulePreview | null;
}

export function alwaysForm({ proposals, targets }: Proposals): AlwaysForm {
  const [narrowest] = proposals;
  return {
    proposals,
    targets: [
      ...targets.map((target): AlwaysTarget => ({ type: 'file', target })),
      { type: 'grant', holder: 'run', days: GRANT_DAYS },
      { type: 'grant', holder: 'agent', days: GRANT_DAYS },
    ],
    target: 0,
    rule: textField(narrowest?.rule ?? ''),
    preview: narrowest?.preview ?? null,
  };
}

/** Which proposal the text is; -1 once somebody has changed it. */
export const proposalAt = ({ proposals, rule }: AlwaysForm): number =>
  proposals.findIndex((each) => each.rule === rule.text);

/** The next proposal, round and round; from a text of one's own the first. */
export function withProposal(form: AlwaysForm, by: number): AlwaysForm {
  const count = form.proposals.length;
  if (count === 0) return form;
  const at = proposalAt(form);
  const next = form.proposals[at === -1 ? 0 : (at + by + count) % count]!;
  return { ...form, rule: textField(next.rule), preview: next.preview };
}

export function withTarget(form: AlwaysForm, by: number): AlwaysForm {
  const count = form.targets.length;
  return { ...form, target: (form.target + by + count) % count };
}

/** The rule in other words: what it would have matched is to be looked up anew. */
export function withRuleText(form: AlwaysForm, rule: TextField): AlwaysForm {
  if (rule.text === form.rule.text) return { ...form, rule };
  const known = form.proposals.find((each) => each.rule === rule.text);
  return { ...form, rule, preview: known?.preview ?? null };
}
