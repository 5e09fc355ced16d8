import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';

export const command: Command = {
  name: 'send',
  summary: 'type a text to an agent, as a paste, and press Enter',
  usage: 'fleet send RUN TEXT... [--no-enter]',
  details:
    'Says "typed" when the bytes were taken by the terminal and "submitted" when Enter was, too. Refuses while the run waits for an approval.',
  arguments: [
    { name: 'RUN', description: 'id of the run' },
    { name: 'TEXT', description: 'what to type', isVariadic: true },
  ],
  options: [{ flags: '--no-enter', description: 'only type, do not press Enter' }],
  async run(invocation) {
    const [run = '', ...words] = invocation.positionals;
    const isSubmitted = invocation.options['enter'] !== false;
    const { delivery } = await askDaemon(invocation, {
      type: 'send',
      run,
      text: words.join(' '),
      isSubmitted,
    });
    invocation.stdout.write(`${delivery}\n`);
    return delivery === 'submitted' || !isSubmitted ? EXIT.ok : EXIT.failed;
  },
};
