// A session whose output proves itself: numbered lines at a steady rate, `numbered-lines.mjs PER_SECOND`,
// until it is typed an `e`; then it says how many there were and ends with code 7.
const perSecond = Number(process.argv[2]);
const TICK_MS = 25;
const startedAt = performance.now();
let printed = 0;

const timer = setInterval(() => {
  const due = Math.floor(((performance.now() - startedAt) / 1000) * perSecond);
  let text = '';
  while (printed < due) text += `${++printed}\n`;
  if (text) process.stdout.write(text);
}, TICK_MS);

// Raw: nothing typed is echoed into the numbers.
process.stdin.setRawMode(true);
process.stdin.on('data', (typed) => {
  if (!typed.includes('e')) return;
  clearInterval(timer);
  process.stdout.write(`end ${printed}\n`);
  process.exitCode = 7;
  process.stdin.pause();
});
