/** Evaluations of everybody's work, from the log as it is now. */
import { evaluateWork, type Evaluation } from '../core/quality/evaluation.ts';
import { collectTasks } from '../core/quality/finished-tasks.ts';
import { agentKey, agentOfKey } from '../core/risk/observe.ts';
import type { DaemonConnection } from '../wire/daemon-client.ts';

const PAGE = 500;
/** A task that ended within the fortnight that counts has begun at most so long before it. */
const READ_MS = 28 * 24 * 3_600_000;

export interface WorkDone extends Evaluation {
  readonly project: string;
}

export async function workDone(daemon: DaemonConnection, at: number): Promise<readonly WorkDone[]> {
  const { fleet } = await daemon.ask({ type: 'fleet' });
  const facts = new Map(
    Object.values(fleet.projects).flatMap(({ root, agents }) =>
      agents.map(({ name, role, budgetSeconds }) => [agentKey(root, name), { role, budgetSeconds }] as const),
    ),
  );
  const tasks = collectTasks((agent) => facts.get(agent) ?? { role: '', budgetSeconds: null });
  for (let after = 0; ;) {
    const { events } = await daemon.ask({
      type: 'log',
      after,
      limit: PAGE,
      agent: null,
      eventType: null,
      run: null,
      since: at - READ_MS,
    });
    for (const recorded of events) tasks.add(recorded);
    const last = events.at(-1);
    if (!last || events.length < PAGE) break;
    after = last.seq;
  }
  return evaluateWork(tasks.finished(), at).map((evaluation) => {
    const { project, agent } = agentOfKey(evaluation.agent);
    return { ...evaluation, agent, project };
  });
}
