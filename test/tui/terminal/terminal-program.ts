/** A program with a terminal of its own, for the tests to run in a real pty and end in every way. */
import { openTerminal } from '../../../source/tui/terminal/terminal.ts';

const ending = process.argv[2];
const say = (text: string): void => void terminal.writer.sendControl(`<${text}>`);

const terminal = openTerminal({
  environment: process.env,
  hasMouse: true,
  listener: {
    onInput: (events) => {
      for (const event of events) {
        if (event.type === 'key') say(`key ${event.name}`);
        else if (event.type === 'paste') say(`paste ${event.bytes.length}`);
        else say(event.type);
        if (event.type === 'key' && event.name === 'q') leave();
        if (event.type === 'key' && event.name === 'e') void edit();
      }
    },
    onResize: (size) => say(`size ${size.columns}x${size.rows}`),
    onFeatures: (features) => {
      say(`features ${features.version ?? 'unnamed'} ${features.depth}`);
      terminal.writer.sendFrame(Buffer.from(`<ready ${process.pid}>${' '.repeat(100)}`));
    },
    onReady: () => say('acknowledged'),
    onRepaint: () => say('repaint'),
    onLost: (cause) => {
      process.stderr.write(`lost ${cause.message}\n`);
      process.exit(3);
    },
  },
});

async function edit(): Promise<void> {
  await terminal.suspend();
  process.stdout.write('[editor]\r\n');
  terminal.resume();
}

function leave(): void {
  switch (ending) {
    case 'close':
      // A question on its way while leaving.
      terminal.writer.sendFrame(Buffer.alloc(200, 0x2e));
      void terminal.close();
      return;
    case 'exit':
      process.exit(0);
      return;
    case 'throw':
      setImmediate(() => {
        throw new Error('a bug');
      });
      return;
    case 'reject':
      void Promise.reject(new Error('a bug nobody awaits'));
      return;
    default:
  }
}
