/** The one model of an agent, whichever file described it (fleet.yaml or AGENT.md). */
import type { ApproverClass } from './approvals/needs.ts';
import type { ModelBackend } from './network/model-providers.ts';

export const TIERS = ['restricted', 'read_only', 'read_write'] as const;
export type Tier = (typeof TIERS)[number];

export const VENDORS = ['claude', 'codex', 'gemini', 'opencode', 'scripted', 'command'] as const;
export type Vendor = (typeof VENDORS)[number];

export interface Rule {
  readonly effect: 'allow' | 'ask' | 'deny';
  /** `Tool` or `Tool(pattern)`. */
  readonly rule: string;
  /** Where it stands: `fleet.yaml:12`. Absent in what was recorded before places were. */
  readonly source?: string;
}

export interface AgentDefinition {
  /** Unique in its project. */
  readonly name: string;
  readonly description: string;
  readonly role: string;
  readonly department: string;
  readonly reportsTo: string | null;
  readonly vendor: Vendor;
  /** Program and arguments; the vendor's own program when the file names none. */
  readonly command: readonly string[];
  /** Body of AGENT.md, empty without one. */
  readonly instructions: string;
  /** null: nothing said, the global default tier holds. */
  readonly tier: Tier | null;
  /** Where the tier stands; absent where nothing is said of it. */
  readonly tierSource?: string;
  /** The tier is this agent's own, not the project's default: somebody decided what it may do alone. */
  readonly hasOwnTier?: boolean;
  readonly rules: readonly Rule[];
  readonly allowedSubagents: readonly string[] | null;
  readonly subscribesTo: readonly string[];
  readonly subscriptionGate: Readonly<Record<string, unknown>> | null;
  readonly useGithubApp: boolean;
  /** true: a worktree of its own for each run; false: the project folder itself; a text: that path. */
  readonly worktree: boolean | string;
  readonly maxConcurrent: number;
  readonly budgetSeconds: number | null;
  readonly schedule: string | null;
  readonly triggers: readonly Readonly<Record<string, unknown>>[];
  /** false: it is listed and never starts. Absent counts as true. */
  readonly isEnabled?: boolean;
  /** Whether it runs in a sandbox; absent where nothing is said of it. */
  readonly sandbox?: 'on' | 'off';
  /** Hosts it may reach while its run has the scope network, its project's among them; absent: none. */
  readonly network?: readonly string[];
  /** Where it is described, for messages: `fleet.yaml:12`, `agents/docs/AGENT.md`. */
  readonly sources: readonly string[];
}

/** What holds in a project for whoever no file describes: a command that was started as it is. */
export interface ProjectDefaults {
  readonly tier: Tier | null;
  readonly tierSource: string;
  readonly rules: readonly Rule[];
  /** Added to those of policy.yaml. */
  readonly approvers?: readonly ApproverClass[];
}

/** One project: a folder with a fleet.yaml. */
export interface ProjectConfig {
  readonly root: string;
  readonly name: string;
  readonly defaults?: ProjectDefaults;
  /** Absent: its agents' CLIs have logins of their own. */
  readonly backend?: ModelBackend;
  readonly agents: readonly AgentDefinition[];
}
