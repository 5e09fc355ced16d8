/** The real Gemini CLI, offline. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installed, openAgentLab, skipped, type AgentLab, type AgentUnderTest } from './agent-lab.ts';

export const GEMINI = installed('gemini');

export const SKIPPED = skipped(GEMINI);

export const geminiUnderTest: AgentUnderTest = {
  vendor: 'gemini',
  program: GEMINI ?? '',
  environment: (modelUrl) => ({ GEMINI_API_KEY: 'dummy', GOOGLE_GEMINI_BASE_URL: modelUrl }),
  onboard({ home }) {
    mkdirSync(join(home, '.gemini'), { recursive: true });
    writeFileSync(
      join(home, '.gemini', 'settings.json'),
      JSON.stringify({
        security: { auth: { selectedType: 'gemini-api-key' } },
        privacy: { usageStatisticsEnabled: false },
        general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
        // One model that is named is asked at once; else a router is asked which.
        model: { name: 'gemini-2.5-flash' },
      }),
    );
  },
};

export const openGeminiLab = (): Promise<AgentLab> => openAgentLab(geminiUnderTest);
