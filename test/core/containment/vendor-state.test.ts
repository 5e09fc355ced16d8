import { describe, expect, test } from 'vitest';
import { LoopbackServices } from '../../../source/core/containment/doors.ts';
import { seededText, vendorStates } from '../../../source/core/containment/vendor-state.ts';
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
    const [{ seeds } = { seeds: [] }] = vendorStates('claude', '/home/ana', {});
    const seed = seeds.find(({ to }) => to === '.claude.json')!;
    const picked = (given: string, project: string): unknown =>
      JSON.parse(seededText(seed, given, { project, worktree: '/w', services: new LoopbackServices([]) }));
    expect(picked(text, '/p')).toEqual({
      theme: 'dark',
      hasCompletedOnboarding: true,
      projects: { '/w': { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true } },
    });
    expect(picked(text, '/other')).toMatchObject({ projects: { '/w': { hasTrustDialogAccepted: false } } });
    expect(picked('{ damaged', '/p')).toMatchObject({ projects: {} });
  });

  test('PE12 Codex finds its model behind a door, and the trust of the project in the worktree', () => {
    const [{ seeds } = { seeds: [] }] = vendorStates('codex', '/home/ana', {});
    const seed = seeds.find(({ to }) => to === 'config.toml')!;
    const text = 'base_url = "http://127.0.0.1:8080/v1"\n[projects."/p"]\ntrust_level = "trusted"\n[tui]\n';
    const services = new LoopbackServices([]);
    expect(seededText(seed, text, { project: '/p', worktree: '/w', services })).toBe(
      'base_url = "http://127.0.0.1:903/v1"\n[projects."/p"]\ntrust_level = "trusted"\n[tui]\n\n[projects."/w"]\ntrust_level = "trusted"\n',
    );
    expect(services.all).toEqual([{ port: 903, host: '127.0.0.1', hostPort: 8_080 }]);
    const other = seededText(seed, text, { project: '/other', worktree: '/w', services });
    expect(other).not.toContain('"/w"');
  });
});

describe('services on the machine’s own loopback', () => {
  test('PE8 get a door each, and the variables lead there', () => {
    const services = new LoopbackServices([{ port: 903, host: 'localhost', hostPort: 7_000 }]);
    expect(
      services.inEnvironment({
        ANTHROPIC_BASE_URL: 'http://127.0.0.1:8080/p/anthropic',
        OPENAI_BASE_URL: 'http://localhost:9000/v1',
        GOOGLE_GEMINI_BASE_URL: 'http://127.0.0.1:8080',
        OLLAMA_BASE_URL: 'http://localhost:7000',
        PATH: '/usr/bin',
      }),
    ).toEqual({
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:904/p/anthropic',
      OPENAI_BASE_URL: 'http://127.0.0.1:905/v1',
      GOOGLE_GEMINI_BASE_URL: 'http://127.0.0.1:904',
      OLLAMA_BASE_URL: 'http://127.0.0.1:903',
      PATH: '/usr/bin',
    });
    expect(services.all.map(({ hostPort }) => hostPort)).toEqual([7_000, 8_080, 9_000]);
  });

  test.each([
    ['elsewhere', { ANTHROPIC_BASE_URL: 'https://api.anthropic.com' }],
    ['a name that only looks like it', { ANTHROPIC_BASE_URL: 'http://127.0.0.1.evil.test:80' }],
    ['with somebody in front of it', { ANTHROPIC_BASE_URL: 'http://a@127.0.0.1:80' }],
    ['an address with more behind it', { ANTHROPIC_BASE_URL: 'http://127.0.0.1:80.evil.test' }],
    ['another variable', { DATABASE_URL: 'http://127.0.0.1:5432' }],
  ])('PE8 %s gets none', (_, environment) => {
    const services = new LoopbackServices([]);
    expect(services.inEnvironment(environment)).toEqual(environment);
    expect(services.all).toEqual([]);
  });

  test('PE8 there is an end to them', () => {
    const services = new LoopbackServices([]);
    const text = Array.from({ length: 20 }, (__, at) => `http://127.0.0.1:${5_000 + at}`).join(' ');
    expect(services.inText(text)).toContain('http://127.0.0.1:5019');
    expect(services.all).toHaveLength(8);
  });
});
