/** Making a rule, or a grant for a while, out of a request: what is asked of the daemon, in which order. */
import { randomUUID } from 'node:crypto';
import type { RulePreview } from '../core/approvals/preview-rule.ts';
import { DaemonError } from '../wire/daemon-client.ts';
import type { RuleAsk } from '../wire/daemon-protocol.ts';
import type { DaemonLink } from './links/daemon-link.ts';
import type { Intent } from './ui-input.ts';

const GONE = 'the run of this request is gone';

/** What the rule would have changed; null when its request is gone. */
export async function previewOf(
  daemon: DaemonLink,
  { approval, rule }: Intent & { type: 'preview' },
): Promise<RulePreview | null> {
  const about = ruleFor(daemon, approval, rule);
  return about && daemon.ask({ type: 'rule-preview', ...about });
}

/** Writes or grants it, then approves the request it comes from. Resolves with what was done, in words. */
export async function allowAlways(
  daemon: DaemonLink,
  { approval, hash, rule, target }: Intent & { type: 'always' },
): Promise<string> {
  const about = ruleFor(daemon, approval, rule);
  if (!about) throw new DaemonError('NO_RUN', GONE);
  const reason = `always allowed from request ${approval}`;
  let words: string;
  if (target.type === 'file') {
    const { to } = target.target;
    const agent = to === 'agent' ? about.agent : null;
    const { file } = await daemon.ask({ type: 'add-rule', ...about, agent, to, reason, approval });
    words = `allow ${rule} stands in ${file}`;
  } else {
    const { run } = daemon.fleet.approvals[approval]!;
    const holder =
      target.holder === 'run'
        ? ({ type: 'run', run } as const)
        : ({ type: 'agent', project: about.project, agent: about.agent } as const);
    await daemon.ask({ type: 'grant', rule, holder, days: target.days, reason, approval });
    words = `allow ${rule} is granted for ${target.days} days; ctrl+g lists grants`;
  }
  await approve(daemon, approval, hash);
  return words;
}

/** The new rule may have answered the request already. */
async function approve(daemon: DaemonLink, approval: string, hash: string): Promise<void> {
  const answer = { verdict: 'approved', hash, editedInput: null, message: '' } as const;
  try {
    await daemon.ask({ type: 'decide', approval, ...answer, decision: randomUUID() });
  } catch (error) {
    if (!(error instanceof DaemonError) || error.code !== 'DECIDED') throw error;
  }
}

function ruleFor(
  { fleet }: DaemonLink,
  approval: string,
  rule: string,
): (RuleAsk & { readonly agent: string }) | null {
  const run = fleet.runs[fleet.approvals[approval]?.run ?? ''];
  return run ? { project: run.project, agent: run.agent, effect: 'allow', rule } : null;
}
