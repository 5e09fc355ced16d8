// Runs in a tmux pane: prints the first COUNT bytes of FILE unchanged, waits until the terminal has taken them
// all in (it answers a question put behind them), makes the file DONE and then stays, so the screen can be read.
import { readFileSync, writeFileSync, writeSync } from 'node:fs';

const [file, count, done] = process.argv.slice(2);
const bytes = readFileSync(file).subarray(0, Number(count));
for (let at = 0; at < bytes.length;) at += writeSync(1, bytes, at);
let answers = '';
process.stdin.on('data', (chunk) => {
  answers += chunk;
  if (answers.includes('\x1b[0n')) writeFileSync(done, '');
});
writeSync(1, '\x1b[5n');
