/**
 * What every run of a person sees of /etc, and what stands in the place of its shells: made once, named by what it
 * was made from, and never changed afterwards, because running agents have it mounted.
 */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { COPIED_ETC, realProgram, unmarkFile, type User } from '../../core/containment/confinement.ts';
import { unmarkProgram } from '../../core/containment/unmark-program.ts';
import type { FoundFacts } from './system-facts.ts';

/** One for each time the system's libraries or certificates changed; an agent that ran through more is restarted by then. */
const KEPT_MAX = 8;

/** What is rewritten whenever a package changes what programs find in /etc. */
const STAMPS = ['/etc/ld.so.cache', '/etc/ssl/certs', '/etc/alternatives', '/etc/localtime'];

/** Makes room for changes of what is written here, too. */
const FORM = 1;

const PREFIX = 'system-';

export function sharedFiles(
  shared: string,
  found: FoundFacts,
): { readonly etc: string; readonly unmark: string } {
  const name = `${PREFIX}${nameOf(found)}`;
  const place = join(shared, name);
  if (!existsSync(place)) make(shared, place, found);
  return { etc: join(place, 'etc'), unmark: join(place, 'unmark') };
}

function nameOf({ user, home, shells, machine }: FoundFacts): string {
  const stamps = STAMPS.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  const text = JSON.stringify([FORM, user, home, shells, machine, stamps]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function make(shared: string, place: string, { user, home, shells, machine }: FoundFacts): void {
  const unfinished = `${place}.${process.pid}.new`;
  const etc = join(unfinished, 'etc');
  const unmark = join(unfinished, 'unmark');
  for (const folder of [etc, unmark]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of COPIED_ETC) copyIfReadable(join('/etc', name), join(etc, name));
  for (const [name, text] of Object.entries(ownFiles(user, home))) writeFileSync(join(etc, name), text);
  for (const shell of shells)
    writeFileSync(unmarkFile(unmark, shell), unmarkProgram(machine, realProgram(shell)), { mode: 0o755 });
  prune(shared);
  try {
    renameSync(unfinished, place);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // Another start made the same in this moment.
    if (!existsSync(place)) throw error;
  }
}

function copyIfReadable(from: string, to: string): void {
  if (!existsSync(from)) return;
  mkdirSync(dirname(to), { recursive: true });
  try {
    cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  } catch (error) {
    // What the person may not read an agent of his needs even less.
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
  }
}

/** Who the agent is, and that names are looked up in files only. */
function ownFiles({ uid, gid }: User, home: string): Readonly<Record<string, string>> {
  const [user, group] = uid === 0 ? [1_000, 1_000] : [uid, gid];
  return {
    passwd: `root:x:0:0::/root:/bin/sh\nagent:x:${user}:${group}::${home}:/bin/bash\nnobody:x:65534:65534::/nonexistent:/bin/false\n`,
    group: `root:x:0:\nagent:x:${group}:\nnogroup:x:65534:\n`,
    hosts: '127.0.0.1 localhost agent\n::1 localhost\n',
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n',
  };
}

function prune(shared: string): void {
  const made = readdirSync(shared)
    .filter((name) => name.startsWith(PREFIX) && !name.endsWith('.new'))
    .map((name) => ({ path: join(shared, name), at: statSync(join(shared, name)).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  for (const { path } of made.slice(KEPT_MAX - 1)) rmSync(path, { recursive: true, force: true });
}
