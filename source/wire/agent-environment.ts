/**
 * Which of the person's variables an agent may have: an allow-list, so that a token somebody exported for
 * something else stays where it is.
 */
const NAMES = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'COLORTERM',
  'EDITOR',
  'VISUAL',
  'PAGER',
  'TMPDIR',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_CACHE_HOME',
  'XDG_STATE_HOME',
  'NO_PROXY',
  'no_proxy',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'http_proxy',
  'https_proxy',
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
]);

/** The agent CLIs' own: where their model is and with which key, until a broker stands between. */
const PREFIXES = [
  'LC_',
  'ANTHROPIC_',
  'CLAUDE_CONFIG_DIR',
  'DISABLE_TELEMETRY',
  'DISABLE_AUTOUPDATER',
  'DISABLE_ERROR_REPORTING',
  'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC',
  'CLAUDE_CODE_USE_',
  'CLAUDE_CODE_SKIP_',
  'CLAUDE_CODE_OAUTH_TOKEN',
  'AWS_',
  'CLOUD_ML_REGION',
  'VERTEX_',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'CODEX_HOME',
  'OPENAI_',
  'GEMINI_',
  'GOOGLE_GEMINI_',
  'OPENCODE_',
];

export function agentEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const allowed: Record<string, string> = {};
  for (const [name, value] of Object.entries(env))
    if (value !== undefined && (NAMES.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix))))
      allowed[name] = value;
  return allowed;
}
