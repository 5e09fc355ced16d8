// An agent that works through the real gate, and goes bad the way its task says: stall, loop, crash, or not at
// all (fine). While there is a file `outage` beside it, what a fine one does fails as well. It runs nothing; it
// reports what it was allowed as done.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';

const { FLEET_NODE: node, FLEET_GATE: gate, FLEET_TASK: fault = 'fine' } = process.env;
/** A dozen of these share two cores. */
const PAUSE_MS = 400;
/** Enough that nobody calls it a beginner any more. */
const GOOD_CALLS = 12;

const tell = (question) =>
  new Promise((done) => {
    const child = spawn(node, [gate, 'fleet'], { stdio: ['pipe', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.on('close', (code) => done(code === 0 ? JSON.parse(stdout) : { verdict: 'deny' }));
    child.stdin.end(JSON.stringify(question));
  });

let calls = 0;
async function call(path, outcome = 'succeeded') {
  const id = `call-${process.pid}-${(calls += 1)}`;
  const question = { id, tool: 'Read', input: { path } };
  const { verdict, message } = await tell({ event: 'tool-asked', call: question, cwd: process.cwd() });
  if (verdict !== 'allow') return console.log(`refused: ${message ?? ''}`);
  await tell({ event: 'tool-finished', call: question, outcome });
}

// Something beside it in its process group, which has to go when it goes.
const beside = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
console.log(`beside ${beside.pid}`);
await tell({ event: 'turn-started' });
if (fault === 'crash') process.exit(1);
for (let done = 0; done < GOOD_CALLS; done++) await call(`file-${done}.txt`);
console.log(`now ${fault}`);
if (fault === 'stall') await new Promise(() => setInterval(() => {}, 1_000));
for (let done = 0; ; done++) {
  if (fault === 'loop') await call('same.txt', 'failed');
  else await call(`more-${done}.txt`, existsSync('outage') ? 'failed' : 'succeeded');
  if (fault !== 'loop') await after(PAUSE_MS);
}
