import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The tests run React's production build, which has no development transform of JSX.
  oxc: { jsx: { runtime: 'automatic', development: false } },
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/reliability/full/**', 'node_modules/**'],
    pool: 'forks',
    // Most tests wait for processes: two at a time take half as long, on two cores, too. More of them get in each other's way.
    maxWorkers: 2,
    // Tests start real processes; a slow shared machine needs room, a hang must still end.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    env: { NODE_ENV: 'production' },
  },
});
