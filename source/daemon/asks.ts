/** What people's clients ask, carried out: each ask becomes inputs to the loop, or a look at the state. */
import { basename } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { AgentDefinition, Vendor } from '../core/agent.ts';
import { pendingApprovals, isEnded, isLive, type Run } from '../core/fleet.ts';
import type { Input } from '../core/input.ts';
import { networkPaths } from '../core/network/paths.ts';
import type { Store } from '../io/store/store.ts';
import type { Ask, AskValue, DaemonFacts } from '../wire/daemon-protocol.ts';
import { ApprovalAsks } from './approval-asks.ts';
import { AskRefused } from './clients.ts';
import type { Collector } from './collector.ts';
import type { Configuration } from './configuration.ts';
import type { Loop, Outcome } from './loop.ts';
import type { Notifier } from './notifier.ts';
import { adHocAgent, type Performer } from './performer.ts';
import { PermissionAsks } from './permission-asks.ts';
import { loadProject } from './projects.ts';
import type { Brain } from './brain.ts';
import type { Evidence } from './evidence.ts';
import { RiskAsks } from './risk-asks.ts';
import { answerVault, requireNoSecret } from './vault-asks.ts';
import type { Egresses } from './egress.ts';
import type { Models } from './models.ts';
import type { VaultKeeper } from './vault-keeper.ts';
import { RuleAsks } from './rule-asks.ts';
import type { ScreensLink } from './screens-link.ts';
import type { Sessions } from './sessions.ts';
import { discardWorktree, listRunWorktrees } from './worktrees.ts';

/** Between a paste and its Enter: agents take what arrives at once for part of the paste. */
const ENTER_AFTER_MS = 80;
const PASTE_START = '\u001b[200~';
const PASTE_END = '\u001b[201~';

export interface AsksOptions {
  readonly loop: Loop;
  readonly store: Store;
  readonly sessions: Sessions;
  readonly screens: ScreensLink;
  readonly performer: Performer;
  readonly collector: Collector;
  readonly configuration: Configuration;
  readonly notifier: Notifier;
  /** policy.yaml */
  readonly policyFile: string;
  readonly vault: VaultKeeper;
  readonly models: Models;
  readonly egresses: Egresses;
  readonly brain: Brain;
  readonly evidence: Evidence;
  facts(): DaemonFacts;
  rebuild(): { readonly events: number; readonly words: string };
  shutdown(): void;
}

export class Asks {
  readonly #options: AsksOptions;
  readonly #approvals: ApprovalAsks;
  readonly #rules: RuleAsks;
  readonly #permissions: PermissionAsks;
  readonly #risk: RiskAsks;

  constructor(options: AsksOptions) {
    this.#options = options;
    this.#approvals = new ApprovalAsks(options);
    this.#rules = new RuleAsks(options);
    this.#permissions = new PermissionAsks(options);
    this.#risk = new RiskAsks(options);
  }

  /** Throws AskRefused with words for the person; any other error is the world failing. */
  async answer(ask: Ask, actor: string): Promise<AskValue[keyof AskValue]> {
    const { loop, store } = this.#options;
    switch (ask.type) {
      case 'start':
        return this.#start(ask, actor);
      case 'stop':
        await this.#submit({ type: 'stop-run', run: this.#find(ask.run).id, reason: ask.reason }, actor);
        return {};
      case 'restart': {
        const run = this.#find(ask.run);
        await this.#options.configuration.requirePolicy();
        await this.#requireModel(run);
        this.#options.performer.keepEnvironment(run.id, ask.environment);
        await this.#submit({ type: 'restart-run', run: run.id }, actor);
        return {};
      }
      case 'send':
        return this.#send(ask, actor);
      case 'decide':
        return this.#approvals.decide(ask, actor);
      case 'decide-batch':
        return this.#approvals.decideBatch(ask, actor);
      case 'rule-proposals':
        return this.#rules.proposals(ask.approval);
      case 'rule-preview':
        return this.#rules.preview(ask);
      case 'add-rule':
      case 'remove-rule':
        return this.#rules.write(ask, actor);
      case 'grant':
        return this.#approvals.grant(ask, actor);
      case 'revoke-grant':
        await this.#submit(ask, actor);
        return {};
      case 'approval-stats':
        return this.#approvals.stats(ask.since);
      case 'notify-test':
        return this.#options.notifier.test();
      case 'undo':
        await this.#submit({ type: 'undo', approval: ask.approval }, actor);
        return {};
      case 'snooze':
        await this.#submit({ type: 'snooze', approval: ask.approval, until: ask.until }, actor);
        return {};
      case 'approval-detail':
        return this.#approvals.detail(ask.approval);
      case 'grant-scope':
      case 'revoke-scope':
        return this.#permissions.answer({ ...ask, run: this.#find(ask.run).id }, actor);
      case 'set-tier':
      case 'set-default-tier':
        return this.#permissions.answer(ask, actor);
      case 'risk':
      case 'quarantine':
      case 'quarantine-detail':
      case 'release':
      case 'let-go':
      case 'reset-budget':
        return this.#risk.answer(ask, actor);
      case 'vault-status':
      case 'vault-set':
      case 'vault-remove':
      case 'vault-unlock':
        return answerVault(this.#options.vault, ask);
      case 'network': {
        const { egresses, models } = this.#options;
        const open = { proxies: egresses.sessions, models: models.sessions };
        return { paths: networkPaths(loop.fleet, open) };
      }
      case 'configure': {
        const { project, problems } = await loadProject(ask.project);
        if (project) await loop.submit({ type: 'configure', project }, actor);
        return { problems };
      }
      case 'worktrees':
        return { worktrees: await listRunWorktrees(loop.fleet, ask.project) };
      case 'discard-worktree':
        return this.#discard(ask, actor);
      case 'fleet':
        return { fleet: loop.fleet, daemon: this.#options.facts() };
      case 'log':
        return { events: store.read(logQuery(ask)) };
      case 'verify-log': {
        const { ok, sentences, checked } = await store.verifySlowly();
        return { isIntact: ok, words: sentences.join('\n'), events: checked };
      }
      case 'rebuild':
        return this.#options.rebuild();
      case 'backup':
        return store.backup();
      case 'shutdown':
        // After the answer has left.
        if (ask.isComplete) this.#options.screens.end();
        setImmediate(() => this.#options.shutdown());
        return {};
      default:
        return ask satisfies never;
    }
  }

  async #submit(input: Input, actor: string): Promise<Outcome> {
    const outcome = await this.#options.loop.submit(input, actor);
    if (outcome.refusal) throw new AskRefused(outcome.refusal.code, outcome.refusal.message);
    return outcome;
  }

  /** A run by its id, or by the beginning of it or its agent's name where that is only one. */
  #find(name: string): Run {
    // Every id begins with nothing.
    if (name === '') throw new AskRefused('NO_RUN', 'name a run; see: fleet ls');
    const runs = Object.values(this.#options.loop.fleet.runs);
    const exact = runs.find((run) => run.id === name || run.session === name);
    if (exact) return exact;
    const live = runs.filter((run) => isLive(run) && (run.agent === name || run.id.startsWith(name)));
    if (live.length === 1) return live[0]!;
    if (live.length > 1)
      throw new AskRefused(
        'AMBIGUOUS',
        `${name} may be ${live.map((run) => run.id).join(' or ')}; name the run`,
      );
    const ended = runs.filter((run) => run.agent === name || run.id.startsWith(name));
    const latest = ended.sort((a, b) => b.requestedAt - a.requestedAt)[0];
    if (latest) return latest;
    throw new AskRefused('NO_RUN', `there is no run ${name}; see: fleet ls`);
  }

  async #start(ask: Extract<Ask, { type: 'start' }>, actor: string): Promise<AskValue['start']> {
    await this.#options.configuration.requirePolicy();
    const agent = await this.#agentFor(ask, actor);
    await requireNoSecret(this.#options.vault, ask.project, ask.task);
    await this.#requireModel({ project: ask.project, agent: agent.name, vendor: agent.vendor });
    const worktree = ask.worktree ?? agent.worktree;
    const { events } = await this.#submit(
      {
        type: 'start-run',
        project: ask.project,
        agent: { ...agent, worktree },
        task: ask.task,
        columns: clampSize(ask.columns),
        rows: clampSize(ask.rows),
        isAttended: ask.isAttended ?? true,
      },
      actor,
    );
    const requested = events[0]!.event;
    if (requested.type !== 'run-requested') throw new AskRefused('FAILED', 'the run was not requested');
    this.#options.performer.keepEnvironment(requested.run, ask.environment);
    return { run: requested.run };
  }

  async #requireModel(who: Pick<Run, 'project' | 'agent' | 'vendor'>): Promise<void> {
    try {
      await this.#options.models.requireKey(who);
    } catch (error) {
      throw new AskRefused('NO_KEY', error instanceof Error ? error.message : String(error));
    }
  }

  async #agentFor(ask: Extract<Ask, { type: 'start' }>, actor: string): Promise<AgentDefinition> {
    if (ask.agent === null) {
      const program = ask.command[0];
      if (!program) throw new AskRefused('USAGE', 'nothing to start: name an agent or a command');
      const name = nameOf(isShellLine(ask.command) ? firstWord(ask.command[2]!) : program);
      const vendor: Vendor = name === 'claude' ? 'claude' : 'command';
      // What the project's file forbids everybody it forbids this, too.
      if (vendor !== 'command') await this.#options.configuration.requireProject(ask.project);
      return adHocAgent({ name, vendor, command: ask.command, worktree: vendor !== 'command' });
    }
    const { project, problems } = await loadProject(ask.project);
    if (!project) throw new AskRefused('CONFIG', problems.join('\n'));
    await this.#options.loop.submit({ type: 'configure', project }, actor);
    const agent = project.agents.find(({ name }) => name === ask.agent);
    if (agent) return agent;
    const names = project.agents.map(({ name }) => name).join(', ') || 'none';
    throw new AskRefused('NO_AGENT', `${project.name} has no agent ${ask.agent}; it has: ${names}`);
  }

  async #send(ask: Extract<Ask, { type: 'send' }>, actor: string): Promise<AskValue['send']> {
    const { loop, sessions, screens } = this.#options;
    const run = this.#find(ask.run);
    if (!isLive(run) || !run.session)
      throw new AskRefused('NOT_LIVE', `run ${run.id} has ended; nobody reads there`);
    const waiting = pendingApprovals(loop.fleet).find((approval) => approval.session === run.session);
    if (waiting)
      throw new AskRefused(
        'WAITING',
        `${run.agent} waits for approval ${waiting.id}; decide on it first, then send`,
      );
    await requireNoSecret(this.#options.vault, run.project, ask.text);
    const text = ask.text.replaceAll(PASTE_START, '').replaceAll(PASTE_END, '');
    const isPasteWanted = await screens.wantsBracketedPaste(run.session);
    const typed = await sessions.type(
      run.session,
      Buffer.from(isPasteWanted ? PASTE_START + text + PASTE_END : text),
    );
    if (typed !== 'written')
      throw new AskRefused(
        'NOT_TYPED',
        `${run.agent} does not read what is typed (${typed}); nothing was submitted`,
      );
    let delivery: 'typed' | 'submitted' = 'typed';
    if (ask.isSubmitted) {
      await after(ENTER_AFTER_MS);
      if ((await sessions.type(run.session, Buffer.from('\r'))) === 'written') delivery = 'submitted';
    }
    await this.#submit({ type: 'text-sent', run: run.id, characters: text.length, delivery }, actor);
    return { delivery };
  }

  async #discard(
    ask: Extract<Ask, { type: 'discard-worktree' }>,
    actor: string,
  ): Promise<AskValue['discard-worktree']> {
    const run = this.#find(ask.run);
    // Before anything is deleted: what it committed is nowhere else yet.
    if (isEnded(run)) await this.#collect(run, ask.isForced);
    const salvage = await discardWorktree(run, ask.isForced);
    await this.#options.collector.forget(run);
    await this.#submit({ type: 'worktree-removed', run: run.id, isForced: ask.isForced }, actor);
    return { salvage };
  }

  async #collect(run: Run, isForced: boolean): Promise<void> {
    try {
      await this.#options.collector.collect(run);
    } catch (error) {
      if (isForced) return;
      throw new AskRefused(
        'NOT_COLLECTED',
        `what ${run.agent} committed in run ${run.id} could not be taken (${error instanceof Error ? error.message : String(error)}); discard with --force to lose it`,
      );
    }
  }
}

function logQuery(ask: Extract<Ask, { type: 'log' }>) {
  return {
    after: ask.after,
    limit: Math.min(ask.limit, LOG_PAGE_MAX),
    ...(ask.agent === null ? {} : { agent: ask.agent }),
    ...(ask.eventType === null ? {} : { type: ask.eventType }),
    ...(ask.run === null ? {} : { run: ask.run }),
    ...(ask.since === null ? {} : { since: ask.since }),
  };
}

/** Fits a frame with room to spare even when every event carries a large tool input. */
const LOG_PAGE_MAX = 1_000;

/** A terminal needs room for something and a pty's size is sixteen bits; past 1,000 nobody has such a screen. */
const clampSize = (size: number): number => Math.max(2, Math.min(1_000, Math.floor(size) || 2));

/** `/bin/sh -c LINE`: it is the line that a person knows the run by. */
const isShellLine = (command: readonly string[]): boolean =>
  command.length === 3 && basename(command[0]!) === 'sh' && command[1] === '-c';

const firstWord = (line: string): string => /[^\s;|&<>()"'$]+/.exec(line)?.[0] ?? 'sh';

/** An agent's name from a program's: what AGENT names allow. */
function nameOf(program: string): string {
  const name = basename(program)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  return name || 'command';
}
