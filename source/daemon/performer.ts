/** Carries effects out. What comes of each returns to the loop as an input. */
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { AgentDefinition } from '../core/agent.ts';
import type { Effect } from '../core/effect.ts';
import { runOfSession, type Run, type Worktree } from '../core/fleet.ts';
import { adapterOf } from '../core/vendors/registry.ts';
import type { LaunchRequest } from '../core/vendors/vendor.ts';
import { withoutOwnAccess } from '../core/network/model-access.ts';
import { isContained } from '../core/containment/is-contained.ts';
import { policyOfRun } from '../core/permissions/judge-call.ts';
import { addWorktree } from '../io/git/worktrees.ts';
import { repositoryOf } from '../io/git/repository.ts';
import type { Places } from '../wire/places.ts';
import type { Evidence } from './evidence.ts';
import type { VaultKeeper } from './vault-keeper.ts';
import type { Gates } from './gates.ts';
import { startHolder, type Program } from './holders.ts';
import type { Loop } from './loop.ts';
import type { ScreensLink } from './screens-link.ts';
import type { Sessions } from './sessions.ts';
import type { Collector } from './collector.ts';
import { contain, GATE_INSIDE, type Launched } from './containment.ts';
import { environmentOf, launchOf } from './launch-of.ts';
import { removeStartFiles, writeStartFiles } from './start-files.ts';
import { EGRESS_ENVIRONMENT, type Egresses } from './egress.ts';
import type { ModelAccess, Models } from './models.ts';
import type { WaysOut } from './ways-out.ts';

export interface PerformerOptions {
  readonly places: Places;
  readonly program: Program;
  /** The gate's own file: the hook runs it directly. */
  readonly gateScript: string;
  readonly loop: () => Loop;
  readonly sessions: Sessions;
  readonly gates: Gates;
  readonly waysOut: WaysOut;
  readonly egresses: Egresses;
  readonly models: Models;
  readonly collector: Collector;
  readonly screens: ScreensLink;
  readonly evidence: Evidence;
  readonly vault: VaultKeeper;
  /** The session runs but could not be adopted. */
  readonly unreached: (session: string) => void;
}

export class Performer {
  readonly #options: PerformerOptions;
  /** Variables a run was started with, by run. In memory only: they may hold the person's keys. */
  readonly #environments = new Map<string, Readonly<Record<string, string>>>();
  readonly #tokens = new Map<string, string>();

  constructor(options: PerformerOptions) {
    this.#options = options;
  }

  /** Must be known before the run's first effect; a run restarted by a new daemon gets it from who asks. */
  keepEnvironment(run: string, environment: Readonly<Record<string, string>>): void {
    this.#environments.set(run, environment);
  }

  perform(effect: Effect): void {
    switch (effect.type) {
      case 'prepare-workspace':
        return this.#guard(effect.run, this.#prepareWorkspace(effect.run));
      case 'launch-session':
        return this.#guard(
          effect.run,
          this.#launch(effect.run, effect.session).catch((error: unknown) => {
            removeStartFiles(this.#options.places.startFiles(effect.session));
            this.#closeWays(effect.session);
            throw error;
          }),
        );
      case 'stop-session':
        if (effect.isUrgent) this.#options.gates.close(effect.session);
        return this.#options.sessions.stop(effect.session, effect.isUrgent);
      case 'keep-evidence':
        return void this.#options.evidence.keep(effect);
      case 'retire-session':
        this.#options.gates.answerWaiting(effect.session);
        this.#options.gates.close(effect.session);
        this.#closeWays(effect.session);
        this.#options.sessions.retire(effect.session);
        removeStartFiles(this.#options.places.startFiles(effect.session));
        this.#options.screens.ended(effect.session);
        this.#collect(effect.session);
        return;
      case 'answer-hooks':
        return this.#options.gates.answerWaiting(effect.session);
      case 'judge-again':
        return this.#options.gates.judgeAgain(effect.session);
      default:
        return effect satisfies never;
    }
  }

  /** The world failing becomes an input, so that the log remembers it. */
  #guard(run: string, work: Promise<void>): void {
    work.catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      void this.#options.loop().submit({ type: 'run-failed', run, reason });
    });
  }

  async #prepareWorkspace(id: string): Promise<void> {
    const run = this.#run(id);
    const token = randomBytes(24).toString('base64url');
    this.#tokens.set(id, token);
    const gateTokenHash = createHash('sha256').update(token).digest('hex');
    const { worktree, cwd } = await this.#workspaceOf(run);
    await this.#options.loop().submit({ type: 'workspace-ready', run: id, worktree, cwd, gateTokenHash });
  }

  async #workspaceOf(run: Run): Promise<{ worktree: Worktree | null; cwd: string }> {
    if (run.worktree) return { worktree: run.worktree, cwd: run.worktree.path };
    if (typeof run.wantsWorktree === 'string') return { worktree: null, cwd: run.wantsWorktree };
    if (!run.wantsWorktree) return { worktree: null, cwd: run.project };
    const repository = await repositoryOf(run.project);
    if (!repository) return { worktree: null, cwd: run.project };
    const branch = `fleet/${run.agent}/${run.id}`;
    const path = join(this.#options.places.worktrees, `${run.agent}-${run.id}`);
    const { base } = await addWorktree({ repository: repository.root, path, branch });
    return { worktree: { repository: repository.root, path, branch, base }, cwd: path };
  }

  async #launch(id: string, session: string): Promise<void> {
    const { places, program, gateScript, gates, sessions, screens } = this.#options;
    const run = this.#run(id);
    const adapter = adapterOf(run.vendor);
    const agent = this.#definitionOf(run);
    const isInside = isContained(agent);
    const model = await this.#options.models.admit(run, session, isInside);
    const given = this.#environments.get(id) ?? {};
    const inherited = model ? { ...withoutOwnAccess(given), ...model.environment } : given;
    const request: LaunchRequest = {
      agent,
      task: run.task,
      isInteractive: true,
      session,
      gate: {
        node: program.node,
        script: gateScript,
        socket: places.gateSocket(session),
        token: this.#tokens.get(id) ?? '',
        spool: join(places.spool, `${session}.jsonl`),
      },
      folder: places.startFiles(session),
      environment: inherited,
    };
    const launch = await launchOf({ adapter, request, cwd: run.cwd });
    writeStartFiles(request.folder, launch.files ?? []);
    await gates.open(session, run.gateTokenHash);
    const started = {
      command: launch.command,
      env: { ...environmentOf(request, launch), FLEET_RUN: id, FLEET_AGENT: run.agent },
    };
    const { command, env } = isInside
      ? await this.#contained({ run, session, request, launch: started, model })
      : started;
    const hello = await startHolder(program, {
      session,
      directory: places.session(session),
      socket: places.holderSocket(session),
      command: [...command],
      cwd: run.cwd,
      env,
      columns: run.columns,
      rows: run.rows,
      secrets: await this.#options.vault.secretsOf(run.project),
    });
    await this.#options.loop().submit({
      type: 'session-started',
      session,
      holder: hello.holder,
      child: hello.child,
      isContained: isInside,
    });
    try {
      await sessions.adopt(session);
    } catch {
      // It may have died the moment it was started: that is for whoever looks after sessions to find out.
      return this.#options.unreached(session);
    }
    screens.opened(session);
    // Asked to stop before it could be reached.
    if (this.#run(id).phase === 'stopping') sessions.stop(session, false);
  }

  /** What goes wrong is the collector's to tell: the session has ended all the same. */
  #collect(session: string): void {
    const run = runOfSession(this.#options.loop().fleet, session);
    if (run) this.#options.collector.collect(run).catch(() => {});
  }

  async #contained(start: {
    readonly run: Run;
    readonly session: string;
    readonly request: LaunchRequest;
    readonly launch: Launched;
    readonly model: ModelAccess | null;
  }): Promise<Launched> {
    const { run, session, request, launch, model } = start;
    const { places, program, gateScript, loop, waysOut, egresses } = this.#options;
    const door = await egresses.open(session);
    const { fleet } = loop();
    const hasGate = 'FLEET_GATE_SOCKET' in launch.env;
    return contain({
      places,
      waysOut,
      node: program.node,
      gateScript,
      run,
      session,
      policy: policyOfRun(fleet, run),
      otherProjects: Object.keys(fleet.projects),
      spool: request.gate.spool,
      startFolder: request.folder,
      ours: {
        environment: { ...EGRESS_ENVIRONMENT, ...model?.environment },
        doors: [door, ...(model?.doors ?? [])],
      },
      hasModel: model !== null,
      launch: hasGate ? { ...launch, env: { ...launch.env, FLEET_GATE_SOCKET: GATE_INSIDE } } : launch,
    });
  }

  #closeWays(session: string): void {
    this.#options.waysOut.close(session);
    void this.#options.egresses.close(session);
    this.#options.models.close(session);
  }

  #run(id: string): Run {
    const run = this.#options.loop().fleet.runs[id];
    if (!run) throw new Error(`run ${id} is not known`);
    return run;
  }

  #definitionOf(run: Run): AgentDefinition {
    const known = this.#options
      .loop()
      .fleet.projects[run.project]?.agents.find(({ name }) => name === run.agent);
    return known && known.vendor === run.vendor
      ? { ...known, command: run.command }
      : adHocAgent({
          name: run.agent,
          vendor: run.vendor,
          command: run.command,
          worktree: run.wantsWorktree,
        });
  }
}

/** A command nobody described in a file, run as an agent all the same. */
export function adHocAgent(
  given: Pick<AgentDefinition, 'name' | 'vendor' | 'command' | 'worktree'>,
): AgentDefinition {
  return {
    description: '',
    role: '',
    department: '',
    reportsTo: null,
    instructions: '',
    tier: null,
    rules: [],
    allowedSubagents: null,
    subscribesTo: [],
    subscriptionGate: null,
    useGithubApp: false,
    maxConcurrent: AD_HOC_RUNS_MAX,
    budgetSeconds: null,
    schedule: null,
    triggers: [],
    sources: [],
    ...given,
  };
}

/** Nobody limits how often a person opens a shell, but a script gone wrong must end somewhere. */
const AD_HOC_RUNS_MAX = 200;
