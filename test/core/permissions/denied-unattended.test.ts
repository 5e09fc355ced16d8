import { expect, test } from 'vitest';
import { deniedUnattended } from '../../../source/core/permissions/denied-unattended.ts';
import { pastCalls } from '../../../source/core/policy-tools/replay.ts';
import { fetching, Permitted, read, shell } from '../../support/permitted.ts';

const told = (world: Permitted) =>
  deniedUnattended(world.fleet, pastCalls(world.log, world.fleet.runs).calls);

test('PE9 what would have been denied with nobody there, part by part, the most frequent first', () => {
  const world = new Permitted();
  const { run, session } = world.up('dev', { tier: 'read_only' });
  world.call(session, read());
  world.call(session, shell('ls && make release'));
  world.call(session, shell('make release'));
  world.submit({ type: 'grant-scope', run, scope: 'network', reason: 'docs' });
  world.call(session, fetching());
  expect(told(world)).toMatchObject({
    judged: 4,
    denied: 3,
    parts: [
      { text: 'make release', count: 2, reason: expect.stringContaining('tier') },
      // Granted to that run by a person, which nobody would have done.
      { text: 'https://docs.example.com/a', count: 1, reason: expect.stringContaining('network') },
    ],
  });
});

test('PE9 a rule that allows it takes it off the list', () => {
  const world = new Permitted();
  const { session } = world.up('dev', { tier: 'read_only' });
  world.call(session, shell('make release'));
  world.up('dev', {
    tier: 'read_only',
    maxConcurrent: 2,
    rules: [{ effect: 'allow', rule: 'Bash(make release)' }],
  });
  expect(told(world)).toEqual({ judged: 1, denied: 0, parts: [] });
});
