/** Fields of a row under any of the names people give them. Case, `_`, `-` and blanks make no difference. */

export type Fields = ReadonlyMap<string, unknown>;

export const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** A row's fields; what is nested under `fields` or `data` belongs to it. */
export function fieldsOf(row: Readonly<Record<string, unknown>>): Fields {
  const fields = new Map<string, unknown>();
  for (const [name, value] of Object.entries(row)) {
    const isNested = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isNested && (name === 'fields' || name === 'data'))
      for (const [inner, innerValue] of Object.entries(value)) fields.set(plain(inner), innerValue);
    else fields.set(plain(name), value);
  }
  return fields;
}

/** The first of the names that holds a number, or a flag as 1 or 0. */
export function numberIn(fields: Fields, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = fields.get(name);
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)))
      return Number(value);
  }
  return undefined;
}

export function flagIn(fields: Fields, names: readonly string[]): boolean | undefined {
  for (const name of names) {
    const value = fields.get(name);
    if (typeof value === 'boolean') return value;
    if (typeof value === 'number') return value !== 0;
    if (typeof value === 'string' && /^(?:true|yes|false|no)$/i.test(value))
      return /^(?:true|yes)$/i.test(value);
  }
  return undefined;
}

export function wordIn(fields: Fields, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = fields.get(name);
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
  }
  return undefined;
}

/** Minutes, seconds since 1970, milliseconds, or a date: a number as it stands, a date in milliseconds. */
export function timeIn(fields: Fields, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = fields.get(name);
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (typeof value !== 'string') continue;
    if (value.trim() !== '' && Number.isFinite(Number(value))) return Number(value);
    const date = Date.parse(value);
    if (!Number.isNaN(date)) return date;
  }
  return undefined;
}
