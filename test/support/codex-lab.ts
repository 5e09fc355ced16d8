/** The real Codex, offline. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installed, openAgentLab, skipped, type AgentLab, type AgentUnderTest } from './agent-lab.ts';

export const CODEX = installed('codex');

export const SKIPPED = skipped(CODEX);

export const codexUnderTest: AgentUnderTest = {
  vendor: 'codex',
  program: CODEX ?? '',
  environment: () => ({ OPENAI_API_KEY: 'dummy' }),
  onboard,
};

export const openCodexLab = (): Promise<AgentLab> => openAgentLab(codexUnderTest);

/** Points it at a model on the loopback, with the trust in this repository given. */
function onboard({ home, repository, modelUrl }: Parameters<AgentUnderTest['onboard']>[0]): void {
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
      'env_key = "OPENAI_API_KEY"',
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
