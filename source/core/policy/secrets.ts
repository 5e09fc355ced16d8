/**
 * Names that hold secrets, and names that are run or believed by something outside: reading the ones and
 * writing the others always needs a rule that names them, also inside the worktree.
 */
import { isInside, namesBelow } from './paths.ts';

/** Letter case is ignored because macOS opens `.env` under the name `.ENV`. */
const SECRET = new RegExp(
  [
    String.raw`^\.env`,
    String.raw`\.(?:pem|key|p12|pfx|ppk|jks|keystore|kdbx)$`,
    String.raw`^id_[^.]*(?:\.pub|\.old|\.bak)?$`,
    String.raw`^\.(?:ssh|aws|gnupg|kube|docker|azure|gcloud|password-store)$`,
    String.raw`^\.(?:netrc|npmrc|yarnrc|pypirc|git-credentials|pgpass|my\.cnf|htpasswd|vault-token|dockercfg)$`,
    String.raw`^\.[a-z]*_history$`,
  ].join('|'),
  'i',
);
const TEMPLATE = /\.(?:example|sample|template|dist)$/i;

export function isSecretName(name: string): boolean {
  return SECRET.test(name) && !(TEMPLATE.test(name) && /^\.env/i.test(name));
}

/** Whether a link's target makes it one of the world's `secrets`: it leads out of the worktree, or to a secret in it. */
export function leadsAstray(real: string, root: string): boolean {
  return !isInside(real, root) || namesBelow(real, root).some(isSecretName);
}

/** What a pattern is tried against when nobody looked which names there are. */
export const TYPICAL_SECRETS = [
  '.env',
  '.env.local',
  '.env.production',
  '.envrc',
  'server.pem',
  'server.key',
  'id_rsa',
  'id_ed25519',
  '.netrc',
  '.npmrc',
  '.git-credentials',
  '.ssh',
  '.aws',
] as const;

/** Likewise of what is protected in a worktree's root. */
export const TYPICAL_PROTECTED = ['.git', '.mcp.json', '.vscode', 'fleet.yaml', 'AGENT.md'] as const;

/** Folders whose content configures something that runs outside of the sandbox: git, editors, agents, hosts of code. */
const PROTECTED_FOLDER =
  /^(?:\.git|\.hg|\.svn|\.claude|\.codex|\.gemini|\.cursor|\.opencode|\.agents|\.fleet|\.vscode|\.idea|\.zed|\.husky|\.devcontainer|\.circleci|\.direnv)$/i;
const PROTECTED_FILE = new RegExp(
  [
    String.raw`^\.(?:mcp\.json|gitmodules|gitattributes|gitconfig|gitlab-ci\.yml|pre-commit-config\.ya?ml)$`,
    String.raw`^\.(?:bashrc|bash_profile|bash_login|bash_logout|bash_aliases|profile|zshrc|zshenv|zprofile|zlogin|zlogout|kshrc|cshrc|tcshrc|login|inputrc|vimrc|exrc|tmux\.conf)$`,
    String.raw`\.code-workspace$`,
    // They say what agents may do.
    String.raw`^(?:fleet\.ya?ml|AGENT\.md)$`,
  ].join('|'),
  'i',
);

/** Why a path may not be read as a matter of course: the first of its names that is secret. */
export function secretPart(names: readonly string[]): string | null {
  return names.find(isSecretName) ?? null;
}

/** The first of its names for which a path may not be written as a matter of course. */
export function protectedPart(names: readonly string[]): string | null {
  const found = names.find((name) => PROTECTED_FOLDER.test(name));
  if (found !== undefined) return found;
  const last = names.at(-1) ?? '';
  if (PROTECTED_FILE.test(last)) return last;
  const workflows = names.findIndex((name) => /^\.github$/i.test(name));
  if (workflows >= 0 && /^(?:workflows|actions)$/i.test(names[workflows + 1] ?? '')) return '.github';
  return null;
}
