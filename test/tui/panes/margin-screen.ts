import stringWidth from 'string-width';

/**
 * A terminal with left and right margins, for text only: the emulator the other tests use has none. It knows
 * what the painter writes and throws at anything else.
 */
export class MarginScreen {
  #cells: string[][];
  #x = 0;
  #y = 0;
  #top = 0;
  #bottom: number;
  #left = 0;
  #right: number;
  #hasMargins = false;
  #lastPrinted = '';
  readonly #columns: number;
  readonly #rows: number;

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = rows;
    this.#bottom = rows - 1;
    this.#right = columns - 1;
    this.#cells = Array.from({ length: rows }, () => Array.from({ length: columns }, () => ' '));
  }

  text(): string[] {
    return this.#cells.map((row) => row.join('').trimEnd());
  }

  show(output: string): void {
    let rest = output;
    while (rest !== '') {
      const sequence = /^\u001B\[([?]?)([\d;:]*)( ?[@-~])/u.exec(rest);
      if (sequence) {
        this.#obey(sequence[1]! + sequence[3]!, sequence[2]!);
        rest = rest.slice(sequence[0].length);
        continue;
      }
      const text = /^[^\u001B]+/u.exec(rest)?.[0];
      if (text === undefined) throw new Error(`unknown output ${JSON.stringify(rest.slice(0, 20))}`);
      for (const { segment } of new Intl.Segmenter('en').segment(text)) this.#print(segment);
      rest = rest.slice(text.length);
    }
  }

  #print(text: string): void {
    if (text === '\r\n') {
      this.#x = 0;
      this.#y++;
    } else if (text === '\r') this.#x = 0;
    else if (text === '\n') this.#y++;
    else if (text === '\b') this.#x--;
    else {
      const width = Math.max(1, stringWidth(text));
      this.#freeWide(this.#x);
      if (width === 2) this.#freeWide(this.#x + 1);
      this.#cells[this.#y]![this.#x] = text;
      if (width === 2) this.#cells[this.#y]![this.#x + 1] = '';
      this.#x = Math.min(this.#columns - 1, this.#x + width);
      this.#lastPrinted = text;
    }
  }

  #freeWide(x: number): void {
    const row = this.#cells[this.#y]!;
    if (row[x] === '') row[x - 1] = ' ';
    if (row[x + 1] === '') row[x + 1] = ' ';
  }

  #obey(command: string, parameters: string): void {
    const values = parameters.split(/[;:]/u).map(Number);
    const count = values[0] || 1;
    switch (command) {
      case 'm':
      case '?h':
      case '?l':
      case ' q':
        if (parameters === '69') {
          this.#hasMargins = command === '?h';
          this.#left = 0;
          this.#right = this.#columns - 1;
        }
        return;
      case 'H':
        this.#y = (values[0] || 1) - 1;
        this.#x = (values[1] || 1) - 1;
        return;
      case 'G':
        this.#x = count - 1;
        return;
      case 'A':
        this.#y -= count;
        return;
      case 'B':
        this.#y += count;
        return;
      case 'C':
        this.#x += count;
        return;
      case 'D':
        this.#x -= count;
        return;
      case 'J':
        for (const row of this.#cells) row.fill(' ');
        return;
      case 'K':
        this.#freeWide(this.#x);
        this.#cells[this.#y]!.fill(' ', this.#x);
        return;
      case 'X':
        this.#freeWide(this.#x);
        this.#freeWide(this.#x + count - 1);
        this.#cells[this.#y]!.fill(' ', this.#x, this.#x + count);
        return;
      case 'b':
        for (let i = 0; i < count; i++) this.#print(this.#lastPrinted);
        return;
      case 's':
        if (!this.#hasMargins) throw new Error('margins without mode 69');
        this.#left = count - 1;
        this.#right = values[1]! - 1;
        return;
      case 'r':
        this.#top = parameters === '' ? 0 : count - 1;
        this.#bottom = parameters === '' ? this.#rows - 1 : values[1]! - 1;
        this.#x = 0;
        this.#y = 0;
        return;
      case 'S':
      case 'T':
        this.#scroll(command === 'S' ? count : -count);
        return;
      default:
        throw new Error(`unknown sequence ${command} ${parameters}`);
    }
  }

  #scroll(count: number): void {
    const before = this.#cells.map((row) => [...row]);
    for (let y = this.#top; y <= this.#bottom; y++) {
      const source = y + count;
      for (let x = this.#left; x <= this.#right; x++)
        this.#cells[y]![x] = source >= this.#top && source <= this.#bottom ? before[source]![x]! : ' ';
    }
  }
}
