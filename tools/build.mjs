// Bundles the program: one entry for every process and command (lazy chunks), and the gate as a file of its own.
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

// Tests and benchmarks may build beside the real one.
const dist = process.env.FLEET_DIST ?? 'dist';

const external = [/^node:/, 'better-sqlite3', 'node-pty', 'conf', 'chokidar'];
const define = { 'process.env.NODE_ENV': '"production"' };

async function bundle(options, output) {
  const build = await rolldown({ platform: 'node', external, transform: { define }, ...options });
  await build.write({ dir: dist, minify: false, ...output });
  await build.close();
}

rmSync(dist, { recursive: true, force: true });
await bundle(
  {
    // The chrome is drawn in a thread, which needs a file to start from.
    input: { fleet: 'cli.tsx', 'chrome-worker': 'source/tui/chrome-worker.ts' },
    // Ink imports its devtools optionally; the bundler would hoist the import and the program would not start.
    resolve: { alias: { 'react-devtools-core': new URL('./no-devtools.mjs', import.meta.url).pathname } },
  },
  { format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: 'chunks/[name]-[hash].mjs' },
);
// CommonJS and a single file: the gate runs before every tool call, so its start-up is what an agent waits for.
await bundle(
  { input: { 'fleet-gate': 'source/gate/main.ts' } },
  { format: 'cjs', entryFileNames: '[name].cjs', banner: '#!/usr/bin/env node' },
);
chmodSync(join(dist, 'fleet-gate.cjs'), 0o755);
