/**
 * Finds what looks like a secret in a text: formats that services give their keys, private keys, and assignments
 * of random-looking values to names that say "secret". It says where and what kind, never the value.
 */

export interface Found {
  /** From 1. */
  readonly line: number;
  readonly kind: string;
  /** First four characters and the length: enough to know it again, too little to use it. */
  readonly shown: string;
}

interface Format {
  readonly kind: string;
  /** The last group, or all of it, is the value. */
  readonly pattern: RegExp;
}

/** Longer lines are bundles and data; their beginning is looked at. */
const LINE_LETTERS_MAX = 4_096;

/** A file with more is a list of secrets whatever else it is. */
const FOUND_MAX = 100;

/** As their services document them; what comes first is the more telling. */
const FORMATS: readonly Format[] = [
  { kind: 'private key', pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----/ },
  { kind: 'AWS access key', pattern: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/ },
  { kind: 'GitHub token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{60,255})\b/ },
  { kind: 'Anthropic key', pattern: /\bsk-ant-[A-Za-z0-9_-]{20,}/ },
  {
    kind: 'OpenAI key',
    pattern:
      /\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]*T3BlbkFJ[A-Za-z0-9_-]{10,}|\bsk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,}/,
  },
  { kind: 'Google key', pattern: /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/ },
  {
    kind: 'Slack token',
    pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bhttps:\/\/hooks\.slack\.com\/services\/[A-Za-z0-9/]{20,}/,
  },
  { kind: 'Stripe key', pattern: /\b[rs]k_live_[A-Za-z0-9]{20,}/ },
  { kind: 'npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/ },
  { kind: 'JSON web token', pattern: /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/ },
];

/** `API_KEY = "…"`, `password: …`: a name that says so, and its value. */
const ASSIGNMENT =
  /(?:^|[^A-Za-z0-9])[A-Za-z0-9_.-]*(?:secret|token|passw(?:or)?d|api[_-]?key|access[_-]?key|private[_-]?key|credential)[A-Za-z0-9_.-]*["']?\s*(?:=>|:=|[=:])\s*["'`]?([A-Za-z0-9+/_=.~-]{16,512})/i;

/** Bits of a letter, below which a value is a word, a path or a repetition. */
const ENTROPY_MIN = 3.5;

/** What stands in examples and tests. */
const PLACEHOLDER =
  /example|sample|dummy|placeholder|changeme|your[_-]|xxxx|1234567890|\.\.\.|^process\.env|^os\.environ/i;

export function secretsIn(text: string): readonly Found[] {
  const found: Found[] = [];
  let line = 0;
  for (const whole of text.split('\n')) {
    line++;
    const kinds = inLine(whole.slice(0, LINE_LETTERS_MAX));
    for (const { kind, value } of kinds) found.push({ line, kind, shown: shownSecret(value) });
    if (found.length >= FOUND_MAX) break;
  }
  return found.slice(0, FOUND_MAX);
}

/** `.env` and its relatives hold secrets by their names; what is meant to be copied does not. */
export function isEnvironmentFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return (
    /^\.env(?:\..+)?$|^\.envrc$/.test(name) && !/\.(?:example|sample|template|dist|defaults?)$/.test(name)
  );
}

const shownSecret = (value: string): string => `${value.slice(0, 4)}… (${value.length} characters)`;

function inLine(line: string): readonly { readonly kind: string; readonly value: string }[] {
  const found = FORMATS.flatMap(({ kind, pattern }) => {
    const value = pattern.exec(line)?.[0];
    return value === undefined || PLACEHOLDER.test(value) ? [] : [{ kind, value }];
  });
  if (found.length > 0) return found;
  const value = ASSIGNMENT.exec(line)?.[1];
  return value !== undefined && isRandom(value) ? [{ kind: 'assigned secret', value }] : [];
}

function isRandom(value: string): boolean {
  if (PLACEHOLDER.test(value) || !/\d/.test(value) || !/[A-Za-z]/.test(value)) return false;
  // Versions, dates, paths and identifiers of words.
  if (/^[a-z]+(?:[._/-][a-z0-9]+)*$/.test(value) && value.split(/[._/-]/).every((part) => part.length < 12))
    return false;
  return entropyOf(value) >= ENTROPY_MIN;
}

/** Shannon's, bits a letter. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
