/** What a patch adds, line by line: the output of `git diff -U0` or `git log -p -U0 --format=commit %H`. */
import { isEnvironmentFile, secretsIn, type Found } from './scan.ts';

export interface FoundInPatch extends Found {
  readonly path: string;
  /** null: not in any commit yet. */
  readonly commit: string | null;
}

export function secretsInPatch(patch: string): readonly FoundInPatch[] {
  const found: FoundInPatch[] = [];
  let commit: string | null = null;
  let path = '';
  let line = 0;
  let isHeader = true;
  for (const text of patch.split('\n')) {
    if (text.startsWith('commit ') && /^commit [0-9a-f]{40,64}$/.test(text)) {
      commit = text.slice('commit '.length);
      isHeader = true;
    } else if (text.startsWith('diff --git ')) isHeader = true;
    else if (text.startsWith('@@ ')) {
      isHeader = false;
      line = Number(/^@@ -\S+ \+(\d+)/.exec(text)?.[1] ?? 1);
    } else if (isHeader && text.startsWith('+++ ')) {
      path = text.replace(/^\+\+\+ (?:"?b\/)?/, '').replace(/["\t]+$/, '');
      if (path !== '/dev/null' && isEnvironmentFile(path))
        found.push({ path, commit, line: 1, kind: 'environment file', shown: '' });
    } else if (!isHeader && text.startsWith('+')) {
      for (const { kind, shown } of secretsIn(text.slice(1))) found.push({ path, commit, line, kind, shown });
      line++;
    }
  }
  return found;
}
