/** Answers that are more than yes and no: in other words, later, taken back, with a reason. */
import { describe, expect, it } from 'vitest';
import { GRACE_MS } from '../../source/tui/reduce.ts';
import { AFleet, ARoom } from './a-fleet.ts';
import { frameOf } from './frame-of.ts';

const MINUTE = 60_000;

const asks = (): AFleet =>
  new AFleet()
    .project('docs', 'qa')
    .runs('docs')
    .runs('qa')
    .asks('docs', 'Bash', { command: 'npm test' }, 'first')
    .later(5_000)
    .asks('qa', 'Bash', { command: 'rm -rf dist' }, 'second');

/** A room in which the first request of the queue has been looked at long enough. */
function atQueue(fleet = asks(), undoMs = 0): ARoom {
  const room = new ARoom(fleet, { setting: { undoMs } });
  fleet.later(GRACE_MS);
  return room.press('w');
}

describe('the queue', () => {
  it('HI7 has what could do most harm first, however young it is', () => {
    const rows = frameOf(atQueue()).slice(26);
    expect(rows.findIndex((row) => row.includes('rm -rf dist'))).toBeLessThan(
      rows.findIndex((row) => row.includes('npm test')),
    );
    expect(atQueue().ui.queue.approval).toBe('second');
  });

  it('HI2 answers an agent instead of running its call', () => {
    const room = atQueue().press('p').types('dist is kept').press('enter');
    expect(room.wanted('decide')).toMatchObject([
      { approval: 'second', verdict: 'rejected', message: 'dist is kept', isResponse: true },
    ]);
    expect(room.ui.notice?.text).toBe('Answered: qa Bash');
  });

  it('HI2 an empty answer is none', () => {
    const room = atQueue().press('p', 'enter');
    expect(room.wanted('decide')).toEqual([]);
    expect(room.ui.notice?.kind).toBe('problem');
  });

  it('HI7 puts a request off, which comes back by itself', () => {
    const room = atQueue().press('s', 'enter');
    const until = room.fleet.now + 10 * MINUTE;
    expect(room.wanted('ask')).toEqual([{ type: 'ask', ask: { type: 'snooze', approval: 'second', until } }]);
    room.fleet.happens({
      type: 'approval-snoozed',
      approval: 'second',
      run: 'run-qa',
      session: 'run-qa-1',
      until,
    });
    expect(room.sees().ui.queue.approval).toBe('first');
    expect(frameOf(room).join('\n')).toContain('1 put off');
    room.fleet.later(10 * MINUTE);
    room.does({ type: 'tick' });
    expect(frameOf(room).join('\n')).toContain('rm -rf dist');
  });

  it('HI7 the last thing that was put off comes back into an empty queue, deaf for a moment', () => {
    const fleet = new AFleet().project('qa').runs('qa').asks('qa', 'Bash', { command: 'x' }, 'only');
    const room = atQueue(fleet);
    fleet.happens({
      type: 'approval-snoozed',
      approval: 'only',
      run: 'run-qa',
      session: 'run-qa-1',
      until: fleet.now + MINUTE,
    });
    expect(room.sees().ui.queue.approval).toBeNull();
    fleet.later(MINUTE);
    room.does({ type: 'tick' });
    expect(room.ui.queue).toMatchObject({ approval: 'only', inertUntil: fleet.now + GRACE_MS });
  });

  it.each(['soon', '0', '', '2h'])('HI6 no request is put off for "%s"', (time) => {
    const room = atQueue().press('s', 'backspace', 'backspace', 'backspace').types(time).press('enter');
    expect(room.wanted('ask')).toEqual([]);
    expect(room.ui.notice?.kind).toBe('problem');
  });

  it('HI7 S brings back what was put off', () => {
    const room = atQueue();
    const about = { approval: 'first', run: 'run-docs', session: 'run-docs-1' };
    room.fleet.happens({ type: 'approval-snoozed', ...about, until: room.fleet.now + MINUTE });
    room.sees().press('S');
    expect(room.wanted('ask')).toEqual([
      { type: 'ask', ask: { type: 'snooze', approval: 'first', until: null } },
    ]);
  });

  it('HI5 a yes can be taken back for a moment, and not after it', () => {
    const room = atQueue(asks(), 3_000).press('a');
    expect(room.wanted('decide')).toMatchObject([{ approval: 'second', undoMs: 3_000 }]);
    expect(room.ui.notice?.text).toBe('Approved: qa Bash · u takes it back');
    room.press('u');
    expect(room.wanted('ask')).toEqual([{ type: 'ask', ask: { type: 'undo', approval: 'second' } }]);
    room.press('u');
    expect(room.wanted('ask')).toEqual([]);
    const late = atQueue(asks(), 3_000).press('a');
    late.fleet.later(3_000);
    late.press('u');
    expect(late.wanted('ask')).toEqual([]);
    expect(late.ui.notice?.text).toBe('Too late: qa has the answer. x stops it.');
  });

  it('PE7 a scope is granted with a reason, which begins as the agent said it', () => {
    const fleet = new AFleet().project('qa').runs('qa').wants('qa', 'network', 'to fetch the docs', 'wish');
    const room = atQueue(fleet).press('a');
    expect(frameOf(room).join('\n')).toContain('grant network to qa, because: to fetch the docs');
    expect(room.wanted('decide')).toEqual([]);
    room.types(' once').press('enter');
    expect(room.wanted('decide')).toMatchObject([
      { approval: 'wish', verdict: 'approved', message: 'to fetch the docs once' },
    ]);
    expect(atQueue(fleet).press('e').ui.notice?.text).toContain('nothing to edit');
  });
});

describe('the closer look', () => {
  it('HI4 shows a file as it would change, as soon as the daemon has told how it is', () => {
    const content = Array.from({ length: 60 }, (_, at) => `line ${at}`).join('\n');
    const fleet = new AFleet()
      .project('qa')
      .runs('qa')
      .asks('qa', 'Write', { file_path: 'a.txt', content }, 'only');
    const room = atQueue(fleet).press('enter');
    expect(room.wanted('detail')).toEqual([{ type: 'detail', approval: 'only' }]);
    room.press('a');
    expect(room.wanted('decide')).toEqual([]);
    room.does({
      type: 'detail',
      approval: 'only',
      detail: {
        changes: ['a.txt was changed since it was asked'],
        files: [
          {
            path: 'a.txt',
            change: 'changed',
            added: 1,
            removed: 1,
            problem: null,
            hunks: [{ oldStart: 7, newStart: 7, lines: [' line 6', '-line seven', '+line 7'] }],
          },
        ],
      },
    });
    const frame = frameOf(room).join('\n');
    expect(frame).toContain('! a.txt was changed since it was asked');
    expect(frame).toContain('a.txt  changes  +1 −1');
    expect(frame).toContain('- line seven');
    expect(frame).not.toContain('line 42');
    // All of it is on screen now: the diff says what the whole text said.
    room.press('a');
    expect(room.wanted('decide')).toMatchObject([{ approval: 'only', verdict: 'approved' }]);
  });

  it('HI4 shows the whole text where the diff is not whole', () => {
    const fleet = new AFleet()
      .project('qa')
      .runs('qa')
      .asks('qa', 'Write', { file_path: 'a.txt', content: 'one\ntwo' }, 'only');
    const room = atQueue(fleet).press('enter');
    const file = { path: 'a.txt', change: 'changed', added: 0, removed: 0, hunks: [] } as const;
    room.does({
      type: 'detail',
      approval: 'only',
      detail: { changes: [], files: [{ ...file, problem: 'it is too large' }] },
    });
    expect(frameOf(room).join('\n')).toContain('+ two');
  });

  it('PE10 says what each part of a command was worth', () => {
    const decidedBy = { type: 'tier', tier: 'read_only', source: 'fleet.yaml:4' } as const;
    const fleet = new AFleet()
      .project('qa')
      .runs('qa')
      .asks('qa', 'Bash', { command: 'ls && rm x' }, 'only', {
        verdict: 'ask',
        reason: 'rm asks',
        decidedBy,
        parts: [
          { text: 'ls', kind: 'command', verdict: 'allow', reason: 'lists', decidedBy },
          { text: 'rm x', kind: 'command', verdict: 'ask', reason: 'deletes', decidedBy },
        ],
      });
    const frame = frameOf(atQueue(fleet).press('enter')).join('\n');
    expect(frame).toContain('✓ ls  lists');
    expect(frame).toContain('◐ rm x  deletes');
  });
});
