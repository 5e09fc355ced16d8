/** The real Codex, offline. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installed, openAgentLab, skipped, type AgentLab } from './agent-lab.ts';

export const CODEX = installed('codex');

export const SKIPPED = skipped(CODEX);

export const openCodexLab = (): Promise<AgentLab> =>
  openAgentLab({
    vendor: 'codex',
    program: CODEX ?? '',
    environment: () => codexEnvironment,
    onboard: ({ home, repository, modelUrl }) => onboardCodex(home, repository, modelUrl),
  });

export const codexEnvironment = { FAKE_KEY: 'dummy' };

/** Points it at a model on the loopback, with the trust in this repository given. */
export function onboardCodex(home: string, repository: string, modelUrl: string): void {
  mkdirSync(join(home, '.codex'), { recursive: true });
  writeFileSync(
    join(home, '.codex', 'config.toml'),
    [
      // A model of the list, so that it has its tools; the newest one would be offered at the start.
      'model = "gpt-5.5"',
      'model_provider = "fake"',
      'check_for_update_on_startup = false',
      '[model_providers.fake]',
      'name = "fake"',
      `base_url = "${modelUrl}/v1"`,
      'wire_api = "responses"',
      'env_key = "FAKE_KEY"',
      `[projects."${repository}"]`,
      'trust_level = "trusted"',
      '[analytics]',
      'enabled = false',
      '[notice.model_migrations]',
      '"gpt-5.5" = "gpt-6-sol"',
      '[tui.model_availability_nux]',
      '"gpt-6.1-sol" = 1',
      '',
    ].join('\n'),
  );
}
