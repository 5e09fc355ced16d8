/**
 * What is seen of an agent, whoever saw it: the store's events (observe.ts) and rows of a recorded history
 * (rows/) both become these. Times are milliseconds and come with the observation.
 */

/**
 * What one run of an agent is doing; the clock of silence runs only while it works.
 * `waiting`: for a person. `limited`: by its model's provider. `down`: it crashed and is to come back.
 */
export type Mode = 'working' | 'idle' | 'paused' | 'waiting' | 'limited' | 'down';

export const TRIPWIRES = [
  'crash-loop',
  'identical-call',
  'budget-used',
  'forbidden-access',
  'heartbeat-missing',
  'integrity-failure',
] as const;
export type Tripwire = (typeof TRIPWIRES)[number];

export type Observation =
  /** Calls of tools that came to an end; `repeats` of them had the arguments and the result of one of the last five. */
  | {
      readonly type: 'outcomes';
      readonly n: number;
      readonly failed: number;
      readonly repeats: number;
    }
  /** A result that was none before: a call that succeeded and was no repeat, a commit, a task begun or ended. */
  | { readonly type: 'progress'; readonly lane: string }
  /** Not upgrades, not hand-offs, not what a person stopped. */
  | { readonly type: 'restarts'; readonly n: number }
  | { readonly type: 'mode'; readonly lane: string; readonly mode: Mode }
  /** The run is over and is not expected back. */
  | { readonly type: 'gone'; readonly lane: string }
  /** So many known tools run at the moment. */
  | { readonly type: 'in-flight'; readonly lane: string; readonly calls: number }
  /** Tasks that cannot go on, those that wait for a person not counted. */
  | { readonly type: 'blocked'; readonly tasks: number }
  /** A person was asked. Within the time people are given for an answer it blocks nothing. */
  | { readonly type: 'wait-began'; readonly lane: string; readonly wait: string }
  | { readonly type: 'wait-ended'; readonly wait: string }
  /** Time that was lost, or that the agent was meant to be up, where no mode tells of it. */
  | { readonly type: 'down-time'; readonly ms: number }
  | { readonly type: 'scheduled-time'; readonly ms: number }
  | { readonly type: 'task-ended'; readonly score: number | null; readonly isOnTime: boolean | null }
  /** The terminal printed something. */
  | { readonly type: 'output' }
  /** Something that needs no model, seen elsewhere. */
  | { readonly type: 'tripwire'; readonly tripwire: Tripwire; readonly detail: string };
