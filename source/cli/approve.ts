import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { envelopeOf } from '../core/approvals/envelope.ts';
import { hashEnvelope } from '../core/approvals/hash.ts';
import { durationMs } from '../core/duration.ts';
import type { Approval } from '../core/fleet.ts';
import type { DaemonConnection } from '../wire/daemon-client.ts';
import { EXIT, type Command, type Invocation } from './command.ts';
import { withDaemon } from './daemon-ask.ts';
import { textOption } from './text-option.ts';

/** Long enough that no other request of a lifetime begins alike, short enough to be typed. */
const HASH_LETTERS_MIN = 8;

export const command: Command = {
  name: 'approve',
  summary: 'let calls run, exactly as shown or as edited',
  usage:
    'fleet approve ID --hash HASH [--edit FILE] [--undo-window 10s] [--always RULE [--to FILE]] | fleet approve ID:HASH ID:HASH …',
  details:
    'The hash is the one "fleet approvals" showed, whole or its beginning: it binds the decision to what you saw. With --edit the whole input is taken from a JSON file and runs as it stands there. Several are approved together when they are of one class and of low or medium risk: all of them or none. --always also writes a rule ("fleet rule propose ID" proposes some), so that nobody is asked again.',
  arguments: [
    {
      name: 'ID',
      description: 'id of the approval, with its hash where there are several',
      isVariadic: true,
    },
  ],
  options: [
    {
      flags: '--hash <hash>',
      description: `the hash of what was shown, at least ${HASH_LETTERS_MIN} characters`,
    },
    { flags: '--edit <file>', description: 'JSON file with the input that is to run instead' },
    { flags: '--undo-window <time>', description: 'hold the answer this long, for "fleet undo": 5s, 1m' },
    { flags: '--always <rule>', description: 'also allow this rule from now on' },
    {
      flags: '--to <place>',
      description: 'where the rule is written: agent, defaults, global or a file (agent)',
    },
    { flags: '-r, --reason <text>', description: 'why, for the record' },
  ],
  async run(invocation) {
    const { positionals, options, stderr } = invocation;
    const wrong = (words: string): number => {
      stderr.write(`fleet approve: ${words}\n`);
      return EXIT.usage;
    };
    const wanted = wantedIn(positionals, textOption(options, 'hash'));
    if (wanted.some(({ shown }) => shown.length < HASH_LETTERS_MIN))
      return wrong(
        wanted.length === 1
          ? 'give the hash of what you saw: --hash HASH (see: fleet approvals)'
          : 'give the hash of each: ID:HASH ID:HASH … (see: fleet approvals)',
      );
    const window = textOption(options, 'undoWindow');
    const undoMs = window === undefined ? 0 : durationMs(window);
    if (undoMs === undefined) return wrong(`--undo-window ${window} is no span; write 5s or 1m`);
    const file = textOption(options, 'edit');
    const rule = textOption(options, 'always');
    if (wanted.length > 1 && (file !== undefined || rule !== undefined))
      return wrong('--edit and --always are for one request at a time');
    const edited = file === undefined ? null : readInput(file);
    return withDaemon(invocation, async (daemon) => {
      const { fleet } = await daemon.ask({ type: 'fleet' });
      const members = [];
      for (const { id, shown } of wanted) {
        const approval = fleet.approvals[id];
        // What is held here is hashed here: the daemon's word for it is not enough.
        const hash = approval ? hashEnvelope(envelopeOf(approval)) : shown;
        if (!hash.startsWith(shown)) {
          stderr.write(
            `fleet approve: ${id} is not what you saw (its hash is ${hash}); look again: fleet approvals ${id}\n`,
          );
          return EXIT.failed;
        }
        members.push({ approval: id, hash, decision: randomUUID() });
      }
      if (members.length > 1) return approveAll(invocation, daemon, members, undoMs);
      const [{ approval, hash, decision }] = members as [(typeof members)[number]];
      const { votesMissing } = await daemon.ask({
        type: 'decide',
        approval,
        verdict: 'approved',
        hash,
        decision,
        editedInput: edited,
        message: textOption(options, 'reason') ?? '',
        undoMs,
      });
      invocation.stdout.write(told({ approval, votesMissing, undoMs, isEdited: edited !== null }));
      // After the yes: a rule that is there first would leave nothing to say yes to. A yes among several is no rule.
      if (rule !== undefined && votesMissing === 0)
        await writeRule(invocation, daemon, { rule, approval: fleet.approvals[approval] });
      // After the yes: a rule that is there first would leave nothing to say yes to.
      if (rule !== undefined)
        await writeRule(invocation, daemon, { rule, approval: fleet.approvals[approval] });
      return EXIT.ok;
    });
  },
};

function told(given: { approval: string; votesMissing: number; undoMs: number; isEdited: boolean }): string {
  const { approval, votesMissing, undoMs, isEdited } = given;
  if (votesMissing > 0)
    return `noted; ${votesMissing} more ${votesMissing === 1 ? 'person has' : 'people have'} to approve\n`;
  const held = undoMs > 0 ? `; it is held for ${Math.round(undoMs / 1_000)} s: fleet undo ${approval}` : '';
  return `approved${isEdited ? ' as edited' : ''}${held}\n`;
}

/** `ID --hash HASH`, or `ID:HASH` as often as wanted. */
function wantedIn(positionals: readonly string[], hash: string | undefined): { id: string; shown: string }[] {
  return positionals.map((text) => {
    const [id = '', shown] = text.split(':');
    return { id, shown: shown ?? (positionals.length === 1 ? (hash ?? '') : '') };
  });
}

async function approveAll(
  { stdout, options }: Invocation,
  daemon: DaemonConnection,
  members: readonly { approval: string; hash: string; decision: string }[],
  undoMs: number,
): Promise<number> {
  const message = textOption(options, 'reason') ?? '';
  const { decided } = await daemon.ask({
    type: 'decide-batch',
    members,
    verdict: 'approved',
    message,
    undoMs,
  });
  stdout.write(`approved ${decided.length}: ${decided.join(' ')}\n`);
  return EXIT.ok;
}

async function writeRule(
  { stdout, options }: Invocation,
  daemon: DaemonConnection,
  { rule, approval }: { rule: string; approval: Approval | undefined },
): Promise<void> {
  const run = approval && (await daemon.ask({ type: 'fleet' })).fleet.runs[approval.run];
  if (!run || !approval)
    throw new Error('its run is not known any more; write the rule with: fleet rule add');
  const { file, whose, isSame } = await daemon.ask({
    type: 'add-rule',
    project: run.project,
    agent: approval.agent,
    effect: 'allow',
    rule,
    to: textOption(options, 'to') ?? 'agent',
    reason: textOption(options, 'reason') ?? `always allow, from ${approval.id}`,
    approval: approval.id,
  });
  stdout.write(isSame ? `${file} says ${rule} already\n` : `${rule} is allowed for ${whose} (${file})\n`);
}

function readInput(file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${file} does not hold JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Error(`${file} must hold the whole input of the call as one JSON object`);
  return value as Record<string, unknown>;
}
