/** All commands. Each file is loaded only when its command is called or asked for help. */
import type { Command } from './command.ts';

type Load = () => Promise<{ readonly command: Command }>;

/** In the order the help shows them. */
export const COMMANDS: Readonly<Record<string, Load>> = {
  init: () => import('./init.ts'),
  start: () => import('./start.ts'),
  ls: () => import('./ls.ts'),
  attach: () => import('./attach.ts'),
  send: () => import('./send.ts'),
  screen: () => import('./screen.ts'),
  logs: () => import('./logs.ts'),
  stop: () => import('./stop.ts'),
  restart: () => import('./restart.ts'),
  approvals: () => import('./approvals.ts'),
  approve: () => import('./approve.ts'),
  reject: () => import('./reject.ts'),
  'scope list': () => import('./scope-list.ts'),
  'scope grant': () => import('./scope-grant.ts'),
  'scope revoke': () => import('./scope-revoke.ts'),
  tier: () => import('./tier.ts'),
  log: () => import('./log.ts'),
  'log verify': () => import('./log-verify.ts'),
  worktrees: () => import('./worktrees.ts'),
  discard: () => import('./discard.ts'),
  'config check': () => import('./config-check.ts'),
  'config show': () => import('./config-show.ts'),
  explain: () => import('./explain.ts'),
  'policy test': () => import('./policy-test.ts'),
  'policy check': () => import('./policy-check.ts'),
  'policy replay': () => import('./policy-replay.ts'),
  'db rebuild': () => import('./db-rebuild.ts'),
  'db backup': () => import('./db-backup.ts'),
  'db restore': () => import('./db-restore.ts'),
  'brain start': () => import('./brain-start.ts'),
  'brain status': () => import('./brain-status.ts'),
  'brain stop': () => import('./brain-stop.ts'),
  demo: () => import('./demo.ts'),
};
