import { classOf } from '../core/approvals/class-of.ts';
import { rank, RISK_LEVELS, type RiskLevel } from '../core/approvals/could.ts';
import { byRiskAndAge, riskOf } from '../core/approvals/risk-of.ts';
import { kindOf } from '../core/approvals/subject.ts';
import { isAwake } from '../core/approvals/snooze.ts';
import { isFinal, type Approval } from '../core/fleet.ts';
import { approvalLines, diffLines } from './approval-lines.ts';
import { EXIT, type Command } from './command.ts';
import { withDaemon } from './daemon-ask.ts';
import { printJson } from './print.ts';
import { textOption } from './text-option.ts';

export const command: Command = {
  name: 'approvals',
  summary: 'what waits for a person, in full',
  usage: 'fleet approvals [ID] [--agent A] [--risk LEVEL] [--all] [--json]',
  details:
    'The worst comes first, then what has waited longest. With an ID also what would change in files, against what they hold now.',
  arguments: [{ name: 'ID', description: 'only this one, with its diff', isOptional: true }],
  options: [
    { flags: '--agent <name>', description: 'only of this agent' },
    { flags: '--risk <level>', description: `only of this risk or worse: ${RISK_LEVELS.join(', ')}` },
    { flags: '-a, --all', description: 'decided and snoozed ones, too' },
    { flags: '--json', description: 'for programs' },
  ],
  async run(invocation) {
    const { stdout, stderr, options, positionals } = invocation;
    const [id] = positionals;
    const agent = textOption(options, 'agent');
    const risk = textOption(options, 'risk') ?? 'low';
    const least = RISK_LEVELS.find((level) => level === risk);
    if (least === undefined) {
      stderr.write(`fleet approvals: there is no risk "${risk}"; there are ${RISK_LEVELS.join(', ')}\n`);
      return EXIT.usage;
    }
    return withDaemon(invocation, async (daemon) => {
      const { fleet } = await daemon.ask({ type: 'fleet' });
      const now = Date.now();
      const isWanted = (approval: Approval): boolean =>
        id === undefined
          ? (agent === undefined || approval.agent === agent) &&
            (options['all'] === true || (approval.state === 'pending' && isAwake(approval, now)))
          : approval.id === id;
      const items = Object.values(fleet.approvals)
        .filter(isWanted)
        .map((approval) => ({ approval, level: riskOf(approval).level, requestedAt: approval.requestedAt }))
        .filter(({ level }) => id !== undefined || rank(level) >= rank(least))
        .sort(byRiskAndAge);
      if (id !== undefined && items.length === 0) {
        stderr.write(`fleet approvals: there is no approval ${id}; see: fleet approvals --all\n`);
        return EXIT.failed;
      }
      const detail =
        id === undefined ? undefined : await daemon.ask({ type: 'approval-detail', approval: id });
      if (options['json']) {
        const told = ({ approval }: { approval: Approval }) => ({
          ...approval,
          kind: kindOf(approval.subject),
          risk: riskOf(approval),
          class: classOf(approval),
          ...detail,
        });
        printJson(stdout, { approvals: items.map(told) });
        return EXIT.ok;
      }
      if (items.length === 0) stdout.write(nothing(fleet.approvals, least, agent));
      for (const { approval } of items) {
        const lines = approvalLines(approval, now);
        for (const change of detail?.changes ?? []) lines.push(`  changed since it was asked: ${change}`);
        for (const file of detail?.files ?? []) lines.push(...diffLines(file));
        if (approval.state === 'pending')
          lines.push(
            `  fleet approve ${approval.id} --hash ${approval.hash.slice(0, 12)}   fleet reject ${approval.id} -m "..."`,
          );
        if (approval.state === 'approved' && !isFinal(approval)) lines.push(`  fleet undo ${approval.id}`);
        stdout.write(`${lines.join('\n')}\n\n`);
      }
      return EXIT.ok;
    });
  },
};

function nothing(approvals: Readonly<Record<string, Approval>>, least: RiskLevel, agent?: string): string {
  const others = Object.values(approvals).filter(({ state }) => state === 'pending').length;
  if (others === 0) return 'nothing waits for you\n';
  const filter = [least === 'low' ? '' : `of ${least} risk or worse`, agent ? `of ${agent}` : '']
    .filter(Boolean)
    .join(' ');
  return `nothing ${filter || 'awake'} waits for you; ${others} other${others === 1 ? '' : 's'}: fleet approvals --all\n`;
}
