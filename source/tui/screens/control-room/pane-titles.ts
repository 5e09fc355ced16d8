/** What a pane is: its number, state, agent and branch on the left, its age on the right. */
import type { Run } from '../../../core/fleet.ts';
import { otherProject, runName, statusOf, type Status } from '../../fleet-view.ts';
import { ageOf, harmless, widthOf } from '../../text.ts';
import type { Context } from '../../ui-input.ts';
import type { Scroll, Ui } from '../../ui-state.ts';
import { glyphOfStatus } from './glyphs.ts';

export interface PaneTitle {
  /** Number, state and name, then what else there is to say, the most telling first. */
  readonly title: string;
  readonly parts: readonly string[];
  readonly note: string;
  readonly status: Status;
}

export function paneTitle(ui: Ui, context: Context, id: string, number: number): PaneTitle {
  const { fleet, now, setting } = context;
  const run = fleet.runs[id];
  if (!run) return { title: id, parts: [], note: '', status: 'failed' };
  const status = statusOf(fleet, run);
  const parts = [
    stateWords(ui, run.session, status),
    run.isContained === false && run.endedAt === null ? 'not contained' : '',
    run.protection === 'contained only' && run.isContained !== false ? 'contained only' : '',
    otherProject(run, fleet, setting.project),
    branchWords(run),
  ].filter((part) => part !== '');
  const since = run.endedAt ?? run.startedAt ?? run.requestedAt;
  return {
    title: `${number} ${glyphOfStatus(status).text} ${harmless(runName(fleet, run))}`,
    parts: parts.map(harmless),
    note: `${run.endedAt === null ? '' : 'ended '}${ageOf(now - since)}${run.endedAt === null ? '' : ' ago'}`,
    status,
  };
}

/** A title in `columns`: what does not fit is left out whole, the last said first. */
export function titleIn(columns: number, { title, parts }: Pick<PaneTitle, 'title' | 'parts'>): string {
  let words = title;
  for (const part of parts) {
    const more = `${words} · ${part}`;
    if (widthOf(more) <= columns) words = more;
  }
  return words;
}

/** The branch without what the name of the agent says already; nothing when it is the one made for the run. */
function branchWords({ worktree, agent, id }: Run): string {
  const branch = worktree?.branch.replace(`fleet/${agent}/`, '') ?? '';
  return branch === id ? '' : branch;
}

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
    case 'quarantined':
      return 'in quarantine';
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
