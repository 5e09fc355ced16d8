/** `cd` inside the worktree is followed; one that leaves it, or may, loses the place: nothing behind it is allowed. */
import { formProblem, type Finding } from '../finding.ts';
import { isInside, placeOf } from '../paths.ts';
import { textsOf, type Argument } from './argument.ts';
import type { Frame, Session } from './frame.ts';

/** Where the shell is after a command, and why nobody knows if so. Only a `cd` moves it. */
export function changeDirectory(args: readonly Argument[], frame: Frame, session: Session): Finding | null {
  frame.cwdsOnFailure = frame.cwds;
  const name = args[0]!.text;
  if (name === 'pushd' || name === 'popd') return lost(`${name} is not followed`, frame, session);
  const words = args.slice(1).filter(({ text }) => !/^(?:cd|--|-[LPe@]+)$/.test(text));
  // Through `command cd` and `builtin cd` it is the same shell that moves.
  if (name !== 'cd' && !((name === 'command' || name === 'builtin') && args[1]?.text === 'cd')) return null;
  const [target, ...more] = words;
  if (more.length > 0) return lost('cd with several words', frame, session);
  if (!target) return lost('cd without a folder goes home', frame, session);
  const texts = target.text === '-' && target.kind === 'known' ? frame.previous : textsOf(target);
  if (!texts) return lost('where this cd leads is not known', frame, session);
  const targets: string[] = [];
  const { world, lookup } = session.theCase;
  for (const from of frame.cwds)
    for (const text of texts) {
      const { spelled, real, problem } = placeOf(text, from, world, lookup);
      if (real === null) return lost(problem ?? `where ${text} leads is not known`, frame, session);
      if (!isInside(real, world.root)) return lost(`${spelled} is outside the worktree`, frame, session);
      targets.push(spelled);
    }
  frame.previous = frame.cwds;
  frame.cwds = [...new Set(targets)];
  return null;
}

function lost(detail: string, frame: Frame, session: Session): Finding {
  session.isLost = true;
  frame.previous = null;
  return formProblem(detail);
}
