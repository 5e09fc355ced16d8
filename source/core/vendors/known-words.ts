/**
 * What a person may put into `command` of a CLI that gains flags every month: only what is known to leave the
 * gate alone.
 */
export interface KnownWords {
  readonly switches: RegExp;
  /** Flags whose value follows, in the same word after `=` or as the next. */
  readonly values: RegExp;
  /** Why not, for the flags somebody is most likely to reach for. */
  readonly reasons: Readonly<Record<string, string>>;
  /** Judges a value; a text says what is wrong with it. */
  readonly faultOf?: (flag: string, value: string) => string | undefined;
}

/** Says in words which of them cannot stand there; undefined when all can. */
export function refusedWord(args: readonly string[], known: KnownWords): string | undefined {
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at]!;
    const equals = word.startsWith('--') ? word.indexOf('=') : -1;
    const flag = equals === -1 ? word : word.slice(0, equals);
    if (known.switches.test(word)) continue;
    if (!known.values.test(flag))
      return `"${word}" cannot stand in its command: ${known.reasons[flag] ?? 'fleet does not know it, and it might take the gate away'}`;
    const value = equals === -1 ? args[(at += 1)] : word.slice(equals + 1);
    if (value === undefined) return `"${word}" lacks its value`;
    const fault = known.faultOf?.(flag, value);
    if (fault !== undefined) return `"${flag} ${value}" cannot stand in its command: ${fault}`;
  }
  return undefined;
}
