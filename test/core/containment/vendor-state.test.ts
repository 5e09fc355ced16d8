import { describe, expect, test } from 'vitest';
import { loopbackServices } from '../../../source/core/containment/doors.ts';
import { pickedClaudeSettings, vendorStates } from '../../../source/core/containment/vendor-state.ts';
import { VENDORS } from '../../../source/core/agent.ts';

describe('the state of an agent CLI', () => {
  test('PE12 is the run’s own, where the CLI looks for it', () => {
    for (const vendor of VENDORS)
      for (const state of vendorStates(vendor, '/home/ana', {})) {
        expect(state.at.startsWith('/home/ana/')).toBe(true);
        expect(state.seeds.every(({ to }) => !to.includes('/'))).toBe(true);
      }
    expect(vendorStates('claude', '/home/ana', {})[0]).toMatchObject({
      at: '/home/ana/.claude',
      env: { CLAUDE_CONFIG_DIR: '/home/ana/.claude' },
    });
    expect(vendorStates('codex', '/home/ana', { CODEX_HOME: '/srv/codex' })[0]).toMatchObject({
      at: '/srv/codex',
    });
    expect(vendorStates('command', '/home/ana', {})).toEqual([]);
  });

  test('PE12 takes over who the person is, and nothing of their other work', () => {
    const text = JSON.stringify({
      theme: 'dark',
      hasCompletedOnboarding: true,
      mcpServers: { db: { env: { PASSWORD: 'secret' } } },
      projects: {
        '/p': { hasTrustDialogAccepted: true, history: ['secret'] },
        '/q': { hasTrustDialogAccepted: true },
      },
    });
    expect(JSON.parse(pickedClaudeSettings(text, '/p', '/w'))).toEqual({
      theme: 'dark',
      hasCompletedOnboarding: true,
      projects: { '/w': { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true } },
    });
    expect(JSON.parse(pickedClaudeSettings(text, '/other', '/w'))).toMatchObject({
      projects: { '/w': { hasTrustDialogAccepted: false } },
    });
    expect(JSON.parse(pickedClaudeSettings('{ damaged', '/p', '/w'))).toMatchObject({ projects: {} });
  });
});

describe('services on the machine’s own loopback', () => {
  test('PE8 get a door each, and the variables lead there', () => {
    expect(
      loopbackServices({
        ANTHROPIC_BASE_URL: 'http://127.0.0.1:8080/p/anthropic',
        OPENAI_BASE_URL: 'http://localhost:9000/v1',
        GOOGLE_GEMINI_BASE_URL: 'http://127.0.0.1:8080',
        PATH: '/usr/bin',
      }),
    ).toEqual({
      environment: {
        ANTHROPIC_BASE_URL: 'http://127.0.0.1:903/p/anthropic',
        OPENAI_BASE_URL: 'http://127.0.0.1:904/v1',
        GOOGLE_GEMINI_BASE_URL: 'http://127.0.0.1:903',
        PATH: '/usr/bin',
      },
      services: [
        { port: 903, host: '127.0.0.1', hostPort: 8_080 },
        { port: 904, host: 'localhost', hostPort: 9_000 },
      ],
    });
  });

  test.each([
    ['elsewhere', { ANTHROPIC_BASE_URL: 'https://api.anthropic.com' }],
    ['a name that only looks like it', { ANTHROPIC_BASE_URL: 'http://127.0.0.1.evil.test:80' }],
    ['with somebody in front of it', { ANTHROPIC_BASE_URL: 'http://a@127.0.0.1:80' }],
    ['another variable', { DATABASE_URL: 'http://127.0.0.1:5432' }],
  ])('PE8 %s gets none', (_, environment) => {
    expect(loopbackServices(environment)).toEqual({ environment, services: [] });
  });
});
