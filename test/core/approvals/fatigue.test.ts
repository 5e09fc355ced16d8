import { expect, it } from 'vitest';
import { fatigueOf } from '../../../source/core/approvals/fatigue.ts';
import { Simulation } from '../../support/fleet.ts';

const HOUR_MS = 3_600_000;

function history(answers: readonly ('approved' | 'rejected' | 'none')[], ms = 5_000): Simulation {
  const world = new Simulation();
  const { session } = world.running();
  for (const [at, answer] of answers.entries()) {
    const approval = world.asks(session, `c${at}`, `make docs ${at}`, 10_000);
    world.at += ms;
    if (answer === 'none') {
      world.at += 10_000;
      world.submit({ type: 'tick' }, 'daemon');
    } else
      world.submit({
        type: 'decide',
        approval,
        verdict: answer,
        hash: world.fleet.approvals[approval]!.hash,
        decision: `d${at}`,
        editedInput: null,
        message: '',
      });
  }
  return world;
}

const over = (world: Simulation, hours = 10) =>
  fatigueOf(world.log, { since: world.at - hours * HOUR_MS, until: world.at });

it('HI10 what is asked thirty times and always approved is suggested as a rule', () => {
  const always = over(history(Array.from({ length: 30 }, () => 'approved')));
  expect(always.classes).toHaveLength(1);
  expect(always.classes[0]).toMatchObject({ asked: 30, approveRate: 1, isRuleSuggested: true });
  const rarely = over(history(Array.from({ length: 29 }, () => 'approved')));
  expect(rarely.classes[0]!.isRuleSuggested).toBe(false);
  const doubted = over(
    history(Array.from({ length: 40 }, (_, at) => (at % 10 === 0 ? 'rejected' : 'approved'))),
  );
  expect(doubted.classes[0]).toMatchObject({ approveRate: 0.9, isRuleSuggested: false });
});

it('HI10 figures: asked, answered, how fast, by whom; a question without an answer is nobody`s', () => {
  const { all, people } = over(history(['approved', 'approved', 'rejected', 'none']));
  expect(all).toMatchObject({
    asked: 4,
    approved: 2,
    rejected: 1,
    expired: 1,
    perHour: 0.4,
    approveRate: 2 / 3,
    medianDecisionMs: 5_000,
    shareUnderTwoSeconds: 0,
  });
  expect(people).toHaveLength(1);
  expect(people[0]).toMatchObject({ person: 'ana', asked: 3 });
});

it('HI10 answers faster than reading are counted as such, and too many questions an hour are too many', () => {
  const quick = over(
    history(
      Array.from({ length: 26 }, () => 'approved'),
      500,
    ),
    2,
  );
  expect(quick.all.shareUnderTwoSeconds).toBe(1);
  expect(quick.isOverBudget).toBe(true);
  expect(over(history(['approved'])).isOverBudget).toBe(false);
});

it('HI10 a decision that was taken back is none', () => {
  const world = new Simulation();
  const { session } = world.running();
  const approval = world.asks(session, 'c', 'make docs');
  const { hash } = world.fleet.approvals[approval]!;
  const verdict = {
    verdict: 'approved',
    hash,
    decision: 'd',
    editedInput: null,
    message: '',
    undoMs: 3_000,
  } as const;
  world.submit({ type: 'decide', approval, ...verdict });
  world.submit({ type: 'undo', approval });
  expect(over(world).all).toMatchObject({ asked: 1, approved: 0, approveRate: null });
});

it('HI10 nothing asked is nothing, not a division by it', () => {
  expect(fatigueOf([], { since: 0, until: 0 })).toMatchObject({
    all: { asked: 0, approveRate: null, medianDecisionMs: null },
    people: [],
    classes: [],
    isOverBudget: false,
  });
});
