/** A no with words, as "reject" and "respond" say it. */
import { randomUUID } from 'node:crypto';
import { EXIT, type Invocation } from './command.ts';
import { withDaemon } from './daemon-ask.ts';
import { textOption } from './text-option.ts';

export async function refuse(
  invocation: Invocation,
  given: {
    readonly name: string;
    readonly example: string;
    readonly isResponse: boolean;
    readonly done: string;
  },
): Promise<number> {
  const { positionals, options, stdout, stderr } = invocation;
  const [id = ''] = positionals;
  const message = textOption(options, 'message') ?? '';
  if (message.trim() === '') {
    stderr.write(
      `fleet ${given.name}: say something, the agent reads it: fleet ${given.name} ID -m "${given.example}"\n`,
    );
    return EXIT.usage;
  }
  return withDaemon(invocation, async (daemon) => {
    const { fleet } = await daemon.ask({ type: 'fleet' });
    // A no is safe whatever it was about, so it is bound to what the daemon holds now.
    const hash = fleet.approvals[id]?.hash ?? '';
    await daemon.ask({
      type: 'decide',
      approval: id,
      verdict: 'rejected',
      hash,
      decision: randomUUID(),
      editedInput: null,
      message,
      isResponse: given.isResponse,
    });
    stdout.write(`${given.done}\n`);
    return EXIT.ok;
  });
}
