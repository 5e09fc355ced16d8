/** What the room wants of the daemon alone: how each wish is asked, and what of the answer the room is told. */
import { randomUUID } from 'node:crypto';
import { agentEnvironment } from '../wire/agent-environment.ts';
import { eventsOf } from './events-ask.ts';
import type { DaemonLink } from './links/daemon-link.ts';
import { allowAlways, previewOf } from './rule-asks.ts';
import type { Intent, UiInput } from './ui-input.ts';

type DaemonIntent = Extract<
  Intent,
  {
    type:
      | 'ask'
      | 'decide'
      | 'detail'
      | 'risk'
      | 'events'
      | 'quarantine-detail'
      | 'proposals'
      | 'preview'
      | 'always'
      | 'batch'
      | 'restart';
  }
>;

/** Resolves with what the room is to be told; null: the events of the daemon say it. Rejects with its refusal. */
export async function askFor(
  daemon: DaemonLink,
  intent: DaemonIntent,
  environment: NodeJS.ProcessEnv,
): Promise<UiInput | null> {
  switch (intent.type) {
    case 'ask':
      await daemon.ask(intent.ask);
      return null;
    case 'decide':
      await daemon.ask({ ...intent, decision: randomUUID() });
      return null;
    case 'detail':
      return daemon.ask({ type: 'approval-detail', approval: intent.approval }).then(
        (detail) => ({ ...intent, detail }),
        // Without it the whole input is shown as it was asked.
        () => null,
      );
    case 'risk':
      return daemon.ask({ type: 'risk' }).then(
        ({ agents }) => ({ type: 'risk', agents, problem: '' }),
        (error: unknown) => ({ type: 'risk', agents: null, problem: wordsOf(error) }),
      );
    case 'events':
      return { type: 'events', agent: intent.agent, events: await eventsOf(daemon, intent) };
    case 'quarantine-detail':
      return { type: 'quarantine-detail', detail: await daemon.ask(intent) };
    case 'proposals': {
      const proposals = await daemon.ask({ type: 'rule-proposals', approval: intent.approval });
      return { ...intent, proposals };
    }
    case 'preview': {
      const preview = await previewOf(daemon, intent);
      return preview && { type: 'preview', rule: intent.rule, preview };
    }
    case 'always':
      return { type: 'notice', text: await allowAlways(daemon, intent) };
    case 'batch': {
      const members = intent.members.map((member) => ({ ...member, decision: randomUUID() }));
      await daemon.ask({ type: 'decide-batch', members, verdict: 'approved', message: '' });
      return null;
    }
    case 'restart':
      await daemon.ask({ ...intent, environment: agentEnvironment(environment) });
      return null;
    default:
      return intent satisfies never;
  }
}

/** Requests that are out of sight because of this wish, and come back when it fails; null where there is none. */
export function approvalsOf(intent: DaemonIntent): readonly (string | null)[] {
  switch (intent.type) {
    case 'decide':
    case 'always':
      return [intent.approval];
    case 'batch':
      return intent.members.map(({ approval }) => approval);
    default:
      return [null];
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
