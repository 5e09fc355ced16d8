import { expect, it } from 'vitest';
import { decide } from '../../source/core/decide.ts';
import { AFleet } from '../tui/a-fleet.ts';

const atWork = (): AFleet =>
  new AFleet()
    .project('docs')
    .runs('docs')
    .happens({ type: 'activity-changed', run: 'run-docs', session: 'run-docs-1', activity: 'working' })
    .asks('docs', 'Bash', { command: 'x' }, 'one');

const giveUp = ({ fleet, now }: AFleet) =>
  decide(
    fleet,
    { type: 'hook-gone', session: 'run-docs-1', call: 'call-one' },
    { at: now, actor: 'daemon', fresh: 'f' },
  ).events.map((event) => [event.type, 'activity' in event ? event.activity : '']);

it('UI5 an agent whose waiting call was broken off with Esc is idle', () => {
  expect(giveUp(atWork())).toEqual([
    ['approval-closed', ''],
    ['activity-changed', 'idle'],
  ]);
});

it('UI5 it is at work as long as another call of it waits', () => {
  expect(giveUp(atWork().asks('docs', 'Bash', { command: 'y' }, 'two'))).toEqual([['approval-closed', '']]);
});
