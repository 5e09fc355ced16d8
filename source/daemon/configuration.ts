/**
 * What the files say, kept in step with them: policy.yaml and the projects of the runs there are. Looked at
 * before each call is judged, so that a rule holds from the moment its file is saved. A file with a mistake in
 * it changes nothing: what it said before holds, and a warning says so.
 */
import { parsePolicyFile } from '../core/config/policy-file.ts';
import { withDefaultTier } from '../core/config/edit-policy.ts';
import { hasErrors, problemLine } from '../core/config/problem.ts';
import { isEnded } from '../core/fleet.ts';
import type { Tier } from '../core/agent.ts';
import { BUILT_IN_POLICY } from '../core/permissions/global-policy.ts';
import { readConfigFile, stampOf, writeConfigFile } from '../io/files/config-file.ts';
import { stampOfProject } from '../io/files/project-files.ts';
import { AskRefused } from './clients.ts';
import type { Loop } from './loop.ts';
import { loadProject } from './projects.ts';

/** How the file is called in messages and as the source of its rules. */
const POLICY_NAME = 'policy.yaml';

interface Seen {
  readonly stamp: string;
  /** Sentences; empty when the file is sound. */
  readonly problems: readonly string[];
}

export class Configuration {
  readonly #policyFile: string;
  readonly #loop: () => Loop;
  /** By root of a project; by the file's own path for policy.yaml. */
  readonly #seen = new Map<string, Seen>();
  readonly #looking = new Map<string, Promise<void>>();

  constructor({ policyFile, loop }: { policyFile: string; loop: () => Loop }) {
    this.#policyFile = policyFile;
    this.#loop = loop;
  }

  /** For whoever looks at the fleet: what was not loaded, and that something older holds instead. */
  get warnings(): readonly string[] {
    return [...this.#seen].flatMap(([place, { problems }]) =>
      problems.length === 0 ? [] : [`${place} has a mistake, so what it said before holds: ${problems[0]}`],
    );
  }

  /** What holds for every project and in this one is as their files say, wherever they are sound. */
  async refresh(project: string | null): Promise<void> {
    await Promise.all([
      this.#once(this.#policyFile, () => this.#refreshPolicy('daemon')),
      project !== null && project in this.#loop().fleet.projects
        ? this.#once(project, () => this.#refreshProject(project))
        : null,
    ]);
  }

  /** For calls that wait: nobody asks anew for them, so somebody has to look from time to time. */
  async refreshAll(): Promise<void> {
    const { runs } = this.#loop().fleet;
    const projects = new Set(Object.values(runs).flatMap((run) => (isEnded(run) ? [] : [run.project])));
    await Promise.all([this.refresh(null), ...[...projects].map((project) => this.refresh(project))]);
  }

  /** Nothing starts under a policy that cannot be read: its denials are not known. */
  async requirePolicy(): Promise<void> {
    await this.refresh(null);
    const problems = this.#seen.get(this.#policyFile)?.problems ?? [];
    if (problems.length > 0) throw new AskRefused('CONFIG', problems.join('\n'));
  }

  /** For a command that no file describes; a folder without a project's files has none to obey. */
  async requireProject(root: string): Promise<void> {
    await this.#once(root, () => this.#refreshProject(root));
    const problems = this.#seen.get(root)?.problems ?? [];
    if (problems.length > 0) throw new AskRefused('CONFIG', problems.join('\n'));
  }

  async setDefaultTier(tier: Tier, actor: string): Promise<void> {
    await this.requirePolicy();
    const text = (await readConfigFile(this.#policyFile)) ?? '';
    const changed = withDefaultTier(text, tier);
    if (parsePolicyFile(changed, POLICY_NAME).value?.tier !== tier)
      throw new AskRefused(
        'CONFIG',
        `${this.#policyFile} is written in a way that is not changed safely; set "default_tier: ${tier}" in it yourself`,
      );
    await writeConfigFile(this.#policyFile, changed);
    await this.#refreshPolicy(actor);
  }

  /** Many calls at once look once. */
  #once(place: string, look: () => Promise<void>): Promise<void> {
    const already = this.#looking.get(place);
    if (already) return already;
    const looking = look().finally(() => this.#looking.delete(place));
    this.#looking.set(place, looking);
    return looking;
  }

  async #refreshPolicy(actor: string): Promise<void> {
    const file = this.#policyFile;
    const stamp = await stampOf(file);
    if (this.#seen.get(file)?.stamp === stamp) return;
    try {
      const text = await readConfigFile(file);
      const { value, problems } =
        text === null ? { value: BUILT_IN_POLICY, problems: [] } : parsePolicyFile(text, POLICY_NAME);
      if (value) await this.#loop().submit({ type: 'configure-policy', policy: value }, actor);
      this.#seen.set(file, { stamp, problems: hasErrors(problems) ? problems.map(problemLine) : [] });
    } catch (error) {
      this.#seen.set(file, { stamp, problems: [wordsOf(error)] });
    }
  }

  async #refreshProject(root: string): Promise<void> {
    try {
      const stamp = await stampOfProject(root);
      const before = this.#seen.get(root)?.stamp;
      if (before === stamp) return;
      const { project, problems, isThere } = await loadProject(root);
      if (project) await this.#loop().submit({ type: 'configure', project });
      this.#seen.set(root, { stamp, problems: project || !isThere ? [] : problems });
    } catch (error) {
      this.#seen.set(root, { stamp: '', problems: [wordsOf(error)] });
    }
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
