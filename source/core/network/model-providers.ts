/**
 * Services that run models, and what an agent may ask of each with somebody's key: to run a model and nothing
 * that manages the account. The key travels in a header only, where no answer repeats it.
 */

export const MODEL_PROVIDERS = ['anthropic', 'openai', 'gemini', 'bedrock', 'vertex'] as const;
export type ModelProvider = (typeof MODEL_PROVIDERS)[number];

/** The service that runs a project's model. */
export interface ModelBackend {
  readonly provider: ModelProvider;
  /** Where requests go, without a slash at the end. */
  readonly upstream: string;
  /** Name of the secret that is the key. */
  readonly key: string;
}

interface ProviderFacts {
  /** Where requests go; null: a gateway, whose address the project's configuration names. */
  readonly upstream: string | null;
  /** Header the key stands in, and how. */
  readonly header: string;
  readonly value: (key: string) => string;
  readonly routes: readonly { readonly method: 'GET' | 'POST'; readonly path: RegExp }[];
  /** What a CLI reads: its base URL and its key. */
  readonly environment: (url: string, token: string) => Readonly<Record<string, string>>;
}

const bearer = (key: string): string => `Bearer ${key}`;
const plain = (key: string): string => key;

const PROVIDERS: Readonly<Record<ModelProvider, ProviderFacts>> = {
  anthropic: {
    upstream: 'https://api.anthropic.com',
    header: 'x-api-key',
    value: plain,
    routes: [
      { method: 'POST', path: /^\/v1\/messages(?:\/count_tokens)?$/ },
      { method: 'GET', path: /^\/v1\/models(?:\/[\w.-]+)?$/ },
    ],
    environment: (url, token) => ({ ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: token }),
  },
  openai: {
    upstream: 'https://api.openai.com',
    header: 'authorization',
    value: bearer,
    routes: [
      { method: 'POST', path: /^\/v1\/(?:responses(?:\/compact)?|chat\/completions|embeddings)$/ },
      { method: 'GET', path: /^\/v1\/models(?:\/[\w.:-]+)?$/ },
    ],
    environment: (url, token) => ({ OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: token }),
  },
  gemini: {
    upstream: 'https://generativelanguage.googleapis.com',
    header: 'x-goog-api-key',
    value: plain,
    routes: [
      {
        method: 'POST',
        path: /^\/v1(?:beta)?\/models\/[\w.-]+:(?:generateContent|streamGenerateContent|countTokens|embedContent)$/,
      },
      { method: 'GET', path: /^\/v1(?:beta)?\/models(?:\/[\w.-]+)?$/ },
    ],
    environment: (url, token) => ({ GOOGLE_GEMINI_BASE_URL: url, GEMINI_API_KEY: token }),
  },
  bedrock: {
    upstream: null,
    header: 'authorization',
    value: bearer,
    routes: [
      {
        method: 'POST',
        path: /^\/model\/[\w.:%-]+\/(?:invoke|invoke-with-response-stream|converse|converse-stream)$/,
      },
    ],
    environment: (url, token) => ({
      CLAUDE_CODE_USE_BEDROCK: '1',
      ANTHROPIC_BEDROCK_BASE_URL: url,
      CLAUDE_CODE_SKIP_BEDROCK_AUTH: '1',
      AWS_BEARER_TOKEN_BEDROCK: token,
    }),
  },
  vertex: {
    upstream: null,
    header: 'authorization',
    value: bearer,
    routes: [
      {
        method: 'POST',
        path: /^(?:\/v1)?\/projects\/[\w.-]+\/locations\/[\w-]+\/publishers\/[\w-]+\/models\/[\w.@-]+:(?:rawPredict|streamRawPredict|generateContent|streamGenerateContent)$/,
      },
    ],
    environment: (url, token) => ({
      CLAUDE_CODE_USE_VERTEX: '1',
      ANTHROPIC_VERTEX_BASE_URL: url,
      CLAUDE_CODE_SKIP_VERTEX_AUTH: '1',
      ANTHROPIC_AUTH_TOKEN: token,
    }),
  },
};

export const providerFacts = (provider: ModelProvider): ProviderFacts => PROVIDERS[provider];

/** Whether an agent may ask this; what is not plainly a listed path is not. `path` is without the query. */
export function isModelRequest(provider: ModelProvider, method: string, path: string): boolean {
  // Spellings that the service might read as another path.
  if (/\/\/|\\|(?:^|\/)\.\.?(?:\/|$)|%(?:2e|2f|5c|00)/i.test(path)) return false;
  return PROVIDERS[provider].routes.some((route) => route.method === method && route.path.test(path));
}
