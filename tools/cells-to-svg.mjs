// Draws the cells of a terminal as an SVG: text on an exact grid, lines of boxes as lines, so that no font can break them.

const WIDTH = 8.4;
const HEIGHT = 18;
const BASELINE = 13.5;
const MARGIN = 14;

/** Which ways a box character goes from the middle of its cell: up, right, down, left. */
// oxfmt-ignore
const BOXES = {
  '─': '.r.l', '│': 'u.d.', '┌': '.rd.', '┐': '..dl', '└': 'ur..', '┘': 'u..l',
  '├': 'urd.', '┤': 'u.dl', '┬': '.rdl', '┴': 'ur.l', '┼': 'urdl',
};

// oxfmt-ignore
const SIXTEEN = [
  '#11151c', '#ff7b72', '#7ec699', '#f2c55c', '#6cb6ff', '#d2a8ff', '#76d7e0', '#c8d0dc',
  '#7a8496', '#ff8f87', '#93d8ac', '#ffd97a', '#8cc8ff', '#e2c5ff', '#98e6ee', '#ffffff',
];

/** `terminal` is xterm's; `plain` and `background` are its default colours, `title` is what a reader without the picture gets. */
export function cellsToSvg({ terminal, plain, background, title }) {
  const { cols, rows } = terminal;
  const buffer = terminal.buffer.active;
  const under = [];
  const lines = new Map();
  const texts = [];
  for (let y = 0; y < rows; y += 1) {
    const line = buffer.getLine(buffer.viewportY + y);
    let run = null;
    const finish = () => {
      if (run && run.text.trim() !== '') texts.push(textOf(run));
      run = null;
    };
    for (let x = 0; x < cols; x += 1) {
      const cell = line.getCell(x);
      const columns = cell.getWidth();
      if (columns === 0) continue;
      const text = cell.getChars() || ' ';
      const look = lookOf(cell, plain, background);
      if (look.behind !== background) fill(under, { x, y, columns, colour: look.behind });
      const ways = BOXES[text];
      if (ways) {
        finish();
        lines.set(look.colour, (lines.get(look.colour) ?? '') + boxPath(ways, x, y));
        continue;
      }
      // Only plain ASCII has the width of its cell in every font; anything else starts a run of its own.
      const isAscii = text.length === 1 && text >= ' ' && text <= '~';
      const style = `${look.colour} ${look.attributes}`;
      if (!isAscii || !run?.isAscii || run.style !== style) {
        finish();
        run = { x, y, style, look, text: '', columns: 0, isAscii };
      }
      run.text += text;
      run.columns += columns;
    }
    finish();
  }
  const width = round(cols * WIDTH + 2 * MARGIN);
  const height = round(rows * HEIGHT + 2 * MARGIN);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${background}"/>`,
    `<g transform="translate(${MARGIN} ${MARGIN})" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" fill="${plain}" xml:space="preserve">`,
    ...under.map(({ x, y, columns, colour }) => rectangle(x, y, columns, colour)),
    ...[...lines].map(([colour, path]) => `<path d="${path}" stroke="${colour}" fill="none"/>`),
    ...texts,
    '</g>',
    '</svg>',
    '',
  ].join('\n');

  function textOf({ x, y, look, text, columns }) {
    const kept = text.trimEnd();
    const lead = kept.length - kept.trimStart().length;
    const from = round((x + lead) * WIDTH);
    const wide = round((columns - lead - (text.length - kept.length)) * WIDTH);
    const colour = look.colour === plain ? '' : ` fill="${look.colour}"`;
    const fit = kept.length - lead > 1 ? ` textLength="${wide}" lengthAdjust="spacingAndGlyphs"` : '';
    return `<text x="${from}" y="${round(y * HEIGHT + BASELINE)}"${fit}${colour}${look.attributes}>${escaped(kept.trimStart())}</text>`;
  }
}

function lookOf(cell, plain, background) {
  const ink = cell.isFgDefault() ? plain : colourOf(cell.isFgRGB(), cell.getFgColor());
  const paper = cell.isBgDefault() ? background : colourOf(cell.isBgRGB(), cell.getBgColor());
  const [colour, behind] = cell.isInverse() ? [paper, ink] : [ink, paper];
  const attributes = [
    cell.isBold() ? ' font-weight="bold"' : '',
    cell.isDim() ? ' opacity="0.6"' : '',
    cell.isItalic() ? ' font-style="italic"' : '',
    cell.isUnderline() ? ' text-decoration="underline"' : '',
  ].join('');
  return { colour, behind, attributes };
}

function colourOf(isRgb, value) {
  if (isRgb) return `#${value.toString(16).padStart(6, '0')}`;
  if (value < 16) return SIXTEEN[value];
  const level = (step) => (step === 0 ? 0 : 55 + step * 40);
  const parts =
    value >= 232
      ? Array(3).fill(8 + (value - 232) * 10)
      : [36, 6, 1].map((unit) => level(Math.floor((value - 16) / unit) % 6));
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** Neighbours of one colour are one rectangle. */
function fill(under, next) {
  const last = under.at(-1);
  if (last && last.y === next.y && last.colour === next.colour && last.x + last.columns === next.x)
    last.columns += next.columns;
  else under.push(next);
}

const rectangle = (x, y, columns, colour) =>
  `<rect x="${round(x * WIDTH)}" y="${y * HEIGHT}" width="${round(columns * WIDTH)}" height="${HEIGHT}" fill="${colour}"/>`;

function boxPath(ways, x, y) {
  const middle = `${round((x + 0.5) * WIDTH)} ${y * HEIGHT + HEIGHT / 2}`;
  const ends = {
    u: `V${y * HEIGHT}`,
    r: `H${round((x + 1) * WIDTH)}`,
    d: `V${(y + 1) * HEIGHT}`,
    l: `H${round(x * WIDTH)}`,
  };
  return [...ways].map((way) => (way === '.' ? '' : `M${middle}${ends[way]}`)).join('');
}

const round = (number) => Math.round(number * 10) / 10;

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
