import { isEnded, type Fleet, type Run } from '../core/fleet.ts';
import { SCOPES, type Scope } from '../core/policy/verdict.ts';
import { waitingScopeRequest } from '../core/permissions/scopes.ts';
import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';
import { age, printJson, printTable } from './print.ts';

type State = 'every run has it' | 'granted' | 'asked for' | 'refused' | 'off';

interface ScopeRow {
  readonly run: string;
  readonly agent: string;
  readonly scope: Scope;
  readonly state: State;
  readonly by: string | null;
  readonly at: number | null;
  readonly reason: string;
}

export const command: Command = {
  name: 'scope list',
  summary: 'what each run may reach, who granted it and why',
  usage: 'fleet scope list [RUN] [--json]',
  details:
    'A scope that is off is a ceiling: no rule and no tier opens it. A person grants one to a single run (fleet scope grant); it ends with the run.',
  arguments: [{ name: 'RUN', description: 'only this run', isOptional: true }],
  options: [{ flags: '--json', description: 'for programs' }],
  async run(invocation) {
    const { positionals, options, stdout } = invocation;
    const [named] = positionals;
    const { fleet } = await askDaemon(invocation, { type: 'fleet' });
    const rows = Object.values(fleet.runs)
      .filter((run) => (named === undefined ? !isEnded(run) : run.id === named || run.agent === named))
      .flatMap((run) => SCOPES.map((scope) => rowOf(fleet, run, scope)));
    if (options['json']) {
      printJson(stdout, { scopes: rows });
      return EXIT.ok;
    }
    if (rows.length === 0) {
      stdout.write(named === undefined ? 'nothing runs here\n' : `there is no run ${named}; see: fleet ls\n`);
      return named === undefined ? EXIT.ok : EXIT.failed;
    }
    const now = Date.now();
    printTable(
      stdout,
      ['RUN', 'AGENT', 'SCOPE', 'STATE', 'BY', '>AGE', 'REASON'],
      rows.map(({ run, agent, scope, state, by, at, reason }) => [
        run,
        agent,
        scope,
        state,
        by?.replace(/^person:/, '') ?? '-',
        at === null ? '-' : age(now - at),
        reason,
      ]),
    );
    return EXIT.ok;
  },
};

function rowOf(fleet: Fleet, run: Run, scope: Scope): ScopeRow {
  const row = (state: State, word: { by?: string; at?: number; reason?: string } = {}): ScopeRow => ({
    run: run.id,
    agent: run.agent,
    scope,
    state,
    by: word.by ?? null,
    at: word.at ?? null,
    reason: word.reason ?? '',
  });
  const granted = run.grants[scope];
  if (granted) return row('granted', granted);
  if (fleet.policy.scopes.includes(scope)) return row('every run has it');
  const waiting = waitingScopeRequest(fleet, run.id, scope);
  if (waiting) return row('asked for', { at: waiting.requestedAt, reason: waiting.id });
  const refused = run.refusedScopes[scope];
  return refused ? row('refused', refused) : row('off');
}
