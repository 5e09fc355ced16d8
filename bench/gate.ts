/**
 * What an agent waits for before each allowed call: `fleet-gate`, process start included, against the
 * least any Node program can cost, `node -e 0`, in turns in the same run.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { claude } from '../source/core/vendors/claude.ts';
import { listenForGate } from '../source/daemon/gate-endpoint.ts';
import { compare, type Bench } from './support/row.ts';

const ROUNDS = 60;
/** The first starts fill the disk cache; they are not counted. */
const WARM_UP_ROUNDS = 5;
const TARGET = 1.5;

export async function run(): Promise<Bench> {
  const script = resolve(import.meta.dirname, '..', process.env['FLEET_DIST'] ?? 'dist', 'fleet-gate.cjs');
  const folder = mkdtempSync(join(tmpdir(), 'fleet-bench-'));
  const socket = join(folder, 'g.sock');
  const token = 'bench';
  const endpoint = await listenForGate({
    socket,
    session: 's1',
    tokenHash: createHash('sha256').update(token).digest('hex'),
    onAsk: async ({ payload }) => {
      const hook = claude.parseHook(JSON.parse(payload));
      if (hook.type !== 'tool-asked') throw new Error('not the call of the benchmark');
      return claude.answer(hook, { type: 'allow', input: hook.call.input });
    },
  });
  const env = {
    PATH: process.env['PATH'],
    FLEET_GATE_SOCKET: socket,
    FLEET_SESSION: 's1',
    FLEET_TOKEN: token,
  };
  const call = JSON.stringify({
    session_id: 'v1',
    cwd: folder,
    permission_mode: 'default',
    hook_event_name: 'PreToolUse',
    tool_name: 'Read',
    tool_input: { file_path: join(folder, 'README.md') },
    tool_use_id: 'toolu_1',
  });
  const ours: number[] = [];
  const peer: number[] = [];
  try {
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
      const gate = await timed([script, 'claude'], env, call);
      const bare = await timed(['-e', '0'], env, call);
      if (round < 0) continue;
      ours.push(gate);
      peer.push(bare);
    }
  } finally {
    endpoint.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return {
    id: 'gate',
    rows: [compare({ name: 'gate: allowed call, ms; peer: node -e 0', ours, peer, target: TARGET })],
  };
}

/** Milliseconds from start to exit of one Node program that is given `stdin`. */
function timed(words: readonly string[], env: NodeJS.ProcessEnv, stdin: string): Promise<number> {
  return new Promise((done, failed) => {
    const start = performance.now();
    const child = spawn(process.execPath, words, { env, stdio: ['pipe', 'ignore', 'inherit'] });
    // `node -e 0` may be gone before it has read anything.
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
    child.on('error', failed);
    child.on('exit', (code) =>
      code === 0
        ? done(performance.now() - start)
        : failed(new Error(`${words.join(' ')} left with ${code}`)),
    );
  });
}
