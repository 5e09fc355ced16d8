import { noticeSequence } from '../core/notice-sequence.ts';
import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';

const WORDS = 'fleet notify test: this is how you are told';

export const command: Command = {
  name: 'notify test',
  summary: 'try every way in which you can be told that something waits',
  usage: 'fleet notify test',
  details:
    'Rings the bell, asks the terminal for a desktop notification in both known ways, and runs the command of policy.yaml (notify: command).',
  arguments: [],
  options: [],
  async run(invocation) {
    const { stdout, env } = invocation;
    const isInTmux = Boolean(env['TMUX']);
    const { command: words, outcome } = await askDaemon(invocation, { type: 'notify-test' });
    stdout.write(
      `\u0007${noticeSequence(WORDS, 'osc9', isInTmux)}${noticeSequence(WORDS, 'osc777', isInTmux)}`,
    );
    stdout.write('bell     rung\n');
    stdout.write(`osc9     sent${isInTmux ? ', through tmux (needs: set -g allow-passthrough on)' : ''}\n`);
    stdout.write(`osc777   sent${isInTmux ? ', through tmux' : ''}\n`);
    stdout.write(`command  ${words === null ? '' : `${words.join(' ')}: `}${outcome}\n`);
    stdout.write('what you saw or heard of the first three is what your terminal can do\n');
    return words === null || outcome.endsWith('well') ? EXIT.ok : EXIT.failed;
  },
};
