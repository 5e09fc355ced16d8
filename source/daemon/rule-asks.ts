/** What people ask about rules: which would have answered a request, what one would change, and to write it down. */
import { join, relative } from 'node:path';
import type { Rule } from '../core/agent.ts';
import { isCovered, previewRule, type RulePreview } from '../core/approvals/preview-rule.ts';
import { proposeRules } from '../core/approvals/propose-rules.ts';
import { withoutRule, withRule, type RulesOf } from '../core/approvals/rule-file.ts';
import { parseAgentFile } from '../core/config/agent-file.ts';
import { parseFleetFile } from '../core/config/fleet-file.ts';
import { parsePolicyFile } from '../core/config/policy-file.ts';
import { hasErrors, problemLine, type Problem } from '../core/config/problem.ts';
import { policyOfRun } from '../core/permissions/judge-call.ts';
import { definitionOf } from '../core/permissions/policy-of.ts';
import { parseRule } from '../core/policy/rule.ts';
import { FileChanged, replaceFile } from '../io/files/replace-file.ts';
import { readConfigFile } from '../io/files/config-file.ts';
import { FLEET_FILE } from '../io/files/project-files.ts';
import type { Store } from '../io/store/store.ts';
import type { Ask, AskValue, RuleAsk, RuleTarget, RuleWritten } from '../wire/daemon-protocol.ts';
import { AskRefused } from './clients.ts';
import type { Configuration } from './configuration.ts';
import type { Loop } from './loop.ts';
import { recordedAsks } from './recorded-asks.ts';
import { worldOf } from './world.ts';

/** As far back as habits are still the same. */
const HISTORY_MS = 30 * 86_400_000;

export interface RuleAsksOptions {
  readonly loop: Loop;
  readonly store: Store;
  readonly configuration: Configuration;
  readonly policyFile: string;
}

interface Place {
  /** Absolute. */
  readonly file: string;
  readonly whose: RulesOf;
  readonly words: string;
}

export class RuleAsks {
  readonly #options: RuleAsksOptions;

  constructor(options: RuleAsksOptions) {
    this.#options = options;
  }

  async proposals(id: string): Promise<AskValue['rule-proposals']> {
    const { loop } = this.#options;
    const approval = loop.fleet.approvals[id];
    const run = approval && loop.fleet.runs[approval.run];
    if (!approval || !run)
      throw new AskRefused('NO_APPROVAL', `there is no approval ${id}; see: fleet approvals --all`);
    const { subject, cwd } = approval;
    if (subject.type !== 'tool-call')
      throw new AskRefused(
        'NO_RULE',
        subject.type === 'scope'
          ? `${id} asks for a scope, which no rule gives; grant it to the run: fleet scope grant`
          : `${id} asks for a host, which no rule gives; name it in fleet.yaml: network: [${subject.host}]`,
      );
    const { vendor, call } = subject;
    const world = await worldOf(run, call, cwd);
    const policy = policyOfRun(loop.fleet, run);
    const covers = (rule: string): boolean => isCovered({ policy, rule, vendor, call, world });
    const rules = proposeRules({ subject, cwd, root: world.root, covers });
    const proposals = [];
    for (const proposal of rules) {
      const { rule } = proposal;
      const preview = await this.preview({ project: run.project, agent: run.agent, effect: 'allow', rule });
      proposals.push({ ...proposal, preview });
    }
    return { proposals, targets: this.#targets(run.project, run.agent) };
  }

  async preview({ project, agent, effect, rule }: RuleAsk): Promise<RulePreview> {
    requireRule(rule);
    const { loop, store } = this.#options;
    const events = await recordedAsks(store, Date.now() - HISTORY_MS, [
      'tool-judged',
      'approval-requested',
      'approval-decided',
    ]);
    return previewRule({ fleet: loop.fleet, project, agent, rule: { effect, rule }, events });
  }

  async write(ask: Extract<Ask, { type: 'add-rule' | 'remove-rule' }>, actor: string): Promise<RuleWritten> {
    const { loop, configuration } = this.#options;
    requireRule(ask.rule);
    if (ask.reason.trim() === '')
      throw new AskRefused('NO_REASON', 'say why: --reason TEXT; it stays in the log');
    await configuration.requireProject(ask.project);
    const place = this.#placeOf(ask);
    const rule: Rule = { effect: ask.effect, rule: ask.rule.trim() };
    const isAdded = ask.type === 'add-rule';
    const before = await readConfigFile(place.file);
    const edited = (isAdded ? withRule : withoutRule)(before ?? '', place.whose, rule);
    const name = relative(ask.project, place.file).startsWith('..')
      ? place.file
      : relative(ask.project, place.file);
    if (edited.type === 'refused') throw new AskRefused('CONFIG', `${name}: ${edited.message}`);
    if (edited.type === 'same') return { file: place.file, whose: place.words, isSame: true };
    const problems = problemsIn(edited.text, name, place.whose);
    if (hasErrors(problems)) throw new AskRefused('CONFIG', problems.map(problemLine).join('\n'));
    try {
      await replaceFile(place.file, { before, after: edited.text });
    } catch (error) {
      if (error instanceof FileChanged) throw new AskRefused('CHANGED', error.message);
      throw error;
    }
    await loop.submit(
      {
        type: 'rule-changed',
        change: isAdded ? 'added' : 'removed',
        file: place.file,
        whose: place.words,
        project: place.whose.type === 'policy' ? null : ask.project,
        effect: rule.effect,
        rule: rule.rule,
        reason: ask.reason,
        approval: ask.approval,
      },
      actor,
    );
    // It holds from now on, not from the next call on.
    await configuration.refresh(ask.project);
    return { file: place.file, whose: place.words, isSame: false };
  }

  #targets(project: string, agent: string): readonly RuleTarget[] {
    const target = (to: RuleTarget['to']): RuleTarget[] => {
      try {
        const { file, words } = this.#placeOf({ to, project, agent });
        return [{ to, file, words }];
      } catch {
        // A command without a file has no rules of its own.
        return [];
      }
    };
    return [...target('agent'), ...target('defaults'), ...target('global')];
  }

  #placeOf({ to, project, agent }: Pick<RuleAsk, 'project' | 'agent'> & { readonly to: string }): Place {
    const { loop, policyFile } = this.#options;
    const fleetFile = join(project, FLEET_FILE);
    if (to === 'global' || to === 'policy.yaml' || to === policyFile)
      return { file: policyFile, whose: { type: 'policy' }, words: 'every agent of every project' };
    const sources = (agent === null ? undefined : definitionOf(loop.fleet, project, agent))?.sources ?? [];
    const files = sources.map((source) => source.replace(/:\d+$/, ''));
    if (to === 'defaults') {
      if (!loop.fleet.projects[project])
        throw new AskRefused('NO_PLACE', `${project} has no ${FLEET_FILE}; fleet init writes one`);
      return { file: fleetFile, whose: { type: 'defaults' }, words: 'every agent of this project' };
    }
    if (agent === null) throw new AskRefused('USAGE', `name the agent whose rules in ${to} are meant`);
    const file =
      to === 'agent' ? files[0] : files.find((known) => known === to || join(project, known) === to);
    if (file === undefined)
      throw new AskRefused(
        'NO_PLACE',
        files.length === 0
          ? `${agent} is described in no file of ${project}; write the rule for every agent: --to global`
          : `${agent} is described in ${files.join(' and ')}, not in ${to}`,
      );
    const whose: RulesOf = file.endsWith('.md') ? { type: 'agent-file' } : { type: 'agent', name: agent };
    return { file: join(project, file), whose, words: `agent ${agent}` };
  }
}

function requireRule(rule: string): void {
  const parsed = parseRule(rule);
  if ('problem' in parsed) throw new AskRefused('RULE', parsed.problem);
}

/** What would be wrong with the file: nothing is written that could not be read again. */
function problemsIn(text: string, name: string, whose: RulesOf): readonly Problem[] {
  switch (whose.type) {
    case 'policy':
      return parsePolicyFile(text, name).problems;
    case 'agent-file':
      return parseAgentFile(text, name).problems;
    case 'agent':
    case 'defaults':
      return parseFleetFile(text, name).problems;
    default:
      return whose satisfies never;
  }
}
