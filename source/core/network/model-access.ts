/** What an agent CLI is told of its model where its project names the service: where to ask, with a key that is none. */
import type { Vendor } from '../agent.ts';
import { providerFacts, type ModelProvider } from './model-providers.ts';

/** A person's own access, which the project's takes the place of; regions and projects are no access. */
const OWN_ACCESS =
  /^(?:ANTHROPIC_(?:API_KEY|AUTH_TOKEN|BASE_URL|CUSTOM_HEADERS)|.*_BASE_URL|CLAUDE_CODE_(?:OAUTH_TOKEN|USE_.*|SKIP_.*)|AWS_(?!(?:DEFAULT_)?REGION$).*|GOOGLE_APPLICATION_CREDENTIALS|GOOGLE_API_KEY|OPENAI_API_KEY|GEMINI_API_KEY)$/;

/** Files of CLIs with a login of the person's in them. */
const LOGIN_FILE = /(?:auth|creds|credentials|accounts)\.json$/;

export function withoutOwnAccess(
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !OWN_ACCESS.test(name)));
}

export const isLoginFile = (path: string): boolean => LOGIN_FILE.test(path);

export function modelEnvironment(given: {
  readonly vendor: Vendor;
  readonly provider: ModelProvider;
  readonly url: string;
  readonly token: string;
}): Readonly<Record<string, string>> {
  const { vendor, provider, url, token } = given;
  const { ANTHROPIC_API_KEY: key, ...others } = providerFacts(provider).environment(url, token);
  if (key === undefined) return others;
  // Claude Code asks its person about a key it finds there; a token it takes as it is.
  return vendor === 'claude'
    ? { ...others, ANTHROPIC_AUTH_TOKEN: key }
    : { ...others, ANTHROPIC_API_KEY: key };
}
