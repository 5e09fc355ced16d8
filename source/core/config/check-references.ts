/** What agents say of each other must hold for all files together. */
import { pathOf, placeOf } from './described.ts';
import type { Described } from './described.ts';
import { nearest } from './nearest.ts';
import type { Problem } from './problem.ts';

export function checkReferences(all: readonly Described[], problems: Problem[]): void {
  const names = [...new Set(all.map((entry) => entry.keys.values.name!))];
  for (const entry of all) {
    const { reports_to, allowed_subagents } = entry.keys.values;
    if (reports_to !== undefined) problems.push(...unknownName(entry, 'reports_to', reports_to, names));
    for (const name of allowed_subagents ?? []) problems.push(...misspeltKind(entry, name, names));
    problems.push(...unattended(entry, all));
  }
  problems.push(...circles(all));
}

function unknownName(
  entry: Described,
  key: string,
  name: string,
  names: readonly string[],
): readonly Problem[] {
  if (names.includes(name)) return [];
  const meant = nearest(name, names);
  return [
    {
      ...placeOf(entry, key),
      path: pathOf(entry, key),
      severity: 'error',
      message: `no agent is called "${name}"`,
      expected: `one of ${names.join(', ')}`,
      ...(meant === undefined ? {} : { nearest: meant }),
    },
  ];
}

/** A kind of sub-agent of the vendor's own is fine; one that is nearly the name of an agent is most likely meant to be it. */
function misspeltKind(entry: Described, name: string, names: readonly string[]): readonly Problem[] {
  const meant = names.includes(name) ? undefined : nearest(name, names);
  if (meant === undefined) return [];
  return [
    {
      ...placeOf(entry, 'allowed_subagents'),
      path: pathOf(entry, 'allowed_subagents'),
      severity: 'warning',
      message: `no agent is called "${name}", so it is taken for a kind of sub-agent of the vendor's`,
      expected: '',
      nearest: meant,
    },
  ];
}

/**
 * An agent that starts by itself has nobody to ask, so what it may do must be written down for it alone
 * (PE9): a tier of its own, in either file.
 */
function unattended(entry: Described, all: readonly Described[]): readonly Problem[] {
  const { name, schedule, triggers, enabled } = entry.keys.values;
  const starts =
    schedule !== undefined
      ? 'schedule'
      : triggers?.some((trigger) => trigger.enabled !== false)
        ? 'triggers'
        : null;
  const hasTier = all.some(
    ({ keys }) => keys.values.name === name && keys.values.permissions?.values.execution_tier !== undefined,
  );
  if (starts === null || enabled === false || hasTier) return [];
  return [
    {
      ...placeOf(entry, starts),
      path: pathOf(entry, starts),
      severity: 'error',
      message: `"${name}" would start with nobody to ask, and has no tier of its own`,
      expected: 'permissions: {execution_tier: …} for this agent',
    },
  ];
}

/** Each circle of `reports_to` once, told at the member that comes first. */
function circles(all: readonly Described[]): readonly Problem[] {
  const superiors = new Map<string, Described>();
  for (const entry of all) {
    const name = entry.keys.values.name!;
    if (entry.keys.values.reports_to !== undefined && !superiors.has(name)) superiors.set(name, entry);
  }
  const problems: Problem[] = [];
  const done = new Set<string>();
  for (const start of superiors.keys()) {
    const way: string[] = [];
    let name: string | undefined = start;
    while (name !== undefined && !done.has(name) && !way.includes(name)) {
      way.push(name);
      name = superiors.get(name)?.keys.values.reports_to;
    }
    const from = name === undefined || done.has(name) ? -1 : way.indexOf(name);
    for (const passed of way) done.add(passed);
    if (from === -1) continue;
    const circle = [...way.slice(from), name!];
    const entry = superiors.get(name!)!;
    problems.push({
      ...placeOf(entry, 'reports_to'),
      path: pathOf(entry, 'reports_to'),
      severity: 'error',
      message: `goes round in a circle: ${circle.join(' → ')}`,
      expected: 'somebody who reports to nobody',
    });
  }
  return problems;
}
