/**
 * The independent check of a judge: what bash really does with a script that was allowed must be allowed by
 * itself, every program it runs, every file it writes, every file it reads.
 */
import type { Action } from '../../../source/core/policy/action.ts';
import type { Policy, SourcedRule, World } from '../../../source/core/policy/policy.ts';
import { SCOPES } from '../../../source/core/policy/verdict.ts';
import type { Judgement } from '../../../source/core/policy/verdict.ts';
import { TIERS } from '../../../source/core/agent.ts';
import { seeded } from '../../support/seeded.ts';
import { filesNamedIn, OPTION_LIKE } from './lane.ts';
import type { Lane, ScriptRun } from './lane.ts';
import type { Random } from './chance.ts';
import { randomScript } from './random-script.ts';

/** A judge that looks up the facts it wants in a lane. */
export type LaneJudge = (given: {
  readonly action: Action;
  readonly policy: Policy;
  readonly lane: Lane;
  readonly cwd: string;
}) => Judgement;

export interface Check {
  readonly seed: number;
  readonly policy: Policy;
  readonly script: string;
  readonly isAllowed: boolean;
  readonly isTimedOut: boolean;
  readonly stubRuns: number;
  /** What bash did and the judge would not have allowed. */
  readonly wrongs: readonly string[];
}

/** A random script under a random policy; the same seed yields the same ones. */
export function checkSeed(seed: number, lane: Lane, judge: LaneJudge): Promise<Check> {
  const random = seeded(seed);
  const policy = randomPolicy(random);
  return checkScript({ seed, policy, script: randomScript(random, lane.places) }, lane, judge);
}

export async function checkScript(
  given: Pick<Check, 'seed' | 'policy' | 'script'>,
  lane: Lane,
  judge: LaneJudge,
): Promise<Check> {
  const { policy, script } = given;
  const action = { type: 'shell', command: script } as const;
  const { verdict } = judge({ action, policy, lane, cwd: lane.places.root });
  if (verdict !== 'allow') return { ...given, isAllowed: false, isTimedOut: false, stubRuns: 0, wrongs: [] };
  const run = await lane.run(script);
  const wrongs = [...new Set(wrongsOf(run, { lane, policy, judge }))];
  return { ...given, isAllowed: true, isTimedOut: run.isTimedOut, stubRuns: run.stubs.length, wrongs };
}

function* wrongsOf(
  run: ScriptRun,
  { lane, policy, judge }: { readonly lane: Lane; readonly policy: Policy; readonly judge: LaneJudge },
): Generator<string> {
  const { root } = lane.places;
  const askedOf = (action: Action, cwd: string): string | null => {
    const { verdict, reason } = judge({ action, policy, lane, cwd });
    return verdict === 'allow' ? null : `${verdict}: ${reason}`;
  };
  for (const { argv, cwd, environment, input } of run.stubs) {
    const isPlain = PLAIN.has(argv[0] ?? '');
    const command = argv
      .filter((word) => !(isPlain && word === OPTION_LIKE))
      .map(seen)
      .map(inQuotes)
      .join(' ');
    const asked = askedOf({ type: 'shell', command }, cwd);
    if (asked !== null) yield `ran ${command} in ${cwd} (${asked})`;
    if (environment !== '') yield `ran ${command} with ${environment} in its environment`;
    for (const file of filesNamedIn(input)) {
      const refused = askedOf({ type: 'read', paths: [file] }, root);
      if (refused !== null) yield `gave ${file} to ${command} (${refused})`;
    }
  }
  for (const file of run.changed) {
    const asked = askedOf({ type: 'write', paths: [seen(file)] }, root);
    if (asked !== null) yield `wrote ${file} (${asked})`;
  }
  const printed = run.stdout + run.stubs.map(({ argv }) => argv.join(' ')).join(' ');
  for (const file of filesNamedIn(printed)) {
    const asked = askedOf({ type: 'read', paths: [file] }, root);
    if (asked !== null) yield `showed ${file} (${asked})`;
  }
}

/** A character that a script spells as an escape is seen there, and not where it came to. */
const seen = (word: string): string => word.replaceAll(/[\p{Cc}\p{Cf}\uFFFD]/gu, 'x');

/** None of their options writes, runs or reads anything else: a name that looks like one is at worst refused. */
const PLAIN = new Set('ls cat head tail wc nl rev stat basename cut tr grep'.split(' '));

/** The word as bash reads it back, whatever is in it. */
function inQuotes(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) && !/^\w+=/.test(word)
    ? word
    : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

const RULES: readonly (readonly [SourcedRule['effect'], string])[] = [
  ['allow', 'Bash(npm test)'],
  ['allow', 'Bash(npm *)'],
  ['allow', 'Bash(npm run *)'],
  ['allow', 'Bash(npm test:*)'],
  ['allow', 'Bash(git * -3)'],
  ['allow', 'Bash(touch:*)'],
  ['allow', 'Bash(curl evil.example)'],
  ['allow', 'Bash(tee*)'],
  ['allow', 'Bash(timeout 5 npm *)'],
  ['allow', 'Edit(src/**)'],
  ['allow', 'Read(config/**)'],
  ['ask', 'Bash(git diff*)'],
  ['ask', 'Bash(wc *)'],
  ['deny', 'Bash(rm *)'],
  ['deny', 'Bash(curl:*)'],
  ['deny', 'Bash(sort*)'],
  ['deny', 'Read(b.txt)'],
  ['deny', 'Edit(out.txt)'],
];

function randomPolicy(random: Random): Policy {
  const rules: SourcedRule[] = [];
  for (let count = random(4); count > 0; count--) {
    const [effect, rule] = RULES[random(RULES.length)]!;
    rules.push({ effect, rule, source: `rule ${count}` });
  }
  return {
    // The tier that allows most shows most.
    tier: TIERS[Math.min(random(6), 2)]!,
    tierSource: 'test',
    rules,
    scopes: SCOPES,
    allowedSubagents: null,
    isAttended: true,
  };
}

export function worldFor(lane: Lane, cwd: string): Omit<World, 'real'> {
  return { root: lane.places.root, home: lane.places.home, cwd, secrets: lane.secrets };
}
