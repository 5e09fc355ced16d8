/**
 * What a command comes down to: the same words without a path in front of the program, without wrappers around
 * it, and the scripts it hands to a shell. Rules that forbid or ask look at all of them; too many rather than
 * too few, because a wrapper's options are not known. One pass, so that the work grows with the words.
 */
import type { Argument } from './argument.ts';
import { BETWEEN } from './shell-pattern.ts';

export interface Faces {
  /** The command, and what its wrappers may run. */
  readonly commands: readonly Face[];
  /** The command itself, and what its wrappers run as far as that is plain. */
  readonly certain: readonly (readonly Argument[])[];
  readonly scripts: readonly Script[];
  /** A shell is started that reads its script from its input. */
  readonly readsInput: boolean;
}

/** Words as rules see them. */
export interface Face {
  readonly joined: string;
  /** None of the words is unknown. */
  readonly isKnown: boolean;
}

/** A text that a shell will run, or may run. */
export interface Script {
  readonly argument: Argument;
  /** It runs here and now: every part of it has to be allowed. Otherwise only what forbids or asks counts. */
  readonly isCertain: boolean;
  /** It runs in this very shell, so a `cd` in it stays. */
  readonly isHere: boolean;
}

const SHELLS = /^(?:ba|da|z|k|mk|a|rba|pdk|ya)?sh$|^fish$/;
const WRAPPERS =
  /^(?:env|command|builtin|exec|nohup|setsid|timeout|gtimeout|nice|ionice|stdbuf|chrt|taskset|sudo|doas|su|runuser|time|xargs|parallel|busybox|toybox|flock|strace|ltrace|gdb|valgrind|perf|unshare|nsenter|chroot|setpriv|prlimit|systemd-run|script|watch|unbuffer|caffeinate|arch|proot|firejail|bwrap|rlwrap|entr|dbus-run-session|ssh|pkexec|run0|eatmydata|fakeroot|cpulimit|faketime|numactl|coproc|noglob|nocorrect|expect|start-stop-daemon|ld\.so|ld-linux.*|mise|direnv|uvx|pipx|npx|bunx)$/;
/** Their words may be scripts for a shell. */
const SCRIPTED = /^(?:su|runuser|script|watch|flock|ssh|parallel|expect|entr)$/;
const FINDERS = /^(?:find|fd|fdfind)$/;
const RUNS = /^-(?:exec|execdir|ok|okdir|x|X)$|^--exec(?:-batch)?$/;

const INPUT = /^(?:-|\/dev\/stdin|\/dev\/fd\/0|\/proc\/self\/fd\/0)$/;
/** Options whose value is a command, by program; the group is a value that is attached. */
const HANDS_OVER: Readonly<Record<string, RegExp>> = {
  mapfile: /^-C(.*)$/s,
  readarray: /^-C(.*)$/s,
  complete: /^-C(.*)$/s,
  compgen: /^-C(.*)$/s,
  sort: /^--comp[a-z-]*(?:=(.*))?$/s,
  split: /^--filter(?:=(.*))?$/s,
  rg: /^--pre(?:=(.*))?$/s,
  fd: /^(?:--exec(?:-batch)?=|-[xX])(.+)$/s,
  fdfind: /^(?:--exec(?:-batch)?=|-[xX])(.+)$/s,
  tar: /^(?:--checkpoint-action=exec=|--to-command=|--use-compress-program=|-I|-F)(.*)$/s,
  man: /^-P(.*)$|^--pager=(.*)$/s,
  git: /^(?:run|foreach|-x|--exec|--extcmd|--(?:tree|index|msg|commit|env)-filter)$|^(?:--exec|--extcmd|--upload-pack|--receive-pack)=(.*)$|^(?:-c)?alias\.[^=]*=!(.*)$/s,
  ssh: /^(?:-o)?ProxyCommand=(.*)$/is,
};

/** Wrappers in wrappers, deeper than anybody nests them: behind that it is not plain any more. */
const CERTAIN_MAX = 12;

/** `isNamed` says whether any rule is about a program of that name; of wrapped words only those matter. */
export function facesOf(words: readonly Argument[], isNamed: (name: string) => boolean): Faces {
  return new Unwrapping(words, isNamed);
}

export function baseName(text: string): string {
  return text.slice(text.lastIndexOf('/') + 1);
}

class Unwrapping implements Faces {
  readonly commands: Face[] = [];
  readonly certain: (readonly Argument[])[] = [];
  readonly scripts: Script[] = [];
  readsInput = false;
  readonly #words: readonly Argument[];
  /** All words joined, and where each one stands in it: what follows a word is cut out, not joined again. */
  readonly #joined: string;
  readonly #offsets: number[] = [];
  readonly #lastUnknown: number;

  constructor(words: readonly Argument[], isNamed: (name: string) => boolean) {
    this.#words = words;
    let offset = 0;
    for (const { text } of words) {
      this.#offsets.push(offset);
      offset += text.length + 1;
    }
    this.#joined = words.map(({ text }) => text).join(BETWEEN);
    this.#lastUnknown = words.findLastIndex(({ kind }) => kind !== 'known');
    let wrapper: string | null = null;
    let isFinder = false;
    let expectsPlain = true;
    for (let at = 0; at < words.length; at++) {
      const word = words[at]!;
      const { text } = word;
      if (wrapper !== null) this.#wrappedScript(wrapper, at);
      const isStart = at === 0 || (wrapper !== null && !text.startsWith('-') && !/^\w+=/.test(text));
      const isRun = isFinder && RUNS.test(words[at - 1]!.text);
      if (!isStart && !isRun) {
        if (at === 0 || (wrapper === null && !isFinder)) break;
        continue;
      }
      const name = baseName(text);
      const isPlain = expectsPlain && !(at > 0 && /^\d/.test(text)) && this.certain.length < CERTAIN_MAX;
      if (isPlain) {
        this.certain.push(at === 0 ? words : words.slice(at));
        expectsPlain = false;
        this.#ownScripts(name, at);
      }
      if (at === 0 || word.kind !== 'known' || isNamed(name)) this.#face(name, at);
      if (SHELLS.test(name)) this.#shell(at);
      if (FINDERS.test(name)) isFinder = true;
      if (isPlain) this.#handedOver(name, at);
      if (WRAPPERS.test(name)) {
        if (isPlain) expectsPlain = true;
        // What takes scripts takes them however it is wrapped.
        wrapper = wrapper !== null && SCRIPTED.test(wrapper) ? wrapper : name;
      }
      if (wrapper === null && !isFinder) break;
    }
  }

  #face(name: string, at: number): void {
    const isKnown = at > this.#lastUnknown;
    const rest = at + 1 < this.#words.length ? `${BETWEEN}${this.#joined.slice(this.#offsets[at + 1])}` : '';
    const { text } = this.#words[at]!;
    const add = (first: string) => this.commands.push({ joined: `${first}${rest}`, isKnown });
    add(text);
    if (name !== text) add(name);
    const lower = name.toLowerCase();
    if (lower !== name) add(lower);
    if (name !== 'git') return;
    // `git -C folder push` is a push.
    let next = at + 1;
    while (this.#words[next]?.text.startsWith('-')) next += GIT_VALUES.test(this.#words[next]!.text) ? 2 : 1;
    if (next > at + 1 && next < this.#words.length)
      this.commands.push({ joined: `git${BETWEEN}${this.#joined.slice(this.#offsets[next])}`, isKnown });
  }

  #shell(at: number): void {
    const script = shellScript(this.#words, at);
    if (script) this.#script(script, true);
    else if (this.#words.slice(at + 1, at + 10).every(({ text }) => text.startsWith('-') || INPUT.test(text)))
      this.readsInput = true;
  }

  /** What the shell itself runs: only in front, or behind `command` and `builtin`. */
  #ownScripts(name: string, at: number): void {
    if (!/^(?:eval|trap|alias|source|\.)$/.test(name)) return;
    const rest = this.#words.slice(at + 1);
    if (name === 'eval')
      this.#script(joinedByBlanks(rest[0]?.text === '--' ? rest.slice(1) : rest), true, true);
    if ((name === 'source' || name === '.') && INPUT.test(rest[0]?.text ?? '')) this.readsInput = true;
    if (name === 'alias')
      for (const word of rest)
        this.#script({ ...word, text: word.text.slice(word.text.indexOf('=') + 1) }, false);
    if (name === 'trap') {
      const script = trapScript(rest);
      if (script) this.#script(script, true);
    }
  }

  /** Commands in the options of programs that are no wrappers. */
  #handedOver(name: string, at: number): void {
    const table = Object.hasOwn(HANDS_OVER, name) ? HANDS_OVER[name]! : null;
    if (!table) return;
    for (let next = at + 1; next < this.#words.length; next++) {
      const word = this.#words[next]!;
      const found = table.exec(word.text);
      if (!found) continue;
      const rest = found.slice(1).find((each) => each !== undefined) ?? '';
      if (rest !== '') this.#script({ ...word, text: rest }, false);
      // `bisect run` takes all that follows, the others one word.
      else if (word.text === 'run') this.#script(joinedByBlanks(this.#words.slice(next + 1)), false);
      else if (this.#words[next + 1]) this.#script(this.#words[next + 1]!, false);
    }
  }

  #wrappedScript(wrapper: string, at: number): void {
    const word = this.#words[at]!;
    const { text } = word;
    const split = /^(?:-[a-zA-Z]*S|--split-string=)(.*)$/s.exec(text);
    if (split) {
      const [, value = ''] = split;
      this.#script(
        value === '' ? (this.#words[at + 1] ?? word) : { ...word, text: value },
        wrapper === 'env',
      );
    } else if (SCRIPTED.test(wrapper) && /\s/.test(text)) this.#script(word, false);
  }

  #script(argument: Argument, isCertain: boolean, isHere = false): void {
    this.scripts.push({ argument, isCertain, isHere });
  }
}

const GIT_VALUES =
  /^(?:-C|-c|--git-dir|--work-tree|--namespace|--exec-path|--config-env|--super-prefix|--attr-source)$/;

/** `-c` may stand in a bundle (`-ec`); the script is the first word behind the options. */
function shellScript(words: readonly Argument[], start: number): Argument | null {
  let isCommand = false;
  for (let at = start + 1; at < words.length; at++) {
    const word = words[at]!;
    // `-euo pipefail`: the letter o takes the next word.
    if (/^-[a-zA-Z]*c[a-zA-Z]*$/.test(word.text)) isCommand = true;
    if (/^[-+][a-zA-Z]*[oO]$/.test(word.text)) at++;
    else if (/^--(?:rcfile|init-file)$/.test(word.text)) at++;
    else if (!/^[-+]./.test(word.text) && word.text !== '-') return isCommand ? word : null;
  }
  return null;
}

function joinedByBlanks(words: readonly Argument[]): Argument {
  const odd = words.find(({ kind }) => kind !== 'known');
  return { kind: odd?.kind ?? 'known', text: words.map(({ text }) => text).join(' '), choices: null };
}

/** `trap 'script' SIGNAL`; with one word, or a dash for the script, nothing is set. */
function trapScript(words: readonly Argument[]): Argument | null {
  const [script, ...signals] = words.filter(({ text }) => text !== '--');
  return script && signals.length > 0 && !script.text.startsWith('-') ? script : null;
}
