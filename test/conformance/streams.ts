/** Every stream there is to compare: those written here on purpose, and the recorded ones beside this file. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Stream {
  readonly name: string;
  readonly columns: number;
  readonly rows: number;
  readonly bytes: Buffer;
  /** Offsets at which the screens are compared; always between two sequences. */
  readonly cuts: readonly number[];
}

const STREAMS = join(import.meta.dirname, 'streams');

const E = '\x1b';
const numbered = (count: number, text: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => text(i)).join('');

const written: Readonly<Record<string, readonly string[]>> = {
  plain: [
    numbered(30, (i) => `line ${i}: the quick brown fox jumps over the lazy dog\r\n`),
    `${'wraps '.repeat(30)}\r\nexactly forty columns of text are in here\r\n`,
    `a\tb\tc\r\n\tx\b\b\by\rz\r\n${'x'.repeat(40)}\r\nafter\r\n${'y'.repeat(41)}`,
  ],
  sgr: [
    numbered(
      20,
      (i) => `${E}[${30 + (i % 8)};${40 + ((i + 3) % 8)}mcolour ${i}${E}[m ${E}[38;5;${i * 7}m256${E}[0m\r\n`,
    ),
    `${E}[1mbold${E}[22m ${E}[3mitalic${E}[23m ${E}[4mline${E}[24m ${E}[4:3mcurly${E}[4:0m ${E}[58;2;1;2;3mul${E}[59m\r\n`,
    `${E}[38:2::10:20:30mcolon${E}[m ${E}[48;2;1;2;3mrgb${E}[K${E}[m\r\n${E}[7mreverse${E}[27m ${E}[8mhidden${E}[28m`,
  ],
  cursor: [
    numbered(40, (i) => `${E}[${1 + ((i * 5) % 12)};${1 + ((i * 13) % 40)}H<${i}>`),
    `${E}[5;5H${E}[3Aup${E}[2Bdown${E}[4Cright${E}[10Dleft${E}[2Enext${E}[Fprevious${E}[20Gcolumn${E}[3drow`,
    `${E}[s${E}[H${E}[2Jcleared${E}[uback${E}7${E}[12;38Hcorner${E}8again${E}[999;999H!${E}[1K${E}[1;1H${E}[J-`,
    `${E}[2;2Habcdefghij${E}[2;4H${E}[2P${E}[2;6H${E}[3@${E}[2;1H${E}[2X${E}[3;1Hrep${E}[5b${E}[4;1H${E}[3L${E}[6;1H${E}[2M`,
  ],
  scroll: [
    numbered(12, (i) => `${i}\r\n`) + `${E}[3;8r${E}[8;1H` + numbered(5, (i) => `in ${i}\r\n`),
    `${E}[3;1H${E}M${E}Mreverse${E}[2S${E}[1T${E}[r${E}[12;1H\r\n\r\nbottom`,
    `${E}[4;9r${E}[?6h${E}[1;1Horigin${E}[99;1Hend${E}[?6l${E}[1;1Htop${E}[2;11r${E}[2;1H${E}[2L${E}[5;1H${E}[1M${E}[r`,
    `${E}[20h a\nb${E}[20l\nc${E}D-${E}E=${E}[4hins${E}[4l`,
  ],
  wide: [
    '日本語のテキスト\r\n한국어 텍스트\r\n中文字符\r\nmixed 日本 and ascii 語\r\n',
    `${'語'.repeat(30)}\r\n${'x'.repeat(39)}語 wraps\r\n`,
    `日本語${E}[5D!${E}[2;3H.${E}[3;1H x${E}[4;9H\x1b[P\x1b[5;1H\x1b[@`,
    `${E}[10;1H日本${E}[10;2H${E}[K${E}[11;1H日本${E}[11;3H${E}[1K${E}[12;39H日${E}[12;40H|`,
  ],
  emoji: ['🙂 🚀 ✅ ❌ ⚠ ★ ✻ ● ⎿ ❯ ⏵\r\n', '👍🏽 👩🏽‍💻 👨‍👩‍👧‍👦 🏳️‍🌈 🇩🇪🇫🇷\r\n', '❤️ ⚠️ ✔️ ☀️ 1️⃣ ©️|\r\n'],
  marks: [
    'e\u0301a\u0308n\u0303 combined\r\nx\u0332y\u0332z\u0332\r\n',
    'ภาษาไทย น้ำ ผู้ใหญ่|\r\nहिन्दी देवनागरी|\r\n',
    'שלום مرحبا|\r\nzero\u200bwidth\u200djoin|\r\nsoft\u00adhyphen|\r\n',
  ],
  lines: [
    `${E}(0lqqqk\r\nx   x\r\nmqqqj${E}(B\r\n\x0e`,
    `${E})0\x0elqk\x0f abc\r\n┌──┬──┐\r\n│  │  │\r\n╰──┴──╯ ▁▂▃▄▅▆▇█ ░▒▓\r\n`,
    `${E}[3g${E}[1;5H${E}H${E}[1;15H${E}H\r\n\ta\tb\tc\r\n${E}#8`,
  ],
  alternate: [
    `normal screen${E}[?1049h${E}[H${E}[2Jalternate${E}[5;5Hhere`,
    `${E}[?1049l back\r\n${E}[?47hold alternate${E}[?47l\r\nonce more`,
    `${E}[?1049h${E}[3;3Hthird${E}[?25l${E}[?1049l${E}[?1047hfourth${E}[?1047l!`,
  ],
  wrap: [
    `${E}[1;36Habcdefgh${E}[3;40HX${E}[4;40HYZ\r\n${E}[5;40HQ${E}[Dq${E}[6;40HR\bS\r\n`,
    `${E}[?7l${E}[8;35Hno wrapping at all here${E}[?7h${E}[9;35Hwrapping again here`,
    `${E}[11;40HA\r\nB${E}[12;40HC${E}[KD${E}[12;38H${E}[0Kend${E}[?45h${E}[10;1H\b\b<`,
  ],
  resets: [
    `${E}[31;4;5r${E}(0some${E}[!pstate${E}[2;5r${E}[?6h${E}[?7lmore${E}cfresh`,
    `\r\n${E}]0;a title\x07${E}]2;another${E}\\after ${E}]8;;http://a\x07link${E}]8;;\x07${E}P1$r0m${E}\\dcs ${E}_apc${E}\\${E}^pm${E}\\${E}Xsos${E}\\.`,
    `\r\n${E}[?2026hheld${E}[?2026l ${E}[38;5mbroken ${E}[<5;5;5mmouse ${E}[=5umodes ${E}[>4;2m${E}[?1u\x18\x1a${E}[3\x18cut`,
  ],
  agent: [
    `● I will look at the tests.\r\n\r\n✻ Thinking… (1s)\r\n\r\n╭${'─'.repeat(36)}╮\r\n│ > ${' '.repeat(32)} │\r\n╰${'─'.repeat(36)}╯\r\n`,
    numbered(
      8,
      (i) =>
        `${E}[?2026h${E}[2K${E}[1A`.repeat(6) +
        `${E}[2K${E}[G${E}[38;5;153m✻ Thinking… (${i + 2}s · ↑ ${i * 31} tokens)${E}[39m\r\n\r\n╭${'─'.repeat(36)}╮\r\n│ > ${'hello'.slice(0, i).padEnd(32)} │\r\n╰${'─'.repeat(36)}╯\r\n${E}[?2026l`,
    ),
    `${E}[2K${E}[1A`.repeat(6) +
      numbered(10, (i) => `${E}[2K${E}[G  ${i + 1} ${E}[42m+ const added${i} = '日本';${E}[49m\r\n`) +
      `● Done. Two files changed, “quoted” — ok?\r\n`,
  ],
};

/** Small, so that wrapping and scrolling happen. */
const WRITTEN_SIZE = { columns: 40, rows: 12 };

export function allStreams(): Stream[] {
  const made = Object.entries(written).map(([name, parts]) => {
    const cuts: number[] = [];
    let length = 0;
    for (const part of parts) cuts.push((length += Buffer.byteLength(part)));
    return { name, ...WRITTEN_SIZE, bytes: Buffer.from(parts.join('')), cuts };
  });
  const recorded = readdirSync(STREAMS)
    .filter((file) => file.endsWith('.raw'))
    .map((file) => {
      const name = file.slice(0, -'.raw'.length);
      const about = JSON.parse(readFileSync(join(STREAMS, `${name}.json`), 'utf8')) as Omit<
        Stream,
        'name' | 'bytes'
      >;
      return { name, ...about, bytes: readFileSync(join(STREAMS, file)) };
    });
  return [...made, ...recorded];
}
