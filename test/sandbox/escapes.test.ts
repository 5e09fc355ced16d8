/** PE12: every escape works beside everything, and none works in the sandbox; as root and as an ordinary user. */
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { NO_SANDBOX, PEOPLE, SandboxLab } from '../support/sandbox-lab.ts';
import { ESCAPES, hasEscaped } from './escapes.ts';

describe.skipIf(NO_SANDBOX !== null)(`escapes${NO_SANDBOX ? ` (skipped: ${NO_SANDBOX})` : ''}`, () => {
  test('PE12 the battery has at least sixty of them', () => {
    expect(ESCAPES.flatMap(([, { escapes }]) => escapes).length).toBeGreaterThanOrEqual(60);
  });

  describe.each(PEOPLE)('of $name', (person) => {
    describe.each(ESCAPES)('%s', (_, { escapes, isLabSpoilt }) => {
      let lab: SandboxLab | undefined;
      const close = (): void => {
        lab?.close();
        lab = undefined;
      };
      afterAll(close);
      afterEach(() => {
        if (isLabSpoilt) close();
      });

      for (const escape of escapes) {
        if (escape.isForRoot && person.uid !== 0) continue;
        test(`PE12 ${escape.name}: not from inside`, async ({ skip }) => {
          lab ??= await SandboxLab.open(person);
          const inside = await lab.inside(escape);
          expect(hasEscaped(escape, lab, inside.output), inside.output).toBe(false);
          escape.restore?.(lab);
          const outside = await lab.outside(escape);
          const works = hasEscaped(escape, lab, outside.output);
          escape.restore?.(lab);
          if (!works && escape.isUpToKernel)
            skip(`this machine refuses it by itself: ${outside.output.trim()}`);
          expect(works, `the attack itself does not work: ${outside.output}`).toBe(true);
        });
      }
    });
  });
});
