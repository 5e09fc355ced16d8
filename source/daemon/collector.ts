/** Brings what contained runs have committed into their projects: when a session ends, and before a run is discarded. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { confinementOf } from '../core/containment/confinement.ts';
import { reviewFlags, type ReviewFlag } from '../core/containment/review-flags.ts';
import type { Run } from '../core/fleet.ts';
import {
  BUNDLE_SCRIPT,
  changedFiles,
  forgetCollected,
  NOTHING_NEW,
  showCollected,
  takeBundle,
} from '../io/git/collect.ts';
import { makePrivateRepository } from '../io/git/private-repository.ts';
import { repositoryOf, type Repository } from '../io/git/repository.ts';
import { findSandbox } from '../io/sandbox/find-sandbox.ts';
import { runSandboxed } from '../io/sandbox/run-sandboxed.ts';
import { makeFolder, sandboxedCommand } from '../io/sandbox/sandboxed-command.ts';
import { systemFacts } from '../io/sandbox/system-facts.ts';
import type { Places } from '../wire/places.ts';

/** Packing what an agent added takes seconds; a repository that takes longer is not what an agent should make. */
const BUNDLE_TIMEOUT_MS = 120_000;
const BUNDLE_BYTES_MAX = 2 * 1024 * 1024 * 1024;

/** Each is a run whose work did not arrive; a person who has this many looks at the log. */
const WARNINGS_MAX = 20;

export interface CollectedRun {
  /** What a reviewer should see first of it. */
  readonly flags: readonly ReviewFlag[];
}

export class Collector {
  readonly #places: Places;
  readonly #underWay = new Map<string, Promise<CollectedRun | null>>();
  readonly #warnings = new Map<string, string>();

  constructor(places: Places) {
    this.#places = places;
  }

  get warnings(): readonly string[] {
    return [...this.#warnings.values()];
  }

  /** Null when there is nothing to collect. Rejects with words for a person; what could not be taken stays where it is. */
  collect(run: Run): Promise<CollectedRun | null> {
    const known = this.#underWay.get(run.id);
    if (known) return known;
    const work = this.#collect(run).finally(() => this.#underWay.delete(run.id));
    this.#underWay.set(run.id, work);
    work.then(
      () => this.#warnings.delete(run.id),
      (error: unknown) => {
        const words = error instanceof Error ? error.message : String(error);
        if (this.#warnings.size < WARNINGS_MAX)
          this.#warnings.set(run.id, `what ${run.agent} committed in run ${run.id} was not taken: ${words}`);
      },
    );
    return work;
  }

  /** Nothing of the run is left but commits that are nowhere else. */
  async forget(run: Run): Promise<void> {
    this.#warnings.delete(run.id);
    const folder = this.#places.contained(run.id);
    if (!existsSync(folder)) return;
    rmSync(folder, { recursive: true, force: true });
    const repository = run.worktree && (await repositoryOf(run.worktree.repository));
    if (repository) await forgetCollected(repository, run.id);
  }

  async #collect(run: Run): Promise<CollectedRun | null> {
    const folder = this.#places.contained(run.id);
    if (!run.worktree || !existsSync(join(folder, 'git'))) return null;
    const { path, branch, base } = run.worktree;
    const repository = await repositoryOf(run.worktree.repository);
    if (!repository) throw new Error(`${run.worktree.repository} is no repository any more`);
    const bundle = join(folder, 'bundle');
    rmSync(bundle, { force: true });
    try {
      if (!(await this.#bundle(run, repository, bundle))) return null;
      const { head } = await takeBundle({ repository, bundle, run: run.id, branch });
      if (head === null) return { flags: [] };
      const flags = reviewFlags(await changedFiles(repository, base, head));
      // A repository in the repository stays out of the person's worktree: their own git would obey it.
      if (!flags.some(({ kind }) => kind === 'gitlink'))
        await showCollected({ repository, worktree: path, branch, head });
      return { flags };
    } finally {
      rmSync(bundle, { force: true });
    }
  }

  /** False when there is nothing new. The agent's repository is read where it was written: inside. */
  async #bundle(run: Run, repository: Repository, bundle: string): Promise<boolean> {
    const sandbox = await findSandbox();
    if (sandbox.type === 'none') throw new Error(`${sandbox.reason}; ${sandbox.fix}`);
    const contained = this.#places.contained(run.id);
    const { path, branch, base } = run.worktree!;
    const { directory, borrowed } = await makePrivateRepository({
      repository,
      worktree: path,
      branch,
      folder: contained,
    });
    const user = { uid: process.getuid!(), gid: process.getgid!() };
    // A folder of its own: the session's may be starting anew in this moment.
    const folder = join(contained, 'collect');
    const system = await makeFolder(
      folder,
      this.#places.contained('shared'),
      systemFacts(user, '/nonexistent'),
    );
    const confined = confinementOf({
      tier: 'restricted',
      scopes: [],
      worktree: directory,
      pinned: [],
      secrets: [],
      git: null,
      folder,
      state: [],
      reports: [],
      startFiles: borrowed,
      readable: [],
      otherProjects: [],
      hidden: [],
      doors: [],
      environment: {
        PATH: '/usr/local/bin:/usr/bin:/bin',
        HOME: system.home,
        GIT_DIR: directory,
        LC_ALL: 'C',
      },
      system,
    });
    if (confined.type === 'refused') throw new Error(confined.reason);
    const { confinement } = confined;
    const { code, stderr } = await runSandboxed({
      argv: sandboxedCommand({
        bubblewrap: sandbox.bubblewrap,
        confinement,
        folder,
        bridge: { node: '', script: '' },
        command: ['/bin/sh', '-c', BUNDLE_SCRIPT, 'bundle', base],
      }),
      environment: confinement.environment,
      cwd: '/',
      timeoutMs: BUNDLE_TIMEOUT_MS,
      outputBytesMax: BUNDLE_BYTES_MAX,
      file: bundle,
    });
    if (code === NOTHING_NEW) return false;
    if (code !== 0) throw new Error(`its repository could not be read (${code}): ${stderr.trim()}`);
    return true;
  }
}
