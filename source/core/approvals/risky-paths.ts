/** What is known of a path by its name alone. */

/** Where a path lies, as it is spelled; links are for the verdict to follow. */
export function placeOf(path: string, cwd: string): 'inside' | 'outside' {
  if (path.startsWith('~') || path.startsWith('$')) return 'outside';
  const absolute = path.startsWith('/') ? path : `${cwd}/${path}`;
  const parts: string[] = [];
  for (const part of absolute.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const place = `/${parts.join('/')}`;
  const root = cwd === '/' ? '/' : `${cwd.replace(/\/+$/, '')}/`;
  return `${place}/`.startsWith(root) ? 'inside' : 'outside';
}

const SECRET =
  /(?:^|\/)(?:\.env(?!\.(?:example|sample|template)$)(?:\.[^/]*)?|[^/]*\.(?:pem|key|p12|pfx|keystore)|id_(?:rsa|dsa|ecdsa|ed25519)|\.(?:ssh|aws|gnupg|kube|docker)(?:\/.*)?|\.(?:netrc|npmrc|pypirc|git-credentials)|credentials(?:\.json)?|secrets?\.(?:ya?ml|json|toml))$/i;

export const isSecretPath = (path: string): boolean => SECRET.test(path);

/** Files that something else runs or obeys later, and why that matters. */
const SPECIAL: readonly (readonly [name: RegExp, why: string])[] = [
  [/(?:^|\/)\.git\//, 'git runs hooks and obeys settings from there'],
  [/(?:^|\/)\.(?:github\/workflows|gitlab-ci|circleci)/, 'it runs on the build server, with its rights'],
  [
    /(?:^|\/)(?:\.(?:claude|codex|gemini|cursor)\/|\.mcp\.json$|AGENTS?\.md$|CLAUDE\.md$|fleet\.yaml$)/,
    'agents obey it',
  ],
  [/(?:^|\/)\.(?:bashrc|bash_profile|profile|zshrc|zprofile|zshenv)$/, 'your shell runs it'],
  [/(?:^|\/)\.(?:vscode|idea)\//, 'your editor runs what it says'],
  [/(?:^|\/)\.(?:husky|githooks)\//, 'git runs it at your next commit'],
];

export function isSpecialPath(path: string): string | undefined {
  return SPECIAL.find(([name]) => name.test(path))?.[1];
}
