/**
 * What a command comes down to: the same words without a path in front of the program, without wrappers around
 * it, and the scripts it hands to a shell. Rules that forbid or ask look at all of them; too many rather than
 * too few, because a wrapper's options are not known.
 */
import type { Argument } from './argument.ts';

export interface Faces {
  /** Words of commands; the first is the one that stands there. */
  readonly commands: readonly (readonly Argument[])[];
  /** The command itself, and what its wrappers run as far as that is plain. */
  readonly certain: readonly (readonly Argument[])[];
  readonly scripts: readonly Script[];
  /** A shell is started that reads its script from its input. */
  readonly readsInput: boolean;
}

/** A text that a shell will run, or may run. */
export interface Script {
  readonly argument: Argument;
  /** It runs here and now: every part of it has to be allowed. Otherwise only what forbids or asks counts. */
  readonly isCertain: boolean;
  /** It runs in this very shell, so a `cd` in it stays. */
  readonly isHere: boolean;
}

const SHELLS = /^(?:ba|da|z|k|mk|a|rba|pdk|ya)?sh$|^fish$|^rbash$/;
const WRAPPERS =
  /^(?:env|command|builtin|exec|nohup|setsid|timeout|gtimeout|nice|ionice|stdbuf|chrt|taskset|sudo|doas|su|runuser|time|xargs|parallel|busybox|toybox|flock|strace|ltrace|gdb|valgrind|perf|unshare|nsenter|chroot|setpriv|prlimit|systemd-run|script|watch|unbuffer|caffeinate|arch|proot|firejail|bwrap|rlwrap|entr|dbus-run-session|ssh|pkexec|run0|eatmydata|fakeroot|cpulimit|faketime|numactl|coproc|noglob|nocorrect|expect|start-stop-daemon|ld\.so|ld-linux.*|mise|direnv|uvx|pipx|npx|bunx)$/;
/** Their words may be scripts for a shell. */
const SCRIPTED = /^(?:su|runuser|script|watch|flock|ssh|parallel|expect|entr)$/;
const RUNS = /^-(?:exec|execdir|ok|okdir|x|X)$|^--exec(?:-batch)?$/;

/** Wrappers in wrappers, deeper than anybody nests them. */
const DEPTH_MAX = 12;

/** `isNamed` says whether any rule is about a program of that name; of wrapped words only those matter. */
export function facesOf(words: readonly Argument[], isNamed: (name: string) => boolean): Faces {
  const commands: (readonly Argument[])[] = [];
  const certain: (readonly Argument[])[] = [words];
  const scripts: Script[] = [];
  let readsInput = false;
  const seen = new Set<number>();
  const add = (argument: Argument, isCertain: boolean, isHere = false) =>
    scripts.push({ argument, isCertain, isHere });

  const look = (start: number, depth: number) => {
    // Every suffix is looked at once, so that the work stays in proportion to what is written.
    if (seen.has(start) || depth > DEPTH_MAX) return;
    seen.add(start);
    const program = words[start];
    if (!program) return;
    const name = baseName(program.text);
    const isSpecial = SHELLS.test(name) || WRAPPERS.test(name) || SPECIAL.test(name);
    const lower = name.toLowerCase();
    const isOfInterest =
      start === 0 || isSpecial || program.kind !== 'known' || isNamed(name) || isNamed(lower);
    if (!isOfInterest) return;
    const all = start === 0 ? words : words.slice(start);
    commands.push(all);
    if (name !== program.text) commands.push([{ ...program, text: name }, ...all.slice(1)]);
    if (lower !== name) commands.push([{ ...program, text: lower }, ...all.slice(1)]);
    if (name === 'git') commands.push(...withoutGlobalOptions(all));
    if (SHELLS.test(name)) {
      const script = shellScript(all);
      if (script) add(script, true);
      else readsInput ||= !all.slice(1).some(({ text }) => !text.startsWith('-'));
    } else if (name === 'eval') add(joined(all.slice(1)), true, true);
    else if (name === 'trap') {
      const script = trapScript(all.slice(1));
      if (script) add(script, true);
    } else if (name === 'alias')
      for (const word of all.slice(1))
        add({ ...word, text: word.text.slice(word.text.indexOf('=') + 1) }, false);
    else if (name === 'find' || name === 'fd' || name === 'fdfind')
      for (const [at, { text }] of all.entries()) {
        if (RUNS.test(text)) look(start + at + 1, depth + 1);
      }
    else if (WRAPPERS.test(name)) wrapped(name, start, depth);
  };
  const wrapped = (name: string, start: number, depth: number) => {
    let isFirst = depth + 1 === certain.length;
    for (let at = start + 1; at < words.length; at++) {
      const word = words[at]!;
      const { text } = word;
      if (name === 'env' && /^(?:-S|--split-string=)/.test(text)) {
        const value = text.replace(/^(?:-S|--split-string=)/, '');
        add(value === '' ? (words[at + 1] ?? word) : { ...word, text: value }, true);
      } else if (SCRIPTED.test(name) && /\s/.test(text)) add(word, false);
      if (text.startsWith('-') || /^\w+=/.test(text)) continue;
      if (isFirst && !/^\d/.test(text)) {
        certain.push(words.slice(at));
        isFirst = false;
      }
      look(at, depth + 1);
    }
  };
  look(0, 0);
  return { commands, certain, scripts, readsInput };
}

export function isShell(name: string): boolean {
  return SHELLS.test(name);
}

export function baseName(text: string): string {
  return text.slice(text.lastIndexOf('/') + 1);
}

const SPECIAL = /^(?:eval|trap|alias|find|fd|fdfind|git)$/;

/** `-c` may stand in a bundle (`-ec`); the script is the first word behind the options. */
function shellScript(words: readonly Argument[]): Argument | null {
  let isCommand = false;
  for (let at = 1; at < words.length; at++) {
    const word = words[at]!;
    if (/^[-+][oO]$/.test(word.text)) at++;
    else if (/^-[a-zA-Z]*c[a-zA-Z]*$/.test(word.text)) isCommand = true;
    else if (/^--(?:rcfile|init-file)$/.test(word.text)) at++;
    else if (!/^[-+]./.test(word.text)) return isCommand ? word : null;
  }
  return null;
}

function joined(words: readonly Argument[]): Argument {
  const odd = words.find(({ kind }) => kind !== 'known');
  return { kind: odd?.kind ?? 'known', text: words.map(({ text }) => text).join(' '), choices: null };
}

/** `trap 'script' SIGNAL`; with one word, or a dash for the script, nothing is set. */
function trapScript(words: readonly Argument[]): Argument | null {
  const [script, ...signals] = words.filter(({ text }) => text !== '--');
  return script && signals.length > 0 && !script.text.startsWith('-') ? script : null;
}

const GIT_VALUES =
  /^(?:-C|-c|--git-dir|--work-tree|--namespace|--exec-path|--config-env|--super-prefix|--attr-source)$/;

function withoutGlobalOptions(words: readonly Argument[]): readonly (readonly Argument[])[] {
  let at = 1;
  while (words[at]?.text.startsWith('-')) at += GIT_VALUES.test(words[at]!.text) ? 2 : 1;
  return at > 1 && at < words.length
    ? [[{ kind: 'known', text: 'git', choices: null }, ...words.slice(at)]]
    : [];
}
