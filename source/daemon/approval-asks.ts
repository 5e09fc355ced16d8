/** What people ask about approvals, and what they decide: the asks of the inbox, carried out. */
import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { BATCH_MAX } from '../core/approvals/decide-batch.ts';
import { fatigueOf } from '../core/approvals/fatigue.ts';
import { changesSince } from '../core/approvals/grounds.ts';
import { changedPaths, diffOf, type CurrentText } from '../core/approvals/diff-of.ts';
import type { Approval } from '../core/fleet.ts';
import type { Input } from '../core/input.ts';
import type { Store } from '../io/store/store.ts';
import type { Ask, AskValue } from '../wire/daemon-protocol.ts';
import { AskRefused } from './clients.ts';
import { groundsOf, groundsOfEdited } from './grounds.ts';
import type { Loop, Outcome } from './loop.ts';
import { recordedAsks } from './recorded-asks.ts';

/** More than this nobody reads as a diff; it also bounds what one look costs. */
const DIFFED_BYTES_MAX = 256 * 1024;

export class ApprovalAsks {
  readonly #loop: Loop;
  readonly #store: Store;

  constructor({ loop, store }: { readonly loop: Loop; readonly store: Store }) {
    this.#loop = loop;
    this.#store = store;
  }

  async decide(ask: Extract<Ask, { type: 'decide' }>, actor: string): Promise<AskValue['decide']> {
    const known = this.#loop.fleet.approvals[ask.approval];
    // A no is safe whatever the world looks like by now.
    const [grounds, editedGrounds] =
      known && ask.verdict === 'approved'
        ? await Promise.all([
            groundsOf(known.subject, known.cwd),
            groundsOfEdited(known.subject, ask.editedInput, known.cwd),
          ])
        : [null, null];
    const { fleet } = await this.#submit({ ...ask, grounds, editedGrounds }, actor);
    const { end, needs, votes } = fleet.approvals[ask.approval] ?? {};
    return {
      verdict: ask.verdict,
      by: end?.by ?? actor,
      at: end?.at ?? 0,
      dispatchAt: end?.dispatchAt ?? 0,
      votesMissing: end ? 0 : (needs?.votes ?? 1) - (votes?.length ?? 0),
    };
  }

  async decideBatch(
    ask: Extract<Ask, { type: 'decide-batch' }>,
    actor: string,
  ): Promise<AskValue['decide-batch']> {
    // More than a batch may have is refused unseen.
    const members = await Promise.all(
      ask.members.slice(0, BATCH_MAX + 1).map(async (member) => {
        const known = this.#loop.fleet.approvals[member.approval];
        return { ...member, grounds: known ? await groundsOf(known.subject, known.cwd) : null };
      }),
    );
    const { events } = await this.#submit({ ...ask, members }, actor);
    return {
      decided: events.flatMap(({ event }) => (event.type === 'approval-decided' ? [event.approval] : [])),
    };
  }

  async grant(ask: Extract<Ask, { type: 'grant' }>, actor: string): Promise<AskValue['grant']> {
    const { events } = await this.#submit(ask, actor);
    const added = events.find(({ event }) => event.type === 'grant-added')?.event;
    if (added?.type !== 'grant-added') throw new AskRefused('FAILED', 'the grant was not recorded');
    return { grant: added.grant };
  }

  async stats(since: number): Promise<AskValue['approval-stats']> {
    const until = Date.now();
    return fatigueOf(await recordedAsks(this.#store, since), { since, until });
  }

  async detail(id: string): Promise<AskValue['approval-detail']> {
    const approval = this.#find(id);
    const { subject, cwd, grounds } = approval;
    const now = await groundsOf(subject, cwd);
    const paths = changedPaths(subject);
    const texts = await Promise.all(paths.map((path) => this.#currentText(path, approval)));
    const current = Object.fromEntries(paths.map((path, at) => [path, texts[at] ?? null]));
    return {
      files: diffOf(subject, current),
      changes: approval.state === 'pending' && grounds && now ? changesSince(grounds, now) : [],
    };
  }

  /** Only what lies in the run's own folder is shown: the question must not become a way to read other files. */
  async #currentText(path: string, { run, cwd }: Approval): Promise<CurrentText> {
    const known = this.#loop.fleet.runs[run];
    if (!known) return { problem: 'its run is not known any more' };
    const root = await realpath(known.cwd).catch(() => known.cwd);
    const file = await realpath(resolve(cwd, path)).catch(() => null);
    if (file === null) return null;
    if (!file.startsWith(root + sep)) return { problem: 'it lies outside the worktree and is not read' };
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) return { problem: 'it is not a file' };
      if (stat.size > DIFFED_BYTES_MAX)
        return { problem: `the file is larger than ${DIFFED_BYTES_MAX / 1024} kB` };
      const text = await handle.readFile('utf8');
      return text.includes('\0') ? { problem: 'the file is not a text' } : text;
    } finally {
      await handle.close();
    }
  }

  #find(id: string): Approval {
    const approval = this.#loop.fleet.approvals[id];
    if (approval) return approval;
    throw new AskRefused('NO_APPROVAL', `there is no approval ${id}; see: fleet approvals --all`);
  }

  async #submit(input: Input, actor: string): Promise<Outcome> {
    const outcome = await this.#loop.submit(input, actor);
    if (outcome.refusal) throw new AskRefused(outcome.refusal.code, outcome.refusal.message);
    return outcome;
  }
}
