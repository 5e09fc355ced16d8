import { constants } from 'node:os';
import { isEnded, pendingApprovals, type Fleet, type Run } from '../core/fleet.ts';
import { policyOfRun } from '../core/permissions/judge-call.ts';
import { adapterOf } from '../core/vendors/registry.ts';
import { visible } from '../core/visible-text.ts';
import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';
import { age, printJson, printTable } from './print.ts';

export const command: Command = {
  name: 'ls',
  summary: 'list runs: what they do, for how long, what waits for you',
  usage: 'fleet ls [--all] [--json]',
  arguments: [],
  options: [
    { flags: '-a, --all', description: 'ended runs, too' },
    { flags: '--json', description: 'for programs' },
  ],
  async run(invocation) {
    const { options, stdout } = invocation;
    const { fleet, daemon } = await askDaemon(invocation, { type: 'fleet' });
    const runs = Object.values(fleet.runs)
      .filter((run) => options['all'] || !isEnded(run))
      .sort((a, b) => a.requestedAt - b.requestedAt);
    if (options['json']) {
      printJson(stdout, {
        runs: runs.map((run) => {
          const { tier, tierSource, scopes } = policyOfRun(fleet, run);
          const waiting = waitingOf(fleet, run).map(({ id }) => id);
          const { limits } = adapterOf(run.vendor);
          const backend = fleet.projects[run.project]?.backend ?? null;
          return { ...run, tier, tierSource, scopes, waiting, limits, backend };
        }),
        daemon,
      });
      return EXIT.ok;
    }
    for (const warning of daemon.warnings) stdout.write(`! ${warning}\n`);
    for (const { agent, reason } of Object.values(fleet.quarantines))
      stdout.write(`■ ${agent} in quarantine: ${visible(reason)}; fleet quarantine show ${agent}\n`);
    for (const [hold] of Object.values(fleet.holds))
      if (hold)
        stdout.write(`! ${hold.agent} held (${hold.tripwire}); fleet release ${hold.agent} -m REASON\n`);
    if (runs.length === 0) {
      stdout.write('nothing runs here; start an agent: fleet start AGENT TASK\n');
      return EXIT.ok;
    }
    const now = Date.now();
    printTable(
      stdout,
      ['RUN', 'AGENT', 'STATE', '>AGE', 'GATE', 'BRANCH', 'TASK'],
      runs.map((run) => [
        run.id,
        run.agent,
        stateOf(fleet, run),
        age(now - (run.startedAt ?? run.requestedAt)),
        run.protection === 'gated' ? (run.isGateProven ? 'gated' : 'gate unproven') : run.protection,
        run.worktree?.branch ?? '-',
        run.task || commandLine(run),
      ]),
    );
    return EXIT.ok;
  },
};

/** A command line as it was typed. */
const commandLine = (run: Run): string =>
  run.command[0] === '/bin/sh' && run.command[1] === '-c' ? (run.command[2] ?? '') : run.command.join(' ');

const signalName = (number: number): string =>
  Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `signal ${number}`;

const waitingOf = (fleet: Fleet, run: Run) =>
  pendingApprovals(fleet).filter((approval) => approval.session === run.session);

function stateOf(fleet: Fleet, run: Run): string {
  const waiting = waitingOf(fleet, run).length;
  if (waiting > 0) return `waiting for you (${waiting})`;
  switch (run.phase) {
    case 'running':
      return run.activity === 'unknown' ? 'running' : run.activity;
    case 'exited':
      return run.exit?.signal ? `ended by ${signalName(run.exit.signal)}` : `exited ${run.exit?.code ?? '?'}`;
    case 'refused':
    case 'lost':
      return `${run.phase}: ${run.reason}`;
    case 'requested':
    case 'launching':
      return 'starting';
    case 'stopping':
      return 'stopping';
    default:
      return run.phase satisfies never;
  }
}
