/** A request in lines of text: everything a person needs to decide on it, nothing raw. */
import { classOf } from '../core/approvals/class-of.ts';
import type { FileDiff } from '../core/approvals/diff-of.ts';
import { riskOf } from '../core/approvals/risk-of.ts';
import { shownAs } from '../core/approvals/subject.ts';
import type { Approval } from '../core/fleet.ts';
import { toldDecision } from '../core/policy-tools/told-decision.ts';
import { visible, visibleLines } from '../core/visible-text.ts';
import { age } from './print.ts';

export function approvalLines(approval: Approval, now: number): string[] {
  const { id, agent, run, subject, cwd, branch, reason, hash, requestedAt, expiresAt, state } = approval;
  const { tool, input, subagent } = shownAs(subject);
  const { level, could } = riskOf(approval);
  const left = state === 'pending' ? `${age(expiresAt - now)} left` : state;
  const who = subagent === null ? '' : ` (sub-agent ${subagent})`;
  const lines = [
    visible(`${id}  ${agent}  ${tool}${who}  risk ${level}  ${age(now - requestedAt)} ago, ${left}`),
    ...visibleLines(JSON.stringify(input, null, 2)).split('\n'),
  ];
  const about = (label: string, text: string) => lines.push(`${label.padEnd(7)}${visible(text)}`);
  for (const { what } of could) about('could', what);
  about('run', run);
  about('in', `${cwd}${branch ? `, branch ${branch}` : ''}`);
  about('why', reason);
  if (approval.decidedBy) about('by', toldDecision(approval.decidedBy));
  if (approval.supersedes) about('again', `${approval.supersedes} was approved and then the world changed`);
  const { votes, approvers } = approval.needs;
  if (votes > 1 || approvers)
    about(
      'needs',
      `${votes} ${votes === 1 ? 'yes' : 'different people'}${approvers ? ` of ${approvers.join(', ')}` : ''}; has ${approval.votes.length}`,
    );
  if (approval.snoozedUntil !== null && approval.snoozedUntil > now)
    about('asleep', `for ${age(approval.snoozedUntil - now)}`);
  about('class', classOf(approval));
  about('hash', hash);
  return lines.map((line, at) => (at === 0 ? line : `  ${line}`));
}

export function diffLines(file: FileDiff): string[] {
  const lines = [`${file.path}: ${file.problem ?? `${file.change}, +${file.added} -${file.removed}`}`];
  for (const { oldStart, newStart, lines: hunk } of file.hunks)
    lines.push(oldStart === 0 && newStart === 0 ? '@@' : `@@ -${oldStart} +${newStart} @@`, ...hunk);
  return lines.map((line) => `  ${visible(line)}`);
}
