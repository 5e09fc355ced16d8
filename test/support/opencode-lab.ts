/** The real opencode, offline. */
import { installed, openAgentLab, skipped, type AgentLab, type AgentUnderTest } from './agent-lab.ts';

export const OPENCODE = installed('opencode');

export const SKIPPED = skipped(OPENCODE);

export const opencodeUnderTest: AgentUnderTest = {
  vendor: 'opencode',
  program: OPENCODE ?? '',
  environment: (modelUrl) => ({
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
    OPENCODE_CONFIG_CONTENT: JSON.stringify({
      autoupdate: false,
      share: 'disabled',
      model: 'fake/fake',
      small_model: 'fake/fake',
      provider: {
        fake: {
          npm: '@ai-sdk/openai-compatible',
          name: 'Fake',
          options: { baseURL: `${modelUrl}/v1`, apiKey: 'dummy' },
          models: { fake: { name: 'Fake', tool_call: true, limit: { context: 100_000, output: 8000 } } },
        },
      },
    }),
  }),
  onboard() {
    // It asks a newcomer nothing.
  },
};

export const openOpencodeLab = (): Promise<AgentLab> => openAgentLab(opencodeUnderTest);
