/** The thread behind feeder.ts. */
import { constants, openSync, writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { FeederMessage, FeedOptions } from './feeder.ts';
import { agentRedraw, logLine } from './streams.ts';

/** Writes that are due are made this often; those of different pipes fall at different moments. */
const TICK_MS = 4;

interface Pipe {
  readonly descriptor: number;
  /** Of the kind that was written last; an agent's redraw continues the one before. */
  kind: string;
  /** Texts made so far, so that no two writes are the same. */
  made: number;
  writes: number;
}

const stages: Record<string, Pipe[]> = {};
let timer: NodeJS.Timeout | undefined;
let fed: Pipe[] = [];

parentPort?.on('message', (message: FeederMessage) => {
  switch (message.type) {
    case 'open':
      for (const [stage, files] of Object.entries(message.files))
        // For reading too: whoever reads then never sees an end.
        stages[stage] = files.map((file) => ({
          descriptor: openSync(file, constants.O_RDWR | constants.O_NONBLOCK),
          kind: '',
          made: 0,
          writes: 0,
        }));
      return;
    case 'start':
      return start(message.feed);
    case 'stop':
      clearInterval(timer);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      return parentPort?.postMessage(Math.max(0, ...fed.map(({ writes }) => writes)));
    default:
      return message satisfies never;
  }
});

function start(feed: FeedOptions): void {
  const begun = performance.now();
  fed = feed.pipes.map((number) => stages[feed.stage]![number]!);
  for (const pipe of fed) pipe.writes = 0;
  timer = setInterval(() => {
    const due = ((performance.now() - begun) / 1_000) * feed.writesPerSecond;
    for (const [index, pipe] of fed.entries())
      while (pipe.writes + index / fed.length < due) {
        write(pipe, feed);
        pipe.writes++;
      }
  }, TICK_MS);
}

function write(pipe: Pipe, { kind, bytesPerWrite, columns }: FeedOptions): void {
  if (pipe.kind !== kind) pipe.made = 0;
  pipe.kind = kind;
  let text = '';
  if (kind === 'line') text = logLine(pipe.made++, columns);
  else if (kind === 'agent') text = agentRedraw(pipe.made++, columns);
  else while (text.length < bytesPerWrite) text += logLine(pipe.made++, columns);
  try {
    writeSync(pipe.descriptor, text);
  } catch (cause) {
    // Whoever should read is stopped; a rate that is missed is missed.
    if ((cause as NodeJS.ErrnoException).code !== 'EAGAIN') throw cause;
  }
}
