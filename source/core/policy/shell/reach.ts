/** Which scope a command needs for certain: a rule that allows it does not open the network or a deployment. */
import type { Scope } from '../verdict.ts';

const NETWORK =
  /^(?:curl|wget|ssh|scp|sftp|ftp|lftp|telnet|nc|ncat|netcat|socat|ping|ping6|traceroute|dig|nslookup|host|whois|nmap|rsync|aria2c|http|https|xh|websocat|gh|hub|glab|heroku|aws|gcloud|gsutil|az|doctl|flyctl|fly|vercel|netlify|firebase|wrangler|supabase|railway)$/;

/** Words behind a program that make it reach out. */
const REACHING: Readonly<Record<string, RegExp>> = {
  git: /^(?:push|fetch|pull|clone|ls-remote|send-email|request-pull|remote-update)$/,
  npm: /^(?:install|i|ci|add|update|up|upgrade|outdated|view|info|show|audit|publish|login|search|dedupe|fund|ping|whoami|exec|init|create|install-test|it)$/,
  pnpm: /^(?:install|i|add|update|up|upgrade|outdated|view|info|audit|publish|dlx|create|fetch|import)$/,
  yarn: /^(?:install|add|up|upgrade|outdated|info|npm|audit|publish|dlx|create|global|import)$/,
  bun: /^(?:install|i|add|update|outdated|publish|create|x|upgrade|pm)$/,
  pip: /^(?:install|download|index|search|wheel)$/,
  pip3: /^(?:install|download|index|search|wheel)$/,
  uv: /^(?:sync|add|lock|pip|tool|python)$/,
  poetry: /^(?:install|add|update|lock|publish|search)$/,
  cargo: /^(?:install|add|update|fetch|publish|search|login|owner|yank)$/,
  go: /^(?:get|install)$/,
  gem: /^(?:install|update|push|fetch|search|outdated)$/,
  bundle: /^(?:install|update|add|outdated)$/,
  composer: /^(?:install|update|require|outdated)$/,
  brew: /^(?:install|upgrade|update|tap|fetch|search)$/,
  apt: /^(?:install|update|upgrade|full-upgrade|download)$/,
  'apt-get': /^(?:install|update|upgrade|dist-upgrade|download)$/,
  docker: /^(?:pull|push|login|search)$/,
  podman: /^(?:pull|push|login|search)$/,
  kubectl: /./,
  helm: /./,
  terraform: /^(?:init|apply|destroy|plan|refresh|import|login|get)$/,
};

const DEPLOYING: Readonly<Record<string, RegExp>> = {
  npm: /^publish$/,
  pnpm: /^publish$/,
  yarn: /^(?:publish|npm publish)/,
  cargo: /^publish$/,
  gem: /^push$/,
  poetry: /^publish$/,
  docker: /^push$/,
  podman: /^push$/,
  kubectl:
    /^(?:apply|create|delete|edit|patch|replace|rollout|scale|set|run|expose|annotate|label|drain|cordon)$/,
  helm: /^(?:install|upgrade|uninstall|rollback|delete)$/,
  terraform: /^(?:apply|destroy|import)$/,
  gh: /^release$/,
  vercel: /^(?:deploy|--prod|promote|rollback)$/,
  netlify: /^deploy$/,
  firebase: /^deploy$/,
  wrangler: /^(?:deploy|publish)$/,
  flyctl: /^deploy$/,
  fly: /^deploy$/,
  heroku: /^(?:container:release|releases:rollback)$/,
  serverless: /^(?:deploy|remove)$/,
  sls: /^(?:deploy|remove)$/,
  cdk: /^(?:deploy|destroy)$/,
  pulumi: /^(?:up|destroy)$/,
  ansible: /./,
  'ansible-playbook': /./,
  twine: /^upload$/,
};

const BUILDING =
  /^(?:npm|pnpm|yarn|bun|npx|make|cmake|ninja|cargo|go|mvn|gradle|gradlew|tsc|vitest|jest|pytest|tox|nox|rake|bundle|dotnet|swift|bazel|sbt|ruff|eslint)$/;

/** What it reaches over the loopback stays in the sandbox. */
const LOOPBACK = /^(?:https?:\/\/)?(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?(?:[/?#]|$)/;

/** `words` without wrappers, the program as its name only. */
export function neededScopes(words: readonly string[]): readonly Scope[] {
  const [name = '', ...rest] = words;
  // Asked for its version a program stays at home.
  if (rest.length === 1 && rest[0] === '--version') return [];
  const subs = subcommands(name, rest);
  const needs: Scope[] = [];
  const isLoopback = /^(?:curl|wget|nc|http|xh)$/.test(name) && rest.some((word) => LOOPBACK.test(word));
  if ((NETWORK.test(name) && !isLoopback) || fits(REACHING, name, subs)) needs.push('network');
  if (fits(DEPLOYING, name, subs)) needs.push('deploy');
  if (BUILDING.test(name)) needs.push('build');
  return needs;
}

function fits(table: Readonly<Record<string, RegExp>>, name: string, subs: readonly string[]): boolean {
  return Object.hasOwn(table, name) && subs.some((sub) => table[name]!.test(sub));
}

/** The first word that is no option; behind an option that may have taken it for its value, the next one, too. */
function subcommands(name: string, rest: readonly string[]): readonly string[] {
  // `yarn` alone installs.
  if (rest.length === 0) return name === 'yarn' ? ['install'] : [''];
  const found: string[] = [];
  for (const [at, word] of rest.entries()) {
    if (word.startsWith('-')) continue;
    found.push(word);
    if (!rest[at - 1]?.startsWith('-')) break;
  }
  return found;
}
