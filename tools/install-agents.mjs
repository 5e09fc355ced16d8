// Installs the agent CLIs that test/agents drives into .cache/agents, pinned; does nothing when they are there.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const agents = [{ folder: 'claude', package: '@anthropic-ai/claude-code', version: '2.1.329' }];

const cache = fileURLToPath(new URL('../.cache/agents/', import.meta.url));
for (const { folder, package: name, version } of agents) {
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
  execFileSync(process.execPath, ['install.cjs'], {
    cwd: join(place, 'node_modules', name),
    stdio: 'inherit',
  });
}
