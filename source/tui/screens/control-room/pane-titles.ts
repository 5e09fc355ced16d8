/** What a pane is: its number, state, agent and branch on the left, its age on the right. */
import type { Run } from '../../../core/fleet.ts';
import { runName, statusOf, type Status } from '../../fleet-view.ts';
import { ageOf, harmless } from '../../text.ts';
import type { Context } from '../../ui-input.ts';
import type { Scroll, Ui } from '../../ui-state.ts';
import { glyphOfStatus } from './glyphs.ts';

export interface PaneTitle {
  readonly title: string;
  readonly note: string;
  readonly status: Status;
}

export function paneTitle(ui: Ui, context: Context, id: string, number: number): PaneTitle {
  const { fleet, now } = context;
  const run = fleet.runs[id];
  if (!run) return { title: id, note: '', status: 'failed' };
  const status = statusOf(fleet, run);
  const parts = [
    runName(fleet, run),
    stateWords(ui, run.session, status),
    branchWords(run),
    run.protection === 'contained only' ? 'contained only' : '',
  ];
  const words = parts.filter((part) => part !== '').join(' · ');
  const since = run.endedAt ?? run.startedAt ?? run.requestedAt;
  return {
    title: `${number} ${glyphOfStatus(status).text} ${harmless(words)}`,
    note: `${run.endedAt === null ? '' : 'ended '}${ageOf(now - since)}${run.endedAt === null ? '' : ' ago'}`,
    status,
  };
}

/** The branch, without what the name of the agent says already. */
const branchWords = ({ worktree, agent }: Run): string =>
  worktree?.branch.replace(`fleet/${agent}/`, '') ?? '';

function stateWords(ui: Ui, session: string | null, status: Status): string {
  if (session !== null && ui.lost.includes(session)) return 'holder does not answer';
  switch (status) {
    case 'waiting':
      return 'waits for you';
    case 'failed':
    case 'stopped':
    case 'done':
    case 'starting':
    case 'stopping':
      return status;
    case 'running':
    case 'idle':
      return '';
    default:
      return status satisfies never;
  }
}

/** Where a view that looks back stands. */
export function scrollPosition({ cursor, total, anchor, search }: Scroll): string {
  const parts = [`line ${cursor + 1} of ${total}`];
  if (anchor !== null) parts.push(`${Math.abs(anchor - cursor) + 1} selected`);
  if (search) parts.push(`/${harmless(search.text)} ${search.at + 1} of ${search.hits.length}`);
  return parts.join(' · ');
}
