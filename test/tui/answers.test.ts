/** Answers that are more than yes and no: in other words, later, taken back, with a reason. */
import { describe, expect, it } from 'vitest';
import { GRACE_MS } from '../../source/tui/reduce.ts';
import type { Proposals } from '../../source/tui/always-form.ts';
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

const PREVIEW = { looked: 80, changed: { allow: 12, ask: 0, deny: 0 }, hadBeenRejected: 1, examples: [] };
const PROPOSALS: Proposals = {
  proposals: [
    { rule: 'Bash(npm test)', words: 'exactly this command', preview: PREVIEW },
    { rule: 'Bash(npm test:*)', words: '“npm test” with anything behind it', preview: PREVIEW },
  ],
  targets: [
    { to: 'agent', file: 'fleet.yaml', words: 'agent docs' },
    { to: 'global', file: '/home/dev/.fleet/policy.yaml', words: 'every agent of every project' },
  ],
};

describe('a rule out of a request', () => {
  const fleet = (): AFleet =>
    new AFleet().project('docs').runs('docs').asks('docs', 'Bash', { command: 'npm test' }, 'one');
  const opened = (): ARoom => {
    const room = atQueue(fleet()).press('A');
    expect(room.wanted('proposals')).toEqual([{ type: 'proposals', approval: 'one' }]);
    return room.does({ type: 'proposals', approval: 'one', proposals: PROPOSALS });
  };

  it('HI2 shows the narrowest, what it would have matched, and where it will stand', () => {
    const frame = frameOf(opened()).join('\n');
    expect(frame).toContain('Bash(npm test)');
    expect(frame).toContain('of 80 recorded calls it would have allowed 12 more');
    expect(frame).toContain('! 1 of them somebody rejected');
    expect(frame).toContain('agent docs, in fleet.yaml');
  });

  it('HI2 writes the one that was chosen to the file that was chosen', () => {
    const room = opened().press('down', 'tab', 'enter');
    expect(room.wanted('always')).toMatchObject([
      { approval: 'one', rule: 'Bash(npm test:*)', target: { type: 'file', target: { to: 'global' } } },
    ]);
    expect(room.ui.overlay).toBeNull();
  });

  it('HI2 a rule of one’s own is looked up in the history before it is written', () => {
    const room = opened().press('backspace').types(' -w)').press('enter');
    expect(room.wanted('always')).toEqual([]);
    room.press('enter');
    expect(room.wanted('preview')).toEqual([{ type: 'preview', approval: 'one', rule: 'Bash(npm test -w)' }]);
    room.does({ type: 'preview', rule: 'Bash(npm test -w)', preview: PREVIEW }).press('enter');
    expect(room.wanted('always')).toMatchObject([{ rule: 'Bash(npm test -w)' }]);
  });

  it('HI2 can be granted for a while instead, to this run or this agent', () => {
    const room = opened().press('tab', 'tab', 'enter');
    expect(room.wanted('always')).toMatchObject([{ target: { type: 'grant', holder: 'run', days: 7 } }]);
  });

  it('HI2 is not proposed where no rule says just this', () => {
    const room = atQueue(fleet()).press('A');
    room.does({ type: 'proposals', approval: 'one', proposals: { ...PROPOSALS, proposals: [] } });
    expect(room.ui.overlay).toBeNull();
    expect(room.ui.notice?.kind).toBe('problem');
  });
});

describe('a batch', () => {
  const three = (): AFleet =>
    new AFleet()
      .project('docs', 'qa')
      .runs('docs')
      .runs('qa')
      .asks('docs', 'Bash', { command: 'npm run build' }, 'one')
      .asks('qa', 'Bash', { command: 'npm run build' }, 'two')
      .asks('qa', 'Bash', { command: 'make' }, 'three');

  /** The batch of one of the two that are alike, wherever they stand. */
  function atNpm(): ARoom {
    const room = atQueue(three());
    while (room.ui.queue.approval === 'three') room.press('j');
    return room.press('B');
  }

  it('HI7 has only what is of the same kind, shows each, and wants a y', () => {
    const room = atNpm();
    const frame = frameOf(room).join('\n');
    expect(frame).toContain('approve these 2?');
    room.press('x');
    expect(room.wanted('batch')).toEqual([]);
    room.press('B', 'y');
    const [batch] = room.wanted('batch');
    expect(batch?.members.map(({ approval }) => approval).sort()).toEqual(['one', 'two']);
    expect(room.ui.queue.approval).toBe('three');
  });

  it('HI7 is refused for one alone, for what is risky, and when one of them was answered meanwhile', () => {
    const alone = new AFleet().project('qa').runs('qa').asks('qa', 'Bash', { command: 'make' }, 'only');
    expect(atQueue(alone).press('B').ui.overlay).toBeNull();
    expect(atQueue(asks()).press('B').ui.notice?.text).toContain('one by one');
    const room = atNpm();
    room.fleet.decided('two', 'rejected');
    room.sees().press('y');
    expect(room.wanted('batch')).toEqual([]);
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
    expect(frame).toContain('changes  +1 −1');
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
