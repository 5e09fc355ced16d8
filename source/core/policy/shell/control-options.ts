/**
 * Options that hand the program to somebody else: a command to run, code to load, another configuration. A star
 * in a rule was not written with these in mind, so only a rule that names such an option covers it.
 */

const OF: Readonly<Record<string, RegExp>> = {
  git: /^(?:-c|-c.+|--config-env.*|--exec-path.+|--git-dir.*|--work-tree.*|--upload-pack.*|--receive-pack.*|--exec(?:=.*)?|--ext-diff|--textconv|--open-files-in-pager.*|-O.+|--output.*|--extcmd.*|-x|--template.*)$/,
  npm: /^--(?:script-shell|prefix|globalconfig|userconfig|node-options|git|shell|registry|before-script).*/,
  pnpm: /^--(?:script-shell|dir|config|shell-mode|registry).*|^-C$/,
  yarn: /^--(?:cwd|script-shell|use-yarnrc|registry).*/,
  npx: /^(?:-c|--call|-p|--package|--script-shell|--shell)(?:=.*)?$/,
  go: /^--?(?:exec|toolexec|vettool|overlay|modfile|ldflags|gccgoflags|C)(?:=.*)?$/,
  cargo: /^(?:--config|--manifest-path|-Z|-C)(?:=.*)?/,
  make: /^(?:-f|-C|-I|--file|--makefile|--directory|--eval|--include-dir)(?:=.*)?|^SHELL=|^MAKEFLAGS=/,
  find: /^-(?:exec|execdir|ok|okdir|delete|fprint.*|fls)$/,
  fd: /^(?:-x|-X|--exec|--exec-batch)/,
  rg: /^--(?:pre|hostname-bin|search-zip)|^-z$/,
  sort: /^--comp/,
  tar: /^(?:-I|-F|--to-command|--use-compress-program|--checkpoint-action|--rsh-command|--info-script|--new-volume-script)/,
  ssh: /^-o|^-F|^-E/,
  rsync: /^(?:-e|--rsh|--rsync-path)/,
  curl: /^(?:-K|--config|-o|-O|--output|--upload-file|-T|--netrc-file|--unix-socket)/,
  wget: /^--(?:use-askpass|post-file|body-file|output-document|execute|input-file)|^-[eOi]/,
  pytest: /^(?:-c|-p|--rootdir|--confcutdir|--override-ini|-o)(?:=.*)?$|^-p.+/,
  python: /^(?:-c|-m)$/,
  docker: /^(?:-v|--volume|--mount|--privileged|--pid|--net|--network|--cap-add|--device)/,
  terraform: /^-(?:chdir|plugin-dir)/,
  kubectl: /^--(?:kubeconfig|exec)/,
  gcc: /^(?:-fplugin|-wrapper|-B|@)/,
  vitest: /^(?:-c|-r|--config|--root|--globalSetup)(?:=.*)?$/,
  jest: /^(?:-c|--config|--rootDir|--globalSetup|--setupFiles|--testRunner|--transform)(?:=.*)?$/,
};

const RUNNERS = /^(?:npx|python[\d.]*)$/;

/** The first such option among the words of a command, which a rule's own text does not hold. */
export function controlOption(words: readonly string[], ruleText: string): string | null {
  const [name = ''] = words;
  const options = Object.hasOwn(OF, name) ? OF[name]! : null;
  if (!options) return null;
  // What stands behind `--`, and behind the program that npx or an interpreter runs, is not their own.
  const end = words.findIndex(
    (word, at) => at > 0 && (word === '--' || (RUNNERS.test(name) && !word.startsWith('-'))),
  );
  const own = words.slice(1, end < 0 ? words.length : end);
  const isCommitMessage = (at: number) => /^(?:-m|-am|--message)$/.test(own[at - 1] ?? '');
  const found = own.find((word, at) => options.test(word) && !isCommitMessage(at));
  if (found === undefined) return null;
  const [bare = found] = found.split('=');
  return ruleText.includes(bare) ? null : bare;
}
