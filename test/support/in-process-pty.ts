/** What fleet does not do: the terminal is held by the process that may be killed. Says its child's pid. */
import { spawnPty } from '../../source/io/pty/pty.ts';
import { numberedLines } from './numbered-output.ts';

const { pid } = spawnPty({
  command: numberedLines(20),
  cwd: process.cwd(),
  env: { PATH: process.env['PATH'] ?? '' },
  columns: 80,
  rows: 24,
  onData: () => {},
  onEnd: () => process.exit(0),
});
process.stdout.write(`${pid}\n`);
