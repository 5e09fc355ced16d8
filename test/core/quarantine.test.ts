import { describe, expect, it } from 'vitest';
import { apply } from '../../source/core/apply.ts';
import { decide } from '../../source/core/decide.ts';
import { react } from '../../source/core/react.ts';
import type { Effect } from '../../source/core/effect.ts';
import { EMPTY_FLEET, type Fleet } from '../../source/core/fleet.ts';
import type { Input } from '../../source/core/input.ts';
import { callRefusal, holdsOf, quarantineOf } from '../../source/core/quarantine.ts';
import { AFleet, PROJECT } from '../tui/a-fleet.ts';

const ANA = 'person:ana';
const DOCS = { project: PROJECT, agent: 'docs' };

/** What an input leads to: the next state, what is done outside, and why not. */
function after(fleet: Fleet, input: Input, actor = ANA) {
  const { events, refusal } = decide(fleet, input, { at: 5_000, actor, fresh: 'q1' });
  let next = fleet;
  const effects: Effect[] = [];
  for (const event of events) {
    const seq = next.seq + 1;
    next = apply(next, { seq, id: `e${seq}`, at: 5_000, actor, agent: null, event });
    effects.push(...react(next, event));
  }
  return { fleet: next, events, effects, refusal };
}

const quarantine: Input = { type: 'quarantine', ...DOCS, reason: 'it deletes tests', grounds: null };
const start = (fleet: Fleet): Input => ({
  type: 'start-run',
  project: PROJECT,
  agent: fleet.projects[PROJECT]!.agents[0]!,
  task: '',
  columns: 80,
  rows: 24,
});
const running = (): AFleet => new AFleet().project('docs').runs('docs');

describe('quarantine', () => {
  it('RI2 stops the session at once, ends what it asked, and keeps the evidence', () => {
    const { fleet } = running().asks('docs', 'Bash', { command: 'x' }, 'one');
    const put = after(fleet, quarantine);
    expect(put.fleet.approvals['one']?.state).toBe('cancelled');
    expect(put.fleet.runs['run-docs']?.phase).toBe('stopping');
    expect(put.effects).toContainEqual({ type: 'keep-evidence', quarantine: 'q1', ...DOCS });
    expect(put.effects).toContainEqual({
      type: 'stop-session',
      run: 'run-docs',
      session: 'run-docs-1',
      isUrgent: true,
    });
    expect(quarantineOf(put.fleet, DOCS)).toMatchObject({ id: 'q1', by: ANA, reason: 'it deletes tests' });
  });

  it('RI3 the agent starts by no way: not anew, not again, not by a restart that was already asked for', () => {
    const waiting = after(running().fleet, { type: 'restart-run', run: 'run-docs' }).fleet;
    const put = after(waiting, quarantine).fleet;
    const ended = after(put, {
      type: 'session-exited',
      session: 'run-docs-1',
      code: null,
      signal: 9,
      exitedAt: 5_000,
    });
    expect(ended.effects.map(({ type }) => type)).toEqual(['retire-session']);
    expect(after(ended.fleet, start(put)).refusal?.code).toBe('QUARANTINED');
    expect(after(ended.fleet, { type: 'restart-run', run: 'run-docs' }).refusal?.code).toBe('QUARANTINED');
  });

  it('RI3 a run that was just coming up gets no session, or loses it as soon as it has one', () => {
    const requested = new AFleet().project('docs').requests('docs').fleet;
    const put = after(requested, quarantine).fleet;
    const ready: Input = {
      type: 'workspace-ready',
      run: 'run-docs',
      worktree: null,
      cwd: '/',
      gateTokenHash: '',
    };
    expect(after(put, ready).fleet.runs['run-docs']?.phase).toBe('refused');
    const launching = after(after(requested, ready).fleet, quarantine).fleet;
    const process = { pid: 1, startTime: '1', bootId: 'b' };
    const up = after(launching, {
      type: 'session-started',
      session: 'run-docs-1',
      holder: process,
      child: process,
    });
    expect(up.fleet.runs['run-docs']?.phase).toBe('stopping');
  });

  it('RI3 only a person lets it out, with a reason, and by the id that stands below what it did last', () => {
    const put = after(running().fleet, quarantine).fleet;
    const release = { type: 'release', ...DOCS, quarantine: 'q1', reason: 'it was the test data' } as const;
    expect(after(put, release, 'daemon').refusal?.code).toBe('NOT_A_PERSON');
    expect(after(put, { ...release, quarantine: '' }).refusal?.code).toBe('NOT_SHOWN');
    expect(after(put, { ...release, reason: ' ' }).refusal?.code).toBe('NO_REASON');
    const free = after(put, release).fleet;
    expect(quarantineOf(free, DOCS)).toBeUndefined();
    expect(after(free, release).refusal?.code).toBe('NOT_QUARANTINED');
  });

  it('RI7 nobody is put there twice, without a reason, or under a name nobody has', () => {
    const put = after(running().fleet, quarantine).fleet;
    expect(after(put, quarantine).events).toEqual([]);
    expect(after(running().fleet, { ...quarantine, reason: '' }).refusal?.code).toBe('NO_REASON');
    expect(after(running().fleet, { ...quarantine, agent: 'dosc' }).refusal?.code).toBe('NO_AGENT');
    expect(after(EMPTY_FLEET, quarantine).refusal?.code).toBe('NO_AGENT');
  });
});

describe('a tripwire', () => {
  const hold: Input = { type: 'hold', ...DOCS, tripwire: 'identical-call', detail: '8 times the same' };

  it('RI2 refuses every call of the agent until a person lets go, with a reason', () => {
    const held = after(running().fleet, hold, 'daemon').fleet;
    expect(callRefusal(held, held.runs['run-docs']!)).toContain('8 times the same');
    expect(after(held, hold, 'daemon').events).toEqual([]);
    const letGo = { type: 'let-go', ...DOCS, reason: 'it polls' } as const;
    expect(after(held, letGo, 'agent:docs').refusal?.code).toBe('NOT_A_PERSON');
    expect(after(held, { ...letGo, reason: '' }).refusal?.code).toBe('NO_REASON');
    const free = after(held, letGo).fleet;
    expect(holdsOf(free, DOCS)).toEqual([]);
    expect(callRefusal(free, free.runs['run-docs']!)).toBeNull();
  });
});
