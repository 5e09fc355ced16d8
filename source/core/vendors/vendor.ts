/**
 * What the daemon has to know of a kind of agent, and nothing of how that kind spells it: how it is
 * launched, what its hooks say, and how they are answered.
 */
import type { AgentDefinition, Vendor } from '../agent.ts';
import type { ToolCall } from '../approvals/envelope.ts';
import type { Protection } from '../event.ts';
import type { Action } from '../policy/action.ts';

export interface VendorAdapter {
  readonly name: Vendor;
  readonly protection: Protection;
  /** What the gate cannot do with this kind of agent, in sentences for whoever relies on it. */
  readonly limits: readonly string[];
  /** Asked of the installed program before each start; absent where any version will do. */
  readonly version?: VersionQuestion;
  launch(request: LaunchRequest): Launch;
  /**
   * Reads what the hook got on stdin, parsed as JSON (undefined when it was none). Never throws. `ask` is the
   * gate's own name for this question, the same however often it asks: for hooks that name no call.
   */
  parseHook(payload: unknown, ask?: string): HookEvent;
  /** What the call would do, in the words that rules and tiers know. Never throws; what it cannot say is `unknown`. */
  actionOf(call: ToolCall): Action;
  /** What the gate prints and exits with, so that the agent does what the verdict says. */
  answer(hook: HookEvent, verdict: HookVerdict): HookAnswer;
}

export interface VersionQuestion {
  readonly arguments: readonly string[];
  readonly howToInstall: string;
  /** Judges what it printed. */
  check(text: string): VersionCheck;
}

export type VersionCheck =
  | { readonly type: 'fine'; readonly version: string }
  | { readonly type: 'too-old' | 'unreadable'; readonly message: string };

export interface LaunchRequest {
  readonly agent: AgentDefinition;
  /** What the person wrote; empty when the agent is only to be opened. */
  readonly task: string;
  /** false: it answers its task and leaves, nobody types to it. */
  readonly isInteractive: boolean;
  readonly session: string;
  readonly gate: GateCommand;
  /** Absolute path of a folder of this session alone; what `files` of the launch name is below it. */
  readonly folder: string;
  /** What the program answered to the launch's question; absent as long as it was not asked. */
  readonly answer?: string;
  /** What the child would inherit, before `env` and `unsetEnv` are applied. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface GateCommand {
  /** Absolute path of the Node that runs the gate. */
  readonly node: string;
  /** Absolute path of fleet-gate. */
  readonly script: string;
  /** The session's own socket: it can ask, nothing else. */
  readonly socket: string;
  readonly token: string;
  /** File that takes what hooks say while no daemon is there. */
  readonly spool: string;
}

export type Launch =
  | ({ readonly type: 'launch' } & ProgramStart)
  /** The installed program has to be asked something first: `launch` once more, with what it answered. */
  | ({
      readonly type: 'ask-first';
      readonly question: ProgramQuestion;
      /** The program that will start, where another one is asked. */
      readonly program?: string;
    } & ProgramStart)
  | { readonly type: 'refused'; readonly reason: string };

export interface ProgramStart {
  readonly command: readonly string[];
  /** Set on top of what is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Taken out of what is inherited. */
  readonly unsetEnv: readonly string[];
  /** Written before it starts, readable by their owner alone. */
  readonly files?: readonly LaunchFile[];
}

/** `name` is below the session's folder. */
export type LaunchFile =
  | { readonly name: string; readonly content: string }
  /** A link to something of the person's that stays where it is. */
  | { readonly name: string; readonly linkTo: string };

/**
 * Asked by running `command` in the working directory. It ends by itself, or is ended as soon as its answer is
 * whole; until then its stdin stays open, where it is told anything at all.
 */
export interface ProgramQuestion {
  readonly stdin: string;
  isWhole(stdout: string): boolean;
  /** Name of the file in the session's folder that holds the answer in place of stdout. */
  readonly answerFile?: string;
}

/** What a hook said, in our words. */
export type HookEvent =
  | {
      readonly type: 'tool-asked';
      readonly call: ToolCall;
      /** Kind of the sub-agent that calls, in the vendor's words; null or absent for the agent itself. */
      readonly kind?: string | null;
      readonly cwd: string;
      readonly vendorSession: string;
      /** The vendor's permission mode, for the record; no verdict depends on it. */
      readonly mode: string;
    }
  /** The agent's own permission dialog is about to open for a call; it does not say for which one. */
  | {
      readonly type: 'permission-asked';
      readonly tool: string;
      readonly input: Readonly<Record<string, unknown>>;
      readonly subagent: string | null;
      readonly cwd: string;
      readonly vendorSession: string;
      readonly mode: string;
    }
  | {
      readonly type: 'tool-finished';
      /** `call.input` is what ran, too. `call.id` is empty where the agent does not say which call it was. */
      readonly call: ToolCall;
      readonly outcome: 'succeeded' | 'failed';
      /** What really ran; to be compared with what was approved. */
      readonly executedInput: Readonly<Record<string, unknown>>;
      /** Fields that the agent's own dialog may have added, filled in by the person in front of it. */
      readonly filledIn?: readonly string[];
      /** Of what came back; absent when the agent does not tell. */
      readonly resultHash?: string;
      readonly vendorSession: string;
    }
  | { readonly type: 'turn-started'; readonly vendorSession: string }
  | { readonly type: 'turn-ended'; readonly vendorSession: string; readonly outcome: 'done' | 'failed' }
  | { readonly type: 'session-began'; readonly vendorSession: string; readonly source: string }
  | { readonly type: 'session-ended'; readonly vendorSession: string; readonly reason: string }
  | {
      readonly type: 'subagent-began' | 'subagent-ended';
      readonly vendorSession: string;
      readonly subagent: string;
      /** The vendor's name for its kind: `general-purpose`. */
      readonly kind: string;
    }
  /** Somebody changes settings under a running agent; not acknowledged means not applied. */
  | {
      readonly type: 'settings-changed';
      readonly vendorSession: string;
      readonly source: string;
      readonly path: string;
    }
  | { readonly type: 'notice'; readonly vendorSession: string; readonly message: string }
  | { readonly type: 'garbage'; readonly reason: string };

export type HookVerdict =
  /** Go on, with exactly this input. */
  | { readonly type: 'allow'; readonly input: Readonly<Record<string, unknown>> }
  /** Do not; the message reaches the model. */
  | { readonly type: 'deny'; readonly message: string }
  /** Heard. Decides nothing: a hook that wants a verdict takes it for a no. */
  | { readonly type: 'acknowledge' };

/** Ready to print; the shape of the wire's GateAnswer. */
export interface HookAnswer {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}
