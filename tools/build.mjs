// Bundles the program: one entry for every process and command (lazy chunks), and the gate as a file of its own.
import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

// Tests and benchmarks may build beside the real one.
const dist = process.env.FLEET_DIST ?? 'dist';
// Written aside and put in place when it is whole: agents that run from here must not miss their gate meanwhile.
const aside = `${dist}.new-${process.pid}`;

const external = [/^node:/, 'better-sqlite3', 'node-pty', 'conf', 'chokidar', '@napi-rs/keyring'];
const define = { 'process.env.NODE_ENV': '"production"' };

async function bundle(options, output) {
  const build = await rolldown({ platform: 'node', external, transform: { define }, ...options });
  await build.write({ dir: aside, minify: false, ...output });
  await build.close();
}

try {
  await bundle(
    {
      // The chrome is drawn in a thread, which needs a file to start from.
      input: { fleet: 'cli.tsx', 'chrome-worker': 'source/tui/chrome-worker.ts' },
      // Ink imports its devtools optionally; the bundler would hoist the import and the program would not start.
      resolve: {
        alias: { 'react-devtools-core': fileURLToPath(new URL('./no-devtools.mjs', import.meta.url)) },
      },
    },
    { format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: 'chunks/[name]-[hash].mjs' },
  );
  // CommonJS and a single file: the gate runs before every tool call, so its start-up is what an agent waits for.
  await bundle(
    { input: { 'fleet-gate': 'source/gate/main.ts' } },
    { format: 'cjs', entryFileNames: '[name].cjs', banner: '#!/usr/bin/env node' },
  );
  chmodSync(join(aside, 'fleet-gate.cjs'), 0o755);
  // Alike: every contained agent has one, and what it asks waits for it.
  await bundle(
    { input: { 'fleet-bridge': 'source/bridge/main.ts' } },
    { format: 'cjs', entryFileNames: '[name].cjs' },
  );
  putInPlace();
} finally {
  rmSync(aside, { recursive: true, force: true });
}

function putInPlace() {
  const old = `${dist}.old-${process.pid}`;
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(aside, dist);
  rmSync(old, { recursive: true, force: true });
}
