// Redraws a box over and over as an agent does, with colours, wide characters, updates in brackets and now and
// then a log line: REDRAWS a second, so many bytes each that its screen is saved again and again.
const [perSecond = '200'] = process.argv.slice(2);
const escape = '\x1b';
let count = 0;
process.stdout.write(`${escape}[?2004h${escape}]2;redraws${escape}\\`);
setInterval(() => {
  for (let i = 0; i < Number(perSecond) / 50; i++) {
    count++;
    const filler = Array.from(
      { length: 12 },
      (_, row) => `${escape}[38;5;${(count + row) % 256}m${'日本—·'.repeat(8)}${count}`,
    );
    const box = filler.map((line) => `${escape}[2K${line}${escape}[m\r\n`).join('');
    const log = count % 7 === 0 ? `done ${count}: ${'x'.repeat(count % 120)}\r\n` : '';
    process.stdout.write(`${escape}[?2026h${escape}[12A${escape}[J${log}${box}${escape}[?2026l`);
  }
}, 20);
