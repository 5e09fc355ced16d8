/** What `git fast-import` is told to make one commit of a worktree's changes. */
import { constants } from 'node:fs';
import { lstat, open, readdir, readlink } from 'node:fs/promises';

/** More than any source tree's changes; a cache that nobody ignored is told rather than copied for an hour. */
const FILES_MAX = 100_000;
const BYTES_MAX = 4 * 1024 ** 3;

/** Read at once; keeps memory flat whatever a file's size. */
const CHUNK_BYTES = 1024 * 1024;

/** Names of files are bytes: each byte is one character here, so that none is lost. */
export type Name = string;

export interface IndexEntry {
  readonly mode: string;
  readonly object: string;
  readonly name: Name;
}

export interface Changes {
  /** Against HEAD, as staged; null: staged as deleted. */
  readonly staged: ReadonlyMap<Name, IndexEntry | null>;
  /** Looked at in the folder: changed, new, deleted. */
  readonly touched: ReadonlySet<Name>;
  readonly nested: readonly Name[];
}

export interface Import {
  readonly ref: string;
  readonly name: string;
  readonly parents: readonly string[];
  readonly head: string | null;
  readonly folder: string;
  readonly changes: Changes;
  /** Grows as files are read. */
  readonly counted: { files: number; bytes: number };
}

/** What is staged as one commit where it differs from the files, and the files as the next, as `git stash` does. */
export async function* importStream(given: Import): AsyncGenerator<Uint8Array> {
  const { ref, name, parents, head, changes } = given;
  const isStagedDifferent = [...changes.staged.keys()].some((path) => changes.touched.has(path));
  yield text('feature done\n');
  if (isStagedDifferent) {
    yield* commitHead(ref, `staged in ${name}`, ':1');
    if (head !== null) yield text(`from ${head}\n`);
    yield* stagedChanges(changes);
    yield text('\n');
  }
  yield* commitHead(ref, `salvaged from ${name}`, ':2');
  const [first, ...more] = parents;
  if (first !== undefined) yield text(`from ${first}\n`);
  if (isStagedDifferent) yield text(first === undefined ? 'from :1\n' : 'merge :1\n');
  for (const parent of more) yield text(`merge ${parent}\n`);
  // HEAD may be missing while the branch is there: its tree is not what the files are compared with.
  if (head === null) yield text('deleteall\n');
  yield* stagedChanges(changes);
  for (const path of changes.nested) yield* folderContent(given, path, 0);
  for (const path of changes.touched) yield* fileContent(given, path);
  yield text('\ndone\n');
}

function* commitHead(ref: string, message: string, mark: string): Generator<Uint8Array> {
  const who = `fleet-tui <fleet-tui@localhost> ${Math.floor(Date.now() / 1000)} +0000`;
  const body = Buffer.from(message, 'utf8');
  yield text(`commit ${ref}\nmark ${mark}\ncommitter ${who}\ndata ${body.length}\n`);
  yield body;
  yield text('\n');
}

function* stagedChanges(changes: Changes): Generator<Uint8Array> {
  for (const [path, entry] of changes.staged) {
    yield text(entry === null ? `D ${quoted(path)}\n` : `M ${entry.mode} ${entry.object} ${quoted(path)}\n`);
  }
}

/** The file as it stands now; gone is deleted; what is neither file nor link cannot be kept by git. */
async function* fileContent(given: Import, path: Name): AsyncGenerator<Uint8Array> {
  const place = Buffer.concat([Buffer.from(`${given.folder}/`), Buffer.from(path, 'latin1')]);
  const kind = await kindOf(place);
  if (kind === 'nothing') {
    yield text(`D ${quoted(path)}\n`);
    return;
  }
  if (kind === 'link') {
    const target = await readlink(place, 'buffer');
    yield text(`M 120000 inline ${quoted(path)}\ndata ${target.length}\n`);
    yield target;
    yield text('\n');
    count(given, 0);
    return;
  }
  if (kind !== 'file') return;
  // Not through a link, should the file have become one since it was looked at.
  const file = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size, mode } = await file.stat();
    count(given, size);
    yield text(`M ${(mode & 0o100) === 0 ? '100644' : '100755'} inline ${quoted(path)}\ndata ${size}\n`);
    for (let at = 0; at < size;) {
      const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, size - at));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
      if (bytesRead === 0) throw new Error(`${place.toString('utf8')} became shorter while it was read`);
      yield chunk.subarray(0, bytesRead);
      at += bytesRead;
    }
    yield text('\n');
  } finally {
    await file.close();
  }
}

/** All files of a repository inside, in the place of the link to it; its own `.git` excepted. */
async function* folderContent(given: Import, path: Name, depth: number): AsyncGenerator<Uint8Array> {
  const place = Buffer.concat([Buffer.from(`${given.folder}/`), Buffer.from(path, 'latin1')]);
  if ((await kindOf(place)) !== 'folder') return;
  const entries = await readdir(place, { withFileTypes: true, encoding: 'buffer' });
  // An empty folder is a submodule that was never set up: its link stays.
  if (depth === 0 && entries.length > 0) yield text(`D ${quoted(path)}\n`);
  for (const entry of entries) {
    const name = entry.name.toString('latin1');
    if (name.toLowerCase() === '.git') continue;
    if (entry.isDirectory()) yield* folderContent(given, `${path}/${name}`, depth + 1);
    else yield* fileContent(given, `${path}/${name}`);
  }
}

function count(given: Import, bytes: number): void {
  given.counted.files += 1;
  given.counted.bytes += bytes;
  if (given.counted.files <= FILES_MAX && given.counted.bytes <= BYTES_MAX) return;
  throw new Error(
    `more than ${FILES_MAX} files or ${BYTES_MAX / 1024 ** 3} GiB are new or changed; commit or delete some`,
  );
}

async function kindOf(place: Buffer): Promise<'file' | 'link' | 'folder' | 'nothing' | 'other'> {
  try {
    const found = await lstat(place);
    if (found.isSymbolicLink()) return 'link';
    if (found.isDirectory()) return 'folder';
    return found.isFile() ? 'file' : 'other';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'nothing';
    throw error;
  }
}

/** A path as fast-import reads it, whatever bytes are in it. */
function quoted(path: Name): string {
  const escaped = path.replace(
    /[\u0000-\u001f"\\\u007f-\u00ff]/g,
    (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
  return `"${escaped}"`;
}

function text(line: string): Uint8Array {
  return Buffer.from(line, 'latin1');
}
