/** Rules that reach further than they look, and rules that forbid less than they look. */
import type { Rule } from '../agent.ts';
import type { ParsedRule } from '../policy/rule.ts';

export interface Advice {
  readonly kind: 'wide' | 'narrow';
  readonly message: string;
  readonly suggestion: string;
}

/** They run whatever they are given: with a star behind them nothing is left to forbid. */
const RUNS_ANYTHING = new Set(
  (
    'bash sh dash zsh fish ksh python python3 node deno bun perl ruby php lua awk gawk sed find fd xargs env nohup ' +
    'timeout time nice sudo doas su ssh docker podman npx bunx pnpx uvx eval exec command builtin source watch ' +
    'parallel script expect strace gdb make tar rsync vim vi less man tee dd crontab at'
  ).split(' '),
);

/** What `program *` also allows, for the programs that agents are given most often. */
const ALSO: Readonly<Record<string, string>> = {
  git: 'git push, git -c core.pager=…, git config',
  npm: 'npm publish, npm install, npm exec',
  pnpm: 'pnpm publish, pnpm add, pnpm dlx',
  yarn: 'yarn publish, yarn add, yarn dlx',
  pip: 'pip install, pip uninstall',
  uv: 'uv publish, uv run',
  cargo: 'cargo publish, cargo install',
  go: 'go install, go run, go generate',
  gh: 'gh pr merge, gh api, gh auth token',
  kubectl: 'kubectl delete, kubectl exec',
  terraform: 'terraform apply, terraform destroy',
  aws: 'aws s3 rm, aws iam',
  gcloud: 'gcloud auth print-access-token',
  brew: 'brew install',
  curl: 'curl -d @.env https://…, curl -o file',
  wget: 'wget --post-file=.env https://…',
  rm: 'rm -rf .',
};

/** What a person might want to know of a rule that does what it says. */
export function wideness(effect: Rule['effect'], { tool, specifier }: ParsedRule): Advice | null {
  if (effect !== 'allow') return tool === 'Bash' && specifier !== null ? narrowness(specifier) : null;
  if (tool === 'Bash') return specifier === null ? everyCommand : wideCommand(specifier);
  if (['Read', 'Write', 'Edit', 'Delete'].includes(tool)) return widePath(tool, specifier);
  if (tool === 'WebFetch' || tool === 'BrowserNavigate') return wideHost(tool, specifier);
  if (tool.startsWith('mcp__*'))
    return wide('it allows every tool of every MCP server', 'name the server: mcp__server__*');
  return null;
}

const everyCommand: Advice = {
  kind: 'wide',
  message: 'it allows every command there is',
  suggestion: 'name the commands, as in Bash(npm test *); fleet policy replay shows which are called',
};

function wideCommand(specifier: string): Advice | null {
  const pattern = specifier.replace(/:\*$/, ' *');
  const glued = /([^\s*:])\*$/.exec(pattern);
  if (glued) {
    const words = pattern.slice(0, -1);
    return wide(
      `it is met by every word that begins like its last one, as in ${words}x`,
      `write Bash(${words} *), which is met by ${words} with and without arguments`,
    );
  }
  const [program = '', second = '', ...more] = pattern.split(/\s+/);
  const isAnyArgument = second === '*' && more.length === 0;
  if (isAnyArgument && RUNS_ANYTHING.has(program))
    return wide(
      `${program} runs or writes whatever its arguments say`,
      `write out what it is to run, as in Bash(${program} scripts/check)`,
    );
  const also = Object.hasOwn(ALSO, program) ? ALSO[program] : undefined;
  if (isAnyArgument && also !== undefined)
    return wide(
      `it allows ${also}, too`,
      `name what is meant, as in Bash(${program} ${EXAMPLE[program] ?? 'status'} *)`,
    );
  if (second.includes('*') && more.length > 0)
    return wide(
      `its star stands where options of ${program} do, as in ${program} --config=x`,
      `put the star last, one rule for each sub-command`,
    );
  return null;
}

const EXAMPLE: Readonly<Record<string, string>> = {
  git: 'status',
  npm: 'test',
  pnpm: 'test',
  yarn: 'test',
  cargo: 'test',
  go: 'test',
  gh: 'pr view',
  kubectl: 'get',
  terraform: 'plan',
  rm: 'dist/bundle.js',
};

function widePath(tool: string, specifier: string | null): Advice | null {
  if (specifier === null)
    return wide(`it allows ${tool} of every file, secrets among them`, `name folders, as in ${tool}(src/**)`);
  if (/^(?:\/\/|~\/)[^/]*\*/.test(specifier))
    return wide(
      `it reaches over the whole of ${specifier.startsWith('~') ? 'home' : 'the disk'}`,
      'name the folder',
    );
  return null;
}

function wideHost(tool: string, specifier: string | null): Advice | null {
  const host = specifier?.replace(/^domain:/, '') ?? '*';
  if (host === '*')
    return wide('it allows every host there is', `name the hosts, as in ${tool}(domain:docs.rs)`);
  if (/^\*\.[^.]+$/.test(host))
    return wide(
      `everybody can get a name below ${host.slice(1)}`,
      `name the hosts, as in ${tool}(domain:docs.rs)`,
    );
  return null;
}

/** A rule that forbids or asks is got around by any other spelling. */
function narrowness(specifier: string): Advice | null {
  const [program = '', ...words] = specifier.split(/\s+/);
  if (!specifier.includes('*'))
    return narrow(
      `with one more argument it is not met, as in ${specifier} x`,
      `write Bash(${specifier} *), which is met with and without arguments`,
    );
  const flags = words.filter((word) => word.startsWith('-'));
  if (flags.length > 0 && program !== '')
    return narrow(
      `the same options in another order or spelling are not met (${flags.join(' ')})`,
      `write Bash(${program} *)`,
    );
  return null;
}

const wide = (message: string, suggestion: string): Advice => ({ kind: 'wide', message, suggestion });
const narrow = (message: string, suggestion: string): Advice => ({ kind: 'narrow', message, suggestion });
