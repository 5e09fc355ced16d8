// An agent on a string: each line typed to it is a call as JSON, asked of the real gate; it runs nothing and
// reports what it was told, on its screen and (when `finish` says so) as executed.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const { FLEET_NODE: node, FLEET_GATE: gate } = process.env;

const ask = (question) =>
  new Promise((done) => {
    const child = spawn(node, [gate, 'fleet'], { stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('close', (code) =>
      done(code === 0 ? JSON.parse(stdout) : { verdict: 'deny', message: stderr.trim() }),
    );
    child.stdin.end(JSON.stringify(question));
  });

console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const { call, executed } = JSON.parse(line);
  // Side by side: an agent may have several calls open.
  void ask({ event: 'tool-asked', call, cwd: process.cwd() }).then(async (verdict) => {
    console.log(`told ${call.id} ${JSON.stringify(verdict)}`);
    if (verdict.verdict !== 'allow' && executed === undefined) return;
    const input = executed ?? verdict.input;
    await ask({ event: 'tool-finished', call: { ...call, input }, outcome: 'succeeded' });
    console.log(`finished ${call.id}`);
  });
}
