/** A sed script read command by command: some of them run programs, and some read or write files by name. */

/** Those that only move text about. `e`, `r`, `R`, `w`, `W` and `F` are missing on purpose. */
const HARMLESS = '=dDgGhHlnNpPqQxz';
const TAKES_TEXT = 'aic';
const JUMPS = 'btT:';

/** Why a script is more than editing of text; null when it is not. */
export function sedProblem(script: string): string | null {
  const reader = new SedReader(script);
  while (!reader.isDone()) {
    const problem = reader.command();
    if (problem !== null) return problem;
  }
  return null;
}

class SedReader {
  readonly #script: string;
  #at = 0;

  constructor(script: string) {
    this.#script = script;
  }

  isDone(): boolean {
    this.#skip(/[\s;{}]/);
    return this.#at >= this.#script.length;
  }

  command(): string | null {
    if (!this.#addresses()) return 'an address of the sed script is not understood';
    this.#skip(/[\s!{]/);
    const name = this.#script[this.#at++] ?? '';
    if (name === '' || name === '}' || name === ';') return null;
    if (name === '#') return this.#toLineEnd();
    if (HARMLESS.includes(name)) return this.#rest(/[\d\s]/);
    if (TAKES_TEXT.includes(name)) return this.#toLineEnd();
    // Where a label ends some seds and others disagree; one that is a plain word does everywhere.
    if (JUMPS.includes(name)) return this.#label();
    if (name === 's') return this.#substitution();
    if (name === 'y')
      return this.#twoParts() ? this.#rest(/\s/) : 'the y of the sed script is not understood';
    return `sed's command ${name} may read, write or run something`;
  }

  #substitution(): string | null {
    if (!this.#twoParts()) return 'the s of the sed script is not understood';
    return this.#rest(/[gpiImM\d\s]/);
  }

  /** Only these characters up to the end of the command: another one is a flag that nobody here knows. */
  #rest(allowed: RegExp): string | null {
    for (; this.#at < this.#script.length; this.#at++) {
      const character = this.#script[this.#at]!;
      if (';}\n'.includes(character)) return null;
      if (character === '#') return this.#toLineEnd();
      if (!allowed.test(character)) return `sed's ${character} behind a command may write or run something`;
    }
    return null;
  }

  #label(): string | null {
    this.#skip(/[ \t]/);
    this.#skip(/\w/);
    return this.#rest(/[ \t]/);
  }

  #toLineEnd(): null {
    const end = this.#script.indexOf('\n', this.#at);
    // A backslash at the end of a line of text goes on; reading the next line as commands is only stricter.
    this.#at = end < 0 ? this.#script.length : end;
    return null;
  }

  #addresses(): boolean {
    for (let count = 0; count < 2; count++) {
      const rest = this.#script.slice(this.#at, this.#at + 40);
      const number = /^\s*(?:[+~]?\d+(?:~\d+)?|\$)/.exec(rest);
      if (number) this.#at += number[0].length;
      else if (rest[0] === '/' || rest[0] === '\\') {
        if (rest[0] === '\\') this.#at++;
        const delimiter = this.#script[this.#at++];
        if (delimiter === undefined || !this.#to(delimiter)) return false;
        this.#skip(/[IM]/);
      } else return count === 0;
      this.#skip(/\s/);
      if (this.#script[this.#at] !== ',') return true;
      this.#at++;
      this.#skip(/\s/);
    }
    return true;
  }

  #twoParts(): boolean {
    const delimiter = this.#script[this.#at++];
    if (delimiter === undefined || delimiter === '\n' || delimiter === '\\') return false;
    return this.#to(delimiter) && this.#to(delimiter);
  }

  /** Past the next delimiter. In brackets some seds take it for itself, some do not: then nobody knows. */
  #to(delimiter: string): boolean {
    let isOpen = false;
    for (; this.#at < this.#script.length; this.#at++) {
      const character = this.#script[this.#at]!;
      if (character === '\\') this.#at++;
      else if (character === delimiter) {
        this.#at++;
        return !isOpen;
      } else if (character === '[') isOpen = true;
      else if (character === ']') isOpen = false;
    }
    return false;
  }

  #skip(what: RegExp): void {
    while (this.#at < this.#script.length && what.test(this.#script[this.#at]!)) this.#at++;
  }
}
