/**
 * What a child must not inherit whichever kind of agent it is: marks of the terminal or session the
 * person happened to sit in, and our own tokens. A program that believes it is inside tmux, or inside
 * another agent, behaves differently from one in a pane of ours.
 */
const NESTED_NAME =
  /^(?:FLEET_|TMUX(?:_|$)|STY$|ZELLIJ(?:_|$)|WINDOW(?:ID)?$|KITTY_|WEZTERM_|ITERM_|GHOSTTY_|VTE_|KONSOLE_|ALACRITTY_|WT_|VSCODE_|TERM_PROGRAM|TERM_SESSION_ID$|LC_TERMINAL|COLUMNS$|LINES$|NO_COLOR$|FORCE_COLOR$|CLICOLOR|INSIDE_EMACS$|NVIM$)/;

type Environment = Readonly<Record<string, string | undefined>>;

export function nestedNames(environment: Environment): string[] {
  return Object.keys(environment).filter((name) => NESTED_NAME.test(name));
}

/**
 * NO_PROXY with the loopback added, in both spellings: what fleet offers an agent on 127.0.0.1 must not
 * be asked of a proxy.
 */
export function withLoopbackUnproxied(environment: Environment): Record<string, string> {
  const hosts = (environment['NO_PROXY'] ?? environment['no_proxy'] ?? '')
    .split(',')
    .map((host) => host.trim())
    .filter(Boolean);
  for (const host of ['127.0.0.1', 'localhost']) if (!hosts.includes(host)) hosts.push(host);
  return { NO_PROXY: hosts.join(','), no_proxy: hosts.join(',') };
}
