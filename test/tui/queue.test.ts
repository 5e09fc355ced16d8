import { describe, expect, it } from 'vitest';
import { GRACE_MS } from '../../source/tui/reduce.ts';
import { layoutOf } from '../../source/tui/step.ts';
import { AFleet, ARoom } from './a-fleet.ts';

const LONG = Array.from({ length: 120 }, (_, at) => `line ${at}`).join('\n');

const twoAsk = (): AFleet =>
  new AFleet()
    .project('docs', 'qa')
    .runs('docs')
    .runs('qa')
    .asks('docs', 'Bash', { command: 'npm publish' }, 'first')
    .later(5_000)
    .asks('qa', 'Bash', { command: 'rm -r dist' }, 'second');

/** A room in which the first request has been looked at long enough. */
function atQueue(fleet = twoAsk(), size?: { columns: number; rows: number }): ARoom {
  const room = new ARoom(fleet, size ? { size } : {});
  fleet.later(GRACE_MS);
  return room.press('w');
}

describe('the queue', () => {
  it('HI5 a request answered elsewhere while it is looked at says by whom', () => {
    const room = atQueue().press('enter');
    room.fleet.decided('first', 'rejected');
    room.sees();
    expect(room.ui.notice?.text).toBe('docs Bash was rejected by person:ana meanwhile.');
    expect(room.ui.overlay).toMatchObject({ type: 'look', approval: 'second' });
  });

  it('HI6 an expired request says so to every key that would answer it', () => {
    for (const key of ['a', 'e', 'E', 'r']) {
      const room = atQueue();
      room.fleet.later(3_600_000);
      room.press(key);
      expect(room.ui.notice?.text).toBe('This request has expired: the agent was told no.');
      expect(room.ui.overlay).toBeNull();
    }
  });

  it('UI5 takes one line when nothing waits, and leaves its room to the panes', () => {
    const quiet = new AFleet().project('docs').runs('docs');
    for (const size of [
      { columns: 100, rows: 30 },
      { columns: 200, rows: 50 },
      { columns: 80, rows: 24 },
    ])
      expect(layoutOf(new ARoom(quiet, { size }).ui).queue?.rows).toBe(1);
    expect(layoutOf(new ARoom(twoAsk(), { size: { columns: 100, rows: 30 } }).ui).queue?.rows).toBe(6);
  });

  it('UI1 answering one request after the other does not make the panes jump', () => {
    const room = atQueue();
    const rows = (): number | undefined => layoutOf(room.ui).panes[0]?.inside.rows;
    const before = rows();
    room.fleet.decided('first', 'approved').decided('second', 'approved');
    room.sees();
    expect(rows()).toBe(before);
    room.fleet.later(9_000).asks('docs', 'Bash', { command: 'ls' }, 'third');
    room.sees();
    room.fleet.decided('third', 'approved').later(9_000);
    room.sees().does({ type: 'tick' });
    expect(rows()).toBe(before);
    room.fleet.later(10_000);
    expect(room.does({ type: 'tick' }).ui.queue.isOpen).toBe(false);
    expect(room.ui.region).toBe('list');
    expect(room.press('tab', 'tab').ui.region).toBe('list');
    expect(rows()).toBeGreaterThan(before!);
  });

  it('HI7 has the oldest request under the cursor and nothing preselected as yes', () => {
    const room = atQueue();
    expect(room.ui.queue.approval).toBe('first');
    room.press('enter', 'enter', 'space', 'tab');
    expect(room.wanted('decide')).toEqual([]);
  });

  it('HI5 an approval carries the hash of what is shown', () => {
    const room = atQueue().press('a');
    expect(room.wanted('decide')).toEqual([
      {
        type: 'decide',
        approval: 'first',
        verdict: 'approved',
        hash: room.fleet.fleet.approvals['first']!.hash,
        editedInput: null,
        message: '',
      },
    ]);
  });

  it('HI7 the next request comes up by itself, and is deaf for the grace period', () => {
    const room = atQueue().press('a');
    expect(room.ui.queue.approval).toBe('second');
    room.press('a', 'e', 'E', 'r');
    expect(room.wanted('decide')).toHaveLength(1);
    expect(room.ui.overlay).toBeNull();
    expect(room.ui.notice?.text).toMatch(/just came up/);
    room.fleet.later(GRACE_MS);
    room.press('a');
    expect(room.wanted('decide').map(({ approval }) => approval)).toEqual(['second']);
  });

  it('HI7 a request that vanishes under the cursor never passes the key on to the next one', () => {
    const room = atQueue();
    room.fleet.decided('first', 'rejected');
    room.sees().press('a');
    expect(room.wanted('decide')).toEqual([]);
    expect(room.ui.queue.approval).toBe('second');
  });

  it('HI7 a first request that comes while somebody types is deaf, too', () => {
    const fleet = new AFleet().runs('docs');
    const room = new ARoom(fleet).press('tab', 'tab');
    fleet.asks('docs', 'Bash', { command: 'ls' }, 'late');
    room.sees().press('a');
    expect(room.wanted('decide')).toEqual([]);
  });

  it('HI7 a request chosen by hand is not deaf', () => {
    const room = atQueue().press('j', 'a');
    expect(room.wanted('decide').map(({ approval }) => approval)).toEqual(['second']);
  });

  it('HI7 new requests leave the cursor where it is', () => {
    const room = atQueue();
    room.fleet.asks('docs', 'Bash', { command: 'ls' }, 'third');
    room.sees().press('a');
    expect(room.wanted('decide').map(({ approval }) => approval)).toEqual(['first']);
  });

  it('HI5 an answer on its way is not given again; one that failed is asked for again', () => {
    const room = atQueue(new AFleet().runs('docs').asks('docs', 'Bash', { command: 'ls' }, 'only')).press(
      'a',
    );
    expect(room.ui.queue.approval).toBeNull();
    room.press('a');
    expect(room.wanted('decide')).toHaveLength(1);
    room.does({ type: 'failed', message: 'already decided by ana', approval: 'only' }).sees();
    expect(room.ui.queue.approval).toBe('only');
    expect(room.ui.notice?.text).toBe('already decided by ana');
  });

  it('HI5 what is shown but not sealed is approved by no key', () => {
    const fleet = new AFleet().runs('docs').asks('docs', 'Bash', { command: 'ls' }, 'forged');
    const forged = fleet.fleet.approvals['forged']!;
    const call = { id: 'c', tool: 'Bash', input: { command: 'rm -rf /' }, subagent: null };
    fleet.fleet = {
      ...fleet.fleet,
      approvals: { forged: { ...forged, subject: { type: 'tool-call', vendor: 'claude', call } } },
    };
    const room = atQueue(fleet).press('a', 'e', 'enter', 'a');
    expect(room.wanted('decide')).toEqual([]);
    expect(room.ui.notice?.text).toMatch(/only be rejected/);
  });

  it('HI4 what is not on screen as a whole is approved by no single key', () => {
    const fleet = new AFleet().runs('docs').asks('docs', 'Write', { file_path: '/x', content: LONG }, 'long');
    const room = atQueue(fleet).press('a');
    expect(room.wanted('decide')).toEqual([]);
    expect(room.ui.notice?.text).toMatch(/looks closer/);
    room.press('enter', 'a');
    expect(room.wanted('decide')).toEqual([]);
    expect(room.ui.notice?.text).toMatch(/scroll to the end/);
  });

  it('HI4 scrolled to its end it can be approved, jumped to its end it cannot', () => {
    const fleet = new AFleet().runs('docs').asks('docs', 'Write', { file_path: '/x', content: LONG }, 'long');
    const room = atQueue(fleet).press('enter', 'G', 'a');
    expect(room.wanted('decide')).toEqual([]);
    room.press('g', 'pagedown', 'pagedown', 'pagedown', 'pagedown', 'pagedown', 'a');
    expect(room.wanted('decide').map(({ approval }) => approval)).toEqual(['long']);
  });

  it('HI4 in a narrower window what was seen has to be seen again', () => {
    const fleet = new AFleet().runs('docs').asks('docs', 'Write', { file_path: '/x', content: LONG }, 'long');
    const room = atQueue(fleet).press('enter', 'pagedown', 'pagedown', 'pagedown', 'pagedown', 'pagedown');
    room.does({ type: 'resize', size: { columns: 80, rows: 24 } }).press('a');
    expect(room.wanted('decide')).toEqual([]);
  });

  it('HI4 at 80x24 the drawer answers nothing, its page what it shows as a whole', () => {
    const size = { columns: 80, rows: 24 };
    const asked = (length: number): ARoom => {
      const fleet = new AFleet()
        .runs('docs')
        .asks('docs', 'Bash', { command: `echo ${'x'.repeat(length)}` }, 'wide');
      const room = new ARoom(fleet, { size });
      fleet.later(GRACE_MS);
      return room;
    };
    expect(asked(10).press('a').wanted('decide')).toEqual([]);
    expect(asked(500).press('3', 'a').wanted('decide')).toHaveLength(1);
    expect(asked(2_000).press('3', 'a').wanted('decide')).toEqual([]);
  });

  it('HI7 keys are inert while typing', () => {
    const room = atQueue().press('t');
    room.press('a', 'r', 'enter');
    expect(room.wanted('decide')).toEqual([]);
    expect(room.ui.typing).toBe('run-docs');
  });

  it('HI2 a rejection carries a message to the agent', () => {
    const room = atQueue().press('r').types('not before the review').press('enter');
    expect(room.wanted('decide')).toMatchObject([
      { approval: 'first', verdict: 'rejected', message: 'not before the review' },
    ]);
  });

  it('HI2 a rejection that is given up decides nothing', () => {
    const room = atQueue().press('r').types('a r e').press('escape');
    expect(room.wanted('decide')).toEqual([]);
    expect(room.ui.overlay).toBeNull();
  });

  it('HI2 an edit runs as edited, and says what was asked', () => {
    const room = atQueue().press('e').types(' --dry-run').press('ctrl+s');
    expect(room.wanted('decide')).toMatchObject([
      {
        approval: 'first',
        verdict: 'approved',
        hash: room.fleet.fleet.approvals['first']!.hash,
        editedInput: { command: 'npm publish --dry-run' },
      },
    ]);
  });

  it('HI2 an edit keeps every other member of the input', () => {
    const fleet = new AFleet()
      .runs('docs')
      .asks('docs', 'Bash', { command: 'ls', timeout: 5, description: 'List' }, 'more');
    const room = atQueue(fleet).press('e', 'ctrl+u').types('pwd').press('ctrl+s');
    expect(room.wanted('decide')[0]?.editedInput).toEqual({
      command: 'pwd',
      timeout: 5,
      description: 'List',
    });
  });

  it('HI2 without a text to edit the whole input is edited as JSON, and must be some', () => {
    const fleet = new AFleet().runs('docs').asks('docs', 'Count', { from: 1, to: 3 }, 'count');
    const room = atQueue(fleet).press('e', 'backspace', 'ctrl+s');
    expect(room.wanted('decide')).toEqual([]);
    expect(room.ui.overlay).toMatchObject({ type: 'edit', problem: expect.stringMatching(/no JSON/) });
    room.press('}', 'ctrl+s');
    expect(room.wanted('decide')[0]?.editedInput).toEqual({ from: 1, to: 3 });
  });

  it('HI2 what $EDITOR saved is shown once more before it may run', () => {
    const room = atQueue().press('E');
    expect(room.wanted('editor')).toEqual([
      { type: 'editor', approval: 'first', text: '{\n  "command": "npm publish"\n}\n' },
    ]);
    room.does({ type: 'edited', approval: 'first', text: '{"command": "npm pack"}\n' });
    expect(room.wanted('decide')).toEqual([]);
    expect(room.press('ctrl+s').wanted('decide')[0]?.editedInput).toEqual({ command: 'npm pack' });
  });

  it('HI5 a form that outlives its request answers nothing', () => {
    const room = atQueue().press('e');
    room.fleet.decided('first', 'rejected');
    room.sees().press('ctrl+s');
    expect(room.wanted('decide')).toEqual([]);
    expect(room.ui.notice?.text).toMatch(/answered already/);
  });

  it('HI6 an expired request is approved by no key', () => {
    const room = atQueue();
    room.fleet.later(3_600_000);
    room.press('a');
    expect(room.wanted('decide')).toEqual([]);
  });

  it('UI7 while the daemon is away nothing is decided, and the request stays', () => {
    const room = atQueue().does({ type: 'daemon', state: 'lost', message: '' }).press('a');
    expect(room.wanted('decide')).toEqual([]);
    expect(room.ui.queue.approval).toBe('first');
    expect(room.ui.notice?.text).toMatch(/daemon is away/);
  });

  it('HI9 rings on news only, never for what was there when the room was opened', () => {
    const fleet = twoAsk();
    const room = new ARoom(fleet);
    expect(room.wanted('bell')).toEqual([]);
    fleet.asks('qa', 'Bash', { command: 'ls' }, 'third');
    expect(room.sees().wanted('bell')).toHaveLength(1);
    expect(room.sees().wanted('bell')).toEqual([]);
  });

  it('HI1 w goes round all that waits and brings its agent along', () => {
    const room = atQueue();
    expect(room.ui.cursor).toBe('run-docs');
    expect(room.press('w').ui).toMatchObject({ cursor: 'run-qa', queue: { approval: 'second' } });
    expect(room.press('w').ui.queue.approval).toBe('first');
  });

  it('HI2 from the closer look the next request is looked at closely, too', () => {
    const room = atQueue().press('enter', 'a');
    expect(room.wanted('decide')).toHaveLength(1);
    expect(room.ui.overlay).toMatchObject({ type: 'look', approval: 'second' });
    room.press('a');
    expect(room.wanted('decide')).toEqual([]);
  });
});
