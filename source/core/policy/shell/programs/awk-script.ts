/** awk is a language that runs programs and writes files; what is left when that is taken away is harmless. */

/** Anywhere in the text, also inside strings and patterns, because telling those apart is where checks go wrong. */
const REACHES_OUT =
  /\b(?:system|getline|close|fflush|ENVIRON|PROCINFO|ARGV|ARGC|ARGIND|SYMTAB|FUNCTAB|include|load|function|func|nextfile|strftime)\b|[|@`]/;
const CALLS =
  /\b(?!(?:if|for|while|print|printf|length|substr|index|split|sub|gsub|gensub|match|sprintf|tolower|toupper|int|return|in|sqrt|exp|log|sin|cos|atan2|rand|srand|and|or|not|delete|do|else|BEGIN|END|NF|NR|FNR)\b)[A-Za-z_]\w*\s*\(/;

/** Why an awk program is more than looking at text; null when it is not. */
export function awkProblem(script: string): string | null {
  if (REACHES_OUT.test(script)) return 'the awk program may run, read or write something';
  if (CALLS.test(script)) return 'the awk program calls a function that is not known';
  // `>` writes a file inside braces and compares in front of them; only without quotes and slashes is it clear where they are.
  if (!/>(?!=)/.test(script.replaceAll(/>=/g, ''))) return null;
  const [head = ''] = script.split('{');
  const isComparison = !/["/}]/.test(head) && !script.slice(head.length).includes('>');
  return isComparison ? null : 'the awk program may write a file';
}
