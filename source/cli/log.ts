import { setTimeout as after } from 'node:timers/promises';
import type { Recorded } from '../core/event.ts';
import { visible } from '../core/visible-text.ts';
import { EXIT, type Command } from './command.ts';
import { withDaemon } from './daemon-ask.ts';
import { parseDuration } from './duration.ts';
import { describeEvent } from '../core/describe-event.ts';
import { textOption } from './text-option.ts';

const PAGE = 500;
/** New events are looked for this often while following: soon enough to watch, cheap enough to leave running. */
const FOLLOW_MS = 250;

export const command: Command = {
  name: 'log',
  summary: 'what happened, who did it and why',
  usage: 'fleet log [--agent A] [--type T] [--run R] [--since 7d] [--json] [--follow]',
  arguments: [],
  options: [
    { flags: '--agent <name>', description: 'only this agent' },
    { flags: '--type <type>', description: 'only events of this type, e.g. approval-decided' },
    { flags: '--run <run>', description: 'only this run' },
    { flags: '--since <time>', description: '30s, 10m, 12h, 7d, or a date' },
    { flags: '--json', description: 'one JSON object a line' },
    { flags: '-f, --follow', description: 'go on as things happen' },
  ],
  async run(invocation) {
    const { options, stdout, stderr } = invocation;
    const text = (name: string) => textOption(options, name) ?? null;
    const sinceText = text('since');
    const since = sinceText === null ? null : parseDuration(sinceText, Date.now());
    if (since !== null && Number.isNaN(since)) {
      stderr.write(`fleet log: --since ${sinceText} is neither a span (30s, 10m, 12h, 7d) nor a date\n`);
      return EXIT.usage;
    }
    await withDaemon(invocation, async (daemon) => {
      let seen = 0;
      for (;;) {
        const { events } = await daemon.ask({
          type: 'log',
          after: seen,
          limit: PAGE,
          agent: text('agent'),
          eventType: text('type'),
          run: text('run'),
          since,
        });
        for (const recorded of events)
          stdout.write(options['json'] ? `${JSON.stringify(recorded)}\n` : line(recorded));
        seen = events.at(-1)?.seq ?? seen;
        if (events.length === PAGE) continue;
        if (!options['follow']) return;
        await after(FOLLOW_MS);
      }
    });
    return EXIT.ok;
  },
};

function line(recorded: Recorded): string {
  const time = new Date(recorded.at).toISOString().replace('T', ' ').slice(0, 19);
  const who = recorded.actor.replace(/^person:/, '');
  return `${String(recorded.seq).padStart(6)}  ${time}  ${visible(who)}  ${visible(describeEvent(recorded))}\n`;
}
