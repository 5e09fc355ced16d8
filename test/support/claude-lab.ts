/** The real Claude Code, offline. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installed, openAgentLab, skipped, type AgentLab, type AgentUnderTest } from './agent-lab.ts';

export const CLAUDE = installed('claude');

export const SKIPPED = skipped(CLAUDE);

const API_KEY = `sk-ant-dummy-${'0'.repeat(40)}`;

export const claudeUnderTest: AgentUnderTest = {
  vendor: 'claude',
  program: CLAUDE ?? '',
  environment: claudeEnvironment,
  onboard: ({ home, repository }) =>
    writeFileSync(join(home, '.claude.json'), JSON.stringify(onboarded(repository))),
};

export const openClaudeLab = (): Promise<AgentLab> => openAgentLab(claudeUnderTest);

/** Points the CLI at a model on the loopback and keeps it from everything else. */
export function claudeEnvironment(modelUrl: string) {
  return {
    ANTHROPIC_BASE_URL: modelUrl,
    ANTHROPIC_API_KEY: API_KEY,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_ERROR_REPORTING: '1',
  };
}

/** Answers to the questions that the TUI asks a newcomer, the trust in this repository among them. */
export const onboarded = (repository: string) => ({
  hasCompletedOnboarding: true,
  theme: 'dark',
  lastOnboardingVersion: '9.9.9',
  customApiKeyResponses: { approved: [API_KEY.slice(-20)], rejected: [] },
  projects: { [repository]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true } },
});
