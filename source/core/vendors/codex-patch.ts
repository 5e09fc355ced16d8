/** Which files a patch of Codex touches: read from the headers of its envelope, the way Codex itself finds them. */

export type PatchedFiles =
  | {
      readonly type: 'files';
      /** Every file named, in the order of the patch. */
      readonly paths: readonly string[];
      /** The most that happens to any of them: a file may go, be changed, or only come into being. */
      readonly change: 'delete' | 'edit' | 'write';
    }
  | { readonly type: 'unreadable'; readonly reason: string };

/**
 * `*** Begin Patch`, then for each file `*** Add File: p`, `*** Delete File: p` or `*** Update File: p` (which
 * may go on with `*** Move to: p`), then `*** End Patch`. Lines of content begin with `+`, `-`, a blank or
 * `@@`, so one that begins with `***` and is none of these is not understood.
 */
export function filesOfPatch(patch: string): PatchedFiles {
  const lines = patch.trim().split(/\r?\n/);
  if (lines[0]?.trim() !== '*** Begin Patch' || lines.at(-1)?.trim() !== '*** End Patch')
    return unreadable('a patch without its first or last line');
  const paths: string[] = [];
  let change: 'delete' | 'edit' | 'write' = 'write';
  for (const line of lines.slice(1, -1)) {
    // Codex trims headers: one that is indented counts all the same.
    const text = line.trim();
    if (!text.startsWith('***') || text === '*** End of File') continue;
    const header = /^\*\*\* (Add File|Delete File|Update File|Move to): (.+)$/.exec(text);
    if (!header) return unreadable(`a patch with the line ${JSON.stringify(text.slice(0, 80))}`);
    const [, verb, path] = header;
    paths.push(path!);
    if (verb === 'Delete File' || verb === 'Move to') change = 'delete';
    else if (verb === 'Update File' && change === 'write') change = 'edit';
  }
  if (paths.length === 0) return unreadable('a patch that names no file');
  return { type: 'files', paths, change };
}

const unreadable = (reason: string) => ({ type: 'unreadable', reason }) as const;
