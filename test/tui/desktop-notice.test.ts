import { describe, expect, it } from 'vitest';
import { noticeSequence } from '../../source/core/notice-sequence.ts';
import { AFleet, ARoom } from './a-fleet.ts';

describe('notifications', () => {
  it('HI9 say who waits or failed, on edges only, and never what was asked', () => {
    const fleet = new AFleet().runs('docs').runs('qa').asks('docs', 'Bash', { command: 'cat secret' });
    const room = new ARoom(fleet);
    expect(room.wanted('notify')).toEqual([]);
    fleet.asks('qa', 'Bash', { command: 'echo $TOKEN' }).exits('docs', 1);
    expect(room.sees().wanted('notify')).toEqual([
      { type: 'notify', words: 'qa waits for you, docs failed' },
    ]);
    expect(room.sees().wanted('notify')).toEqual([]);
  });

  it('HI9 go the way the person chose, past tmux where there is one', () => {
    expect(noticeSequence('qa waits', 'none', true)).toBe('');
    expect(noticeSequence('qa waits', 'osc9', false)).toBe('\u001B]9;qa waits\u0007');
    expect(noticeSequence('qa waits', 'osc777', true)).toBe(
      '\u001BPtmux;\u001B\u001B]777;notify;fleet;qa waits\u0007\u001B\\',
    );
  });

  it('HI9 carry no control characters and no fields of somebody else', () => {
    expect(noticeSequence('a\u0007\u001B]0;x;b', 'osc777', false)).toBe(
      '\u001B]777;notify;fleet;a\\u{7}\\u{1b}]0,x,b\u0007',
    );
    expect(noticeSequence('x'.repeat(500), 'osc9', false).length).toBeLessThan(120);
  });
});
