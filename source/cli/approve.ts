import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { envelopeOf } from '../core/approvals/envelope.ts';
import { hashEnvelope } from '../core/approvals/hash.ts';
import { EXIT, type Command } from './command.ts';
import { withDaemon } from './daemon-ask.ts';
import { textOption } from './text-option.ts';

/** Long enough that no other request of a lifetime begins alike, short enough to be typed. */
const HASH_LETTERS_MIN = 8;

export const command: Command = {
  name: 'approve',
  summary: 'let a call run, exactly as shown or as edited',
  usage: 'fleet approve ID --hash HASH [--edit FILE]',
  details:
    'The hash is the one "fleet approvals" showed, whole or its beginning: it binds the decision to what you saw. With --edit the whole input is taken from a JSON file and runs as it stands there.',
  arguments: [{ name: 'ID', description: 'id of the approval' }],
  options: [
    {
      flags: '--hash <hash>',
      description: `the hash of what was shown, at least ${HASH_LETTERS_MIN} characters`,
    },
    { flags: '--edit <file>', description: 'JSON file with the input that is to run instead' },
  ],
  async run(invocation) {
    const { positionals, options, stdout, stderr } = invocation;
    const [id = ''] = positionals;
    const shown = textOption(options, 'hash') ?? '';
    if (shown.length < HASH_LETTERS_MIN) {
      stderr.write(`fleet approve: give the hash of what you saw: --hash HASH (see: fleet approvals)\n`);
      return EXIT.usage;
    }
    const file = textOption(options, 'edit');
    const edited = file === undefined ? null : readInput(file);
    return withDaemon(invocation, async (daemon) => {
      const { fleet } = await daemon.ask({ type: 'fleet' });
      const approval = fleet.approvals[id];
      // What is held here is hashed here: the daemon's word for it is not enough.
      const hash = approval ? hashEnvelope(envelopeOf(approval)) : shown;
      if (!hash.startsWith(shown)) {
        stderr.write(
          `fleet approve: ${id} is not what you saw (its hash is ${hash}); look again: fleet approvals\n`,
        );
        return EXIT.failed;
      }
      await daemon.ask({
        type: 'decide',
        approval: id,
        verdict: 'approved',
        hash,
        decision: randomUUID(),
        editedInput: edited,
        message: '',
      });
      stdout.write(edited ? 'approved as edited\n' : 'approved\n');
      return EXIT.ok;
    });
  },
};

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
