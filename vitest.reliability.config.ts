/** `npm run test:reliability`: every test named for a reliability number, at its full count. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', development: false } },
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    // R1, R27 …: the ones whose count FLEET_RELIABILITY_COUNT raises.
    testNamePattern: /\bR\d+ /,
    pool: 'forks',
    // One at a time: what they measure and what they kill at random moments wants the machine to itself.
    fileParallelism: false,
    // The longest has ten minutes by the bar; a slower machine gets twice that, and a hang still ends.
    testTimeout: 20 * 60_000,
    hookTimeout: 2 * 60_000,
    env: { NODE_ENV: 'production' },
  },
});
