/** The real gate as a process, and a daemon's side to put in front of it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { FrameReader } from '../../source/wire/frames.ts';
import type { GateAsk } from '../../source/wire/gate-protocol.ts';

export const TOKEN = 'token-of-the-test';
export const TOKEN_HASH = createHash('sha256').update(TOKEN).digest('hex');

/** Bundles the gate as the build does, into a folder of its own; gives the script's path. */
export async function buildGate(folder: string): Promise<string> {
  const build = await rolldown({
    input: { 'fleet-gate': 'source/gate/main.ts' },
    platform: 'node',
    external: [/^node:/],
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  });
  await build.write({ dir: folder, format: 'cjs', entryFileNames: '[name].cjs' });
  await build.close();
  return join(folder, 'fleet-gate.cjs');
}

export interface GateRun {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

export interface GateOptions {
  readonly script: string;
  readonly socket?: string;
  readonly dialect?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly node?: string;
  /** null: stdin stays open. */
  readonly stdin?: string | null;
}

export function runGate({
  script,
  socket,
  dialect = 'claude',
  env = {},
  node = process.execPath,
  stdin = '',
}: GateOptions): GateRun {
  const child = spawn(node, [script, dialect], {
    env: {
      PATH: process.env['PATH'],
      ...(socket === undefined
        ? {}
        : { FLEET_GATE_SOCKET: socket, FLEET_SESSION: 's1', FLEET_TOKEN: TOKEN, FLEET_GATE_AWAY_MS: '300' }),
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  // A gate that does not want what it is given closes its end.
  child.stdin.on('error', () => {});
  if (stdin !== null) child.stdin.end(stdin);
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((done) =>
    child.on('close', (code) => done({ code, stdout, stderr })),
  );
  return { child, ended };
}

export const preToolUse = (id: string, input: Record<string, unknown> = { command: 'npm test' }): string =>
  JSON.stringify({
    session_id: 'v1',
    cwd: '/work',
    permission_mode: 'default',
    hook_event_name: 'PreToolUse',
    tool_name: 'Bash',
    tool_input: input,
    tool_use_id: id,
  });

/** A listener that answers with raw bytes, so that it can misbehave. */
export function listenRaw(socket: string, onAsk: (ask: GateAsk, connection: Socket) => void) {
  const connections = new Set<Socket>();
  const server = createServer((connection) => {
    connections.add(connection);
    connection.on('error', () => {});
    connection.on('close', () => connections.delete(connection));
    const reader = new FrameReader();
    connection.on('data', (chunk) => {
      for (const frame of reader.push(chunk))
        onAsk(JSON.parse(frame.payload.toString()) as GateAsk, connection);
    });
  });
  return new Promise<{ close(): Promise<void> }>((done) => {
    server.listen(socket, () =>
      done({
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const connection of connections) connection.destroy();
          }),
      }),
    );
  });
}

export interface TempFolder {
  readonly path: string;
  remove(): void;
}

/** Short, so that sockets fit in. */
export function tempFolder(): TempFolder {
  const path = mkdtempSync(join(tmpdir(), 'fg-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
