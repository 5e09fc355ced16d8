/** What people ask about approvals, and what they decide: the asks of the inbox, carried out. */
import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { changesSince } from '../core/approvals/grounds.ts';
import { changedPaths, diffOf, type CurrentText } from '../core/approvals/diff-of.ts';
import type { Approval } from '../core/fleet.ts';
import type { Input } from '../core/input.ts';
import type { Ask, AskValue } from '../wire/daemon-protocol.ts';
import { AskRefused } from './clients.ts';
import { groundsOf, groundsOfEdited } from './grounds.ts';
import type { Loop, Outcome } from './loop.ts';

/** More than this nobody reads as a diff; it also bounds what one look costs. */
const DIFFED_BYTES_MAX = 256 * 1024;

export class ApprovalAsks {
  readonly #loop: Loop;

  constructor({ loop }: { readonly loop: Loop }) {
    this.#loop = loop;
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
