/** Names of secrets, and references to them in what an agent writes: `{{vault:NAME}}`. */

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const REFERENCE = /\{\{\s*vault:([^{}\s]*)\s*\}\}/g;

/** What is wrong with it, or null. */
export function nameProblem(name: string): string | null {
  return NAME.test(name)
    ? null
    : `"${name}" cannot be the name of a secret: letters, digits and _, not beginning with a digit, at most 64`;
}

/** Names that are referred to anywhere in a tool's input, each once. A malformed reference counts under its text. */
export function referencesIn(value: unknown): readonly string[] {
  const names = new Set<string>();
  eachText(value, (text) => {
    for (const found of text.matchAll(REFERENCE)) names.add(found[1]!);
  });
  return [...names];
}

/** The same input with values in the place of references. Names without a value are left as they are. */
export function withValues<T>(value: T, values: ReadonlyMap<string, string>): T {
  if (typeof value === 'string')
    return value.replaceAll(REFERENCE, (reference, name: string) => values.get(name) ?? reference) as T;
  if (Array.isArray(value)) return value.map((member: unknown) => withValues(member, values)) as T;
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, withValues(member as unknown, values)]),
    ) as T;
  return value;
}

function eachText(value: unknown, see: (text: string) => void): void {
  if (typeof value === 'string') see(value);
  else if (typeof value === 'object' && value !== null)
    for (const member of Object.values(value)) eachText(member, see);
}
