/** What the programs of a command could do, by their names and options. */
import { could, type Could } from './could.ts';
import { isSecretPath, isSpecialPath, placeOf } from './risky-paths.ts';
import { simpleCommands, type SimpleCommand } from './shell-words.ts';

export function commandRisks(command: string, cwd: string): Could[] {
  const commands = simpleCommands(command);
  const found = commands.flatMap((simple) => simpleRisks(simple, cwd));
  for (const [at, { words, isPiped }] of commands.entries()) {
    const next = programOf(commands[at + 1]?.words ?? []);
    if (isPiped && next && SHELLS.test(next.name) && !next.operands.some((word) => word !== '-'))
      found.push(
        DOWNLOADERS.test(programOf(words)?.name ?? '')
          ? could('runs', 'critical', 'run whatever the other side sends, unseen')
          : could('runs', 'high', 'run text that cannot be read here'),
      );
  }
  // `-d @file`, `-F name=@file`: the file's content.
  const named = commands.flatMap(({ words }) =>
    words.slice(1).map((word) => word.replace(/^(?:[\w-]+=)?@/, '')),
  );
  const secrets = named.filter(isSecretPath);
  if (secrets.length > 0) {
    const isSent = found.some(({ does }) => does === 'sends' || does === 'publishes');
    const which = secrets.slice(0, 3).join(', ');
    found.push(
      isSent
        ? could('sends', 'critical', `send ${which}, which usually hold secrets, to somebody else`)
        : could('reveals', 'high', `read or change ${which}, which usually hold secrets`),
    );
  }
  return found;
}

interface Program {
  readonly name: string;
  /** Everything behind the name. */
  readonly rest: readonly string[];
  readonly options: readonly string[];
  readonly operands: readonly string[];
  readonly isPrivileged: boolean;
}

const WRAPPERS =
  /^(?:sudo|doas|env|command|exec|nohup|time|timeout|nice|ionice|stdbuf|xargs|builtin|setsid)$/;
const SHELLS = /^(?:ba|z|da|k|fi)?sh$/;
const DOWNLOADERS = /^(?:curl|wget|http|https|xh|fetch)$/;

/** The program behind wrappers; undefined when only wrappers are there. */
function programOf(words: readonly string[]): Program | undefined {
  let isPrivileged = false;
  let at = 0;
  for (; at < words.length; at++) {
    const name = baseName(words[at]!);
    if (name === 'sudo' || name === 'doas') isPrivileged = true;
    else if (!WRAPPERS.test(name) && !(at > 0 && /^-|^\d+[smhd]?$|^\w+=/.test(name))) break;
  }
  const word = words[at];
  if (word === undefined) return undefined;
  const rest = words.slice(at + 1);
  return {
    name: baseName(word),
    rest,
    options: rest.filter((each) => each.startsWith('-')),
    operands: rest.filter((each) => !each.startsWith('-')),
    isPrivileged,
  };
}

const baseName = (word: string): string => word.slice(word.lastIndexOf('/') + 1);

function simpleRisks({ words, writesTo }: SimpleCommand, cwd: string): Could[] {
  const found: Could[] = [];
  for (const file of writesTo) {
    if (file.startsWith('/dev/')) continue;
    const isOutside = placeOf(file, cwd) === 'outside';
    const special = isSpecialPath(file);
    if (special) found.push(could('runs', 'high', `write to ${file}: ${special}`));
    else found.push(could('changes', isOutside ? 'high' : 'low', `write to ${file}`));
  }
  const program = programOf(words);
  if (!program) return found;
  if (program.isPrivileged)
    found.push(could('changes', 'critical', `act as the administrator (${program.name})`));
  const known = PROGRAMS.find(([name]) => name.test(program.name));
  found.push(...(known ? known[1](program, cwd) : unknownProgram(program)));
  return found;
}

/** Programs that only look or only build: nothing stands out. */
const HARMLESS =
  /^(?:ls|cat|head|tail|wc|grep|rg|fd|jq|echo|printf|pwd|cd|date|stat|diff|sort|uniq|cut|tr|test|\[|true|false|tsc|eslint|oxlint|prettier|vitest|jest|pytest|mypy|ruff|mkdir|touch|which|tree|file|du|df|ps|sleep|type|if|then|else|fi|for|do|done|while)$/;

function unknownProgram({ name, options }: Program): Could[] {
  if (HARMLESS.test(name) || options.includes('--version') || options.includes('--help')) return [];
  return [could('runs', 'medium', `run ${name}, which may do whatever your account may`)];
}

type Judge = (program: Program, cwd: string) => Could[];

const has = (program: Program, pattern: RegExp): boolean =>
  program.options.some((option) => pattern.test(option));
const first = ({ operands }: Program): string => operands[0] ?? '';
const list = (words: readonly string[]): string =>
  words.length > 3 ? `${words.slice(0, 3).join(', ')} and ${words.length - 3} more` : words.join(', ');

/** What must never be deleted as a whole. */
const isRoot = (path: string): boolean => /^(?:\/|~\/?|\$HOME\/?|\.\.?\/?|\*|\/\*|\.git\/?)$/.test(path);

const remove: Judge = (program, cwd) => {
  const { operands } = program;
  const isDeep = has(program, /^--recursive$|^-[a-z]*[rR]/);
  const isWorst = operands.some((path) => isRoot(path) || placeOf(path, cwd) === 'outside');
  const level = isWorst ? 'critical' : isDeep ? 'high' : 'medium';
  return [
    could('destroys', level, `delete ${list(operands) || 'files'}${isDeep ? ' and everything below' : ''}`),
  ];
};

const git: Judge = (program) => {
  const { operands, rest } = program;
  // Options of git itself stand before its command.
  const verb = operands.find((word) => /^[a-z][a-z-]+$/.test(word)) ?? '';
  switch (verb) {
    case 'push': {
      const isForced =
        has(program, /^--(?:force|mirror|delete|prune)|^-[a-z]*[fd]/) ||
        operands.some((word) => /^[+:]/.test(word));
      return isForced
        ? [could('destroys', 'critical', 'replace or delete commits that others have on the remote')]
        : [could('sends', 'high', 'send commits to the remote, for everybody to see')];
    }
    case 'reset':
      return [
        could(
          'destroys',
          has(program, /^--(?:hard|merge)/) ? 'high' : 'low',
          'throw away changes and commits',
        ),
      ];
    case 'clean':
      return [could('destroys', 'high', 'delete files git does not know')];
    case 'checkout':
    case 'restore':
    case 'switch':
      return [could('destroys', 'medium', 'throw away changes that are not committed')];
    case 'branch':
      return has(program, /^-[a-z]*D|^--delete/) ? [could('destroys', 'high', 'delete a branch')] : [];
    case 'stash':
      return rest.includes('drop') || rest.includes('clear')
        ? [could('destroys', 'high', 'delete what was put aside')]
        : [could('changes', 'low', 'put changes aside')];
    case 'rebase':
    case 'filter-branch':
    case 'filter-repo':
    case 'reflog':
    case 'gc':
    case 'update-ref':
      return [could('destroys', 'high', 'rewrite or lose commits')];
    case 'remote':
    case 'config':
    case 'submodule':
      return [could('runs', 'high', 'change where git sends things, or which programs it runs')];
    case 'fetch':
    case 'pull':
    case 'clone':
      return [could('changes', 'medium', 'take in what the remote holds')];
    case 'add':
    case 'commit':
    case 'merge':
    case 'cherry-pick':
    case 'tag':
    case 'mv':
    case 'rm':
      return [could('changes', 'low', `change the branch (git ${verb})`)];
    default:
      return [];
  }
};

const sender: Judge = (program) => {
  const { rest, operands } = program;
  const url = operands.find((word) => /:\/\/|^[\w-]+(?:\.[\w-]+)+/.test(word)) ?? '';
  const to = /^(?:[a-z]+:\/\/)?(?:[^/@]*@)?([^/?#]+)/i.exec(url)?.[1] ?? 'another computer';
  const method = rest
    .map((word, at) =>
      /^(?:-X|--request|--method)$/.test(word) ? rest[at + 1] : /^-X(\w+)$/.exec(word)?.[1],
    )
    .find(Boolean);
  if (method?.toUpperCase() === 'DELETE') return [could('destroys', 'high', `have ${to} delete something`)];
  const isSending =
    has(program, /^(?:-[a-zA-Z]*[dFT]|--(?:data|form|json|upload-file|post-data|post-file|body))/) ||
    /^(?:POST|PUT|PATCH)$/i.test(method ?? '');
  return isSending
    ? [could('sends', 'high', `send data to ${to}`)]
    : [could('sends', 'medium', `fetch from ${to}, and tell it whatever the address holds`)];
};

const publisher =
  (installs: RegExp, publishes: RegExp): Judge =>
  (program) => {
    const verb = first(program);
    if (publishes.test(verb))
      return program.options.includes('--dry-run')
        ? [could('runs', 'low', 'try out publishing')]
        : [could('publishes', 'critical', 'publish to the world, which cannot be taken back')];
    if (installs.test(verb) || verb === '')
      return [could('runs', 'medium', 'run code of the packages it downloads')];
    return [could('runs', 'low', `run what the project's own scripts say`)];
  };

const always =
  (does: Could['does'], level: Could['level'], what: string): Judge =>
  ({ name }) => [could(does, level, what.replace('%', name))];

const cloud: Judge = (program) => {
  const words = program.operands.join(' ');
  const isLooking = /\b(?:get|list|describe|show|logs?|status|plan|diff|version|whoami|view|top)\b/.test(
    words,
  );
  if (/\b(?:delete|destroy|rm|remove|terminate|purge|drop|uninstall)\b/.test(words))
    return [could('destroys', 'critical', `delete what runs in the cloud (${program.name})`)];
  return isLooking
    ? [could('reveals', 'low', `look at what runs in the cloud (${program.name})`)]
    : [
        could(
          'spends',
          'critical',
          `change what runs in the cloud, for everybody and for money (${program.name})`,
        ),
      ];
};

const github: Judge = (program) => {
  const [noun = '', verb = ''] = program.operands;
  if (/^(?:delete|archive)$/.test(verb))
    return [could('destroys', 'critical', `delete on GitHub (${noun} ${verb})`)];
  if (noun === 'release' || verb === 'merge')
    return [could('publishes', 'critical', `${verb} a ${noun} on GitHub`)];
  if (/^(?:secret|auth|ssh-key|gpg-key)$/.test(noun))
    return [could('reveals', 'high', 'touch keys and secrets on GitHub')];
  if (/^(?:view|list|status|diff|checks)$/.test(verb)) return [could('sends', 'low', 'look on GitHub')];
  return [could('sends', 'high', `act on GitHub in your name (${noun} ${verb})`)];
};

const shell: Judge = (program, cwd) => {
  const inline = program.rest.findIndex((word) => /^-[a-z]*c$/.test(word));
  const line = inline >= 0 ? program.rest[inline + 1] : undefined;
  if (line !== undefined) return commandRisks(line, cwd);
  return [could('runs', 'medium', `run everything ${first(program) || 'it is handed'} says`)];
};

const evaluate: Judge = (program, cwd) => [
  could('runs', 'high', 'run text that is put together only when it runs'),
  ...commandRisks(program.rest.join(' '), cwd),
];

const database: Judge = (program) => {
  const isChanging = /\b(?:drop|delete|truncate|update|insert|alter|remove)\b/i.test(program.rest.join(' '));
  return isChanging
    ? [could('destroys', 'high', `change or delete records (${program.name})`)]
    : [could('reveals', 'medium', `read a database (${program.name})`)];
};

const find: Judge = (program) => {
  if (program.rest.includes('-delete')) return [could('destroys', 'high', 'delete everything it finds')];
  const at = program.rest.findIndex((word) => /^-(?:exec|execdir|ok|okdir)$/.test(word));
  return at < 0
    ? []
    : [could('runs', 'medium', `run ${program.rest[at + 1] ?? 'a program'} for everything it finds`)];
};

const copy: Judge = (program, cwd) => {
  const target = program.operands.at(-1) ?? '';
  const special = isSpecialPath(target);
  if (special) return [could('runs', 'high', `change ${target}: ${special}`)];
  if (placeOf(target, cwd) === 'outside')
    return [could('changes', 'high', `change ${target}, outside the folder it works in`)];
  return [could('changes', 'low', `overwrite ${target}`)];
};

const remote: Judge = (program) => [
  could(
    'sends',
    'high',
    `connect to ${list(program.operands.slice(0, 1)) || 'another computer'}, and do anything there (${program.name})`,
  ),
];

const PROGRAMS: readonly (readonly [name: RegExp, judge: Judge])[] = [
  [/^(?:rm|unlink|rmdir|trash)$/, remove],
  [
    /^(?:shred|dd|mkfs(?:\..+)?|wipefs|fdisk|truncate)$/,
    always('destroys', 'critical', 'destroy data for good (%)'),
  ],
  [/^git$/, git],
  [/^gh$/, github],
  [DOWNLOADERS, sender],
  [/^(?:ssh|scp|sftp|rsync|nc|ncat|netcat|socat|telnet|ftp)$/, remote],
  [
    /^(?:npm|pnpm|yarn|bun)$/,
    publisher(
      /^(?:i|install|ci|add|update|upgrade|exec|x|dlx|create|init)$/,
      /^(?:publish|unpublish|deprecate|owner|access)$/,
    ),
  ],
  [/^(?:npx|pnpx|bunx|uvx|pipx)$/, always('runs', 'medium', 'download a package and run it (%)')],
  [
    /^(?:pip\d?|uv|poetry|cargo|gem|bundle|go|composer|brew|apt|apt-get|dnf)$/,
    publisher(/^(?:install|add|get|update|upgrade|sync)$/, /^(?:publish|push|yank)$/),
  ],
  [/^twine$/, always('publishes', 'critical', 'publish to the world, which cannot be taken back (%)')],
  [
    /^(?:aws|gcloud|az|terraform|tofu|pulumi|kubectl|helm|flyctl|fly|vercel|netlify|heroku|doctl|wrangler|ansible-playbook)$/,
    cloud,
  ],
  [
    /^(?:docker|podman)$/,
    (program) =>
      first(program) === 'push'
        ? [could('publishes', 'critical', 'publish an image')]
        : has(program, /^--privileged$|^-v|^--volume|^--mount|^--pid=host/)
          ? [could('changes', 'high', 'reach your whole computer from a container')]
          : /^(?:rm|rmi|prune|system|volume)$/.test(first(program))
            ? [could('destroys', 'high', 'delete containers, images or volumes')]
            : [could('runs', 'medium', `run containers (${program.name})`)],
  ],
  [/^(?:psql|mysql|mariadb|sqlite3|mongosh?|redis-cli)$/, database],
  [/^(?:chmod|chown|chgrp|setfacl)$/, always('changes', 'medium', 'change who may read or run files (%)')],
  [/^(?:kill|pkill|killall)$/, always('destroys', 'medium', 'end other programs (%)')],
  [
    /^(?:shutdown|reboot|halt|poweroff|systemctl|service|launchctl)$/,
    always('changes', 'high', 'stop or change services of this computer (%)'),
  ],
  [/^(?:crontab|at|batch)$/, always('runs', 'high', 'run again later, with nobody watching (%)')],
  [/^(?:ba|z|da|k|fi)?sh$/, shell],
  [/^(?:eval|source|\.)$/, evaluate],
  [
    /^(?:node|deno|python[\d.]*|ruby|perl|php|lua|osascript|pwsh)$/,
    (program) => [
      could(
        'runs',
        'medium',
        `run ${first(program) || 'a program'} with ${program.name}, which may do whatever your account may`,
      ),
    ],
  ],
  [/^(?:env|printenv|set|export)$/, always('reveals', 'medium', 'show variables, which may hold keys (%)')],
  [/^find$/, find],
  [/^(?:mv|cp|ln|install|tee)$/, copy],
  [/^make$/, always('runs', 'low', `run what the project's own scripts say (%)`)],
];
