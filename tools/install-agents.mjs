// Installs the agent CLIs that test/agents drives into .cache/agents, pinned; does nothing when they are there.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// `after`: what its package would run once it is installed.
const agents = [
  { folder: 'claude', package: '@anthropic-ai/claude-code', version: '2.1.329', after: 'install.cjs' },
  { folder: 'codex', package: '@openai/codex', version: '0.169.0' },
  { folder: 'gemini', package: '@google/gemini-cli', version: '0.61.0' },
  { folder: 'opencode', package: 'opencode-ai', version: '1.18.33', after: 'postinstall.mjs' },
];

const cache = fileURLToPath(new URL('../.cache/agents/', import.meta.url));
for (const { folder, package: name, version, after } of agents) {
  const place = join(cache, folder);
  const manifest = join(place, 'node_modules', name, 'package.json');
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version) {
    console.log(`${name} ${version} is there`);
    continue;
  }
  mkdirSync(place, { recursive: true });
  // A folder of its own with its own manifest, so that npm does not look for ours.
  writeFileSync(join(place, 'package.json'), '{ "private": true }\n');
  console.log(`installing ${name} ${version} into ${place}`);
  execFileSync(
    'npm',
    // npm 11 runs install scripts, npm 12 does not: ours to start, on both.
    ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--save-exact', `${name}@${version}`],
    { cwd: place, stdio: 'inherit' },
  );
  if (after)
    execFileSync(process.execPath, [after], { cwd: join(place, 'node_modules', name), stdio: 'inherit' });
}
