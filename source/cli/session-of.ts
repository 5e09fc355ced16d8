/** The session a person means by a run's id, the beginning of it, its session id or its agent's name. */
import { isEnded, type Fleet } from '../core/fleet.ts';

export function sessionOf(fleet: Fleet, name: string): string {
  const runs = Object.values(fleet.runs).filter(
    (run) =>
      run.session && ((name !== '' && run.id.startsWith(name)) || run.session === name || run.agent === name),
  );
  const exact = runs.find((run) => run.id === name || run.session === name);
  const live = runs.filter((run) => !isEnded(run));
  const latest = runs.sort((a, b) => b.requestedAt - a.requestedAt)[0];
  const found = exact ?? (live.length === 1 ? live[0] : live.length === 0 ? latest : undefined);
  if (found?.session) return found.session;
  throw new Error(
    live.length > 1
      ? `${name} may be ${live.map((run) => run.id).join(' or ')}; name the run`
      : `there is no run ${name}; see: fleet ls --all`,
  );
}
