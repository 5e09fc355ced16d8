import { expect, it } from 'vitest';
import { paneTitle } from '../../source/tui/screens/control-room/pane-titles.ts';
import { AFleet, ARoom } from './a-fleet.ts';

it('PE12 a pane says "not contained" for as long as its agent runs without a sandbox', () => {
  const fleet = new AFleet().project('dev').runs('dev', { isGated: false });
  const session = 'run-dev-1';
  const parts = (): readonly string[] => {
    const room = new ARoom(fleet);
    return paneTitle(room.ui, room.context, 'run-dev', 1).parts;
  };
  const identity = { pid: 1, startTime: '1', bootId: 'b' };
  const starts = (isContained: boolean) =>
    fleet.happens({
      type: 'session-started',
      run: 'run-dev',
      session,
      holder: identity,
      child: identity,
      isContained,
    });
  expect(parts()).toContain('contained only');
  starts(false);
  expect(parts()).toContain('not contained');
  expect(parts()).not.toContain('contained only');
  starts(true);
  expect(parts()).toContain('contained only');
  expect(parts()).not.toContain('not contained');
});
