/** Fleets built from events, and a control room over them, for tests. */
import { hashEnvelope } from '../../source/core/approvals/hash.ts';
import type { FleetEvent } from '../../source/core/event.ts';
import { apply } from '../../source/core/apply.ts';
import { EMPTY_FLEET, type Fleet } from '../../source/core/fleet.ts';
import type { Judgement, Scope } from '../../source/core/policy/verdict.ts';
import { keymapOf } from '../../source/tui/keys.ts';
import { reduce } from '../../source/tui/reduce.ts';
import type { Context, Intent, ScreenFacts, UiInput } from '../../source/tui/ui-input.ts';
import { initialUi, type Setting, type Size, type Ui } from '../../source/tui/ui-state.ts';

export const PROJECT = '/work/acme-api';
const START = Date.UTC(2026, 10, 20, 14, 0, 0);

const process = { pid: 100, startTime: '1', bootId: 'b' };

/** A fleet that things happen to, one after the other, at moments somebody names. */
export class AFleet {
  fleet: Fleet = EMPTY_FLEET;
  now = START;

  happens(event: FleetEvent, agent: string | null = null, actor = 'daemon'): this {
    const seq = this.fleet.seq + 1;
    this.fleet = apply(this.fleet, { seq, id: `e${seq}`, at: this.now, actor, agent, event });
    return this;
  }

  later(ms: number): this {
    this.now += ms;
    return this;
  }

  project(...agents: string[]): this {
    return this.departments({ '': agents });
  }

  /** A project whose agents are in departments. */
  departments(departments: Readonly<Record<string, readonly string[]>>): this {
    return this.happens({
      type: 'project-configured',
      root: PROJECT,
      name: 'acme-api',
      agents: Object.entries(departments).flatMap(([department, agents]) =>
        agents.map((name) => ({
          name,
          description: `The ${name}.`,
          role: '',
          department,
          reportsTo: null,
          vendor: 'claude',
          command: [],
          instructions: '',
          tier: null,
          rules: [],
          allowedSubagents: null,
          subscribesTo: [],
          subscriptionGate: null,
          useGithubApp: false,
          worktree: true,
          maxConcurrent: 1,
          budgetSeconds: null,
          schedule: null,
          triggers: [],
          sources: [],
        })),
      ),
    });
  }

  requests(agent: string, more: { task?: string; isGated?: boolean } = {}): this {
    return this.happens({
      type: 'run-requested',
      run: `run-${agent}`,
      project: PROJECT,
      agent,
      vendor: 'claude',
      command: ['claude'],
      task: more.task ?? '',
      worktree: true,
      maxConcurrent: 1,
      columns: 80,
      rows: 24,
      protection: more.isGated === false ? 'contained only' : 'gated',
    });
  }

  runs(agent: string, more: { task?: string; isGated?: boolean; branch?: string } = {}): this {
    const run = `run-${agent}`;
    this.requests(agent, more);
    if (more.branch !== undefined)
      this.happens({
        type: 'worktree-added',
        run,
        repository: PROJECT,
        path: `/wt/${agent}`,
        branch: more.branch,
        base: 'abc',
      });
    const session = `${run}-1`;
    this.happens({ type: 'session-launching', run, session, cwd: `/wt/${agent}`, gateTokenHash: '' });
    return this.happens({ type: 'session-started', run, session, holder: process, child: process });
  }

  asks(
    agent: string,
    tool: string,
    input: Record<string, unknown>,
    id = `ask-${agent}-${this.fleet.seq}`,
    judgement?: Judgement,
  ): this {
    const run = `run-${agent}`;
    const call = { id: `call-${id}`, tool, input, subagent: null };
    const about = {
      run,
      session: `${run}-1`,
      subject: { type: 'tool-call', vendor: 'claude', call },
      cwd: `/wt/${agent}`,
      branch: `fleet/${agent}`,
      reason: `${tool} asks`,
      tier: null,
      grounds: null,
      supersedes: null,
    } as const;
    const hash = hashEnvelope({ form: 2, agent, ...about, decidedBy: null });
    return this.happens(
      {
        type: 'approval-requested',
        approval: id,
        ...about,
        hash,
        expiresAt: this.now + 3_600_000,
        ...(judgement && { judgement }),
      },
      agent,
    );
  }

  /** Its run asks for a scope. */
  wants(agent: string, scope: Scope, reason: string, id: string): this {
    const run = `run-${agent}`;
    const about = {
      run,
      session: `${run}-1`,
      subject: { type: 'scope', scope, reason },
      cwd: `/wt/${agent}`,
      branch: null,
      reason: `scope ${scope}`,
      tier: null,
      grounds: null,
      supersedes: null,
    } as const;
    const hash = hashEnvelope({ form: 2, agent, ...about, decidedBy: null });
    return this.happens(
      { type: 'approval-requested', approval: id, ...about, hash, expiresAt: this.now + 3_600_000 },
      agent,
    );
  }

  decided(approval: string, verdict: 'approved' | 'rejected'): this {
    const { run, session, hash } = this.fleet.approvals[approval]!;
    return this.happens(
      {
        type: 'approval-decided',
        approval,
        run,
        session,
        verdict,
        decision: 'd',
        hash,
        editedInput: null,
        message: '',
      },
      null,
      'person:ana',
    );
  }

  exits(agent: string, code: number): this {
    const run = `run-${agent}`;
    return this.happens({
      type: 'session-exited',
      run,
      session: `${run}-1`,
      code,
      signal: null,
      exitedAt: this.now,
    });
  }
}

/** What a terminal sends for keys that tests type to agents. */
const RAW: Readonly<Record<string, string>> = {
  'ctrl+]': '\x1d',
  enter: '\r',
  up: '\x1b[A',
  space: ' ',
};

/** A control room over a fleet: keys in, state and intents out. */
export class ARoom {
  ui: Ui;
  readonly intents: Intent[] = [];
  readonly fleet: AFleet;
  readonly setting: Setting;
  readonly screens = new Map<string, ScreenFacts>();

  constructor(fleet: AFleet, more: { size?: Size; attach?: string; setting?: Partial<Setting> } = {}) {
    this.fleet = fleet;
    this.setting = {
      keymap: keymapOf(),
      project: PROJECT,
      isDemo: false,
      isUtf8: true,
      bell: true,
      undoMs: 0,
      ...more.setting,
    };
    this.ui = initialUi({
      size: more.size ?? { columns: 120, rows: 34 },
      theme: 'dark',
      attach: more.attach ?? null,
    });
    this.does({ type: 'daemon', state: 'connected', message: '' });
    this.does({ type: 'screens', state: 'connected' });
    this.sees();
    this.fleet.later(1_000);
  }

  get context(): Context {
    return {
      fleet: this.fleet.fleet,
      setting: this.setting,
      now: this.fleet.now,
      screen: (session) => this.screens.get(session),
    };
  }

  does(input: UiInput): this {
    const { ui, intents } = reduce(this.ui, this.context, input);
    this.ui = ui;
    this.intents.push(...intents);
    return this;
  }

  /** The fleet as it is now reaches the room. */
  sees(): this {
    return this.does({ type: 'fleet' });
  }

  /** Keys by name; single characters type themselves. */
  press(...keys: string[]): this {
    for (const key of keys) {
      const parts = key.length === 1 ? [key] : key.split('+');
      const name = parts.pop()!;
      this.does({
        type: 'key',
        name,
        ctrl: parts.includes('ctrl'),
        alt: parts.includes('alt'),
        shift: parts.includes('shift'),
        text: key.length === 1 ? key : key === 'space' ? ' ' : '',
        raw: Buffer.from(RAW[key] ?? key),
      });
    }
    return this;
  }

  types(text: string): this {
    return this.press(...Array.from(text, (character) => (character === ' ' ? 'space' : character)));
  }

  /** What was wanted since the last look, of one type. */
  wanted<T extends Intent['type']>(type: T): (Intent & { type: T })[] {
    return this.intents.splice(0).filter((intent): intent is Intent & { type: T } => intent.type === type);
  }
}
