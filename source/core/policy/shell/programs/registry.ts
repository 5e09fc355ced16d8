/** Every program that is known, by name. */
import { FILES } from './files.ts';
import { GIT } from './git.ts';
import { LOOKING } from './looking.ts';
import { MACHINE } from './machine.ts';
import type { Program } from './program.ts';
import { SEARCHING } from './searching.ts';
import { SHELL_WORDS } from './shell-words.ts';
import { TEXT } from './text.ts';
import { PACKAGES } from './versions.ts';

const PROGRAMS = new Map<string, Program>();
for (const program of [
  ...LOOKING,
  ...MACHINE,
  ...TEXT,
  ...SEARCHING,
  ...FILES,
  ...SHELL_WORDS,
  ...PACKAGES,
  GIT,
])
  for (const name of program.names.split(/\s+/)) PROGRAMS.set(name, program);

export function programOf(name: string): Program | undefined {
  return PROGRAMS.get(name);
}
