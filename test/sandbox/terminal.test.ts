/** PE12: an agent in the sandbox has a whole terminal: job control, size, keys and an orderly end. */
import { afterEach, describe, expect, test } from 'vitest';
import { spawnPty, type Pty, type PtyExit } from '../../source/io/pty/pty.ts';
import { NO_SANDBOX, PEOPLE, SandboxLab } from '../support/sandbox-lab.ts';
import { until } from '../support/until.ts';

const SIGHUP = 1;
const SIGTERM = 15;
const SIGKILL = 9;

let lab: SandboxLab;
let terminal: { readonly pty: Pty; readonly text: () => string; readonly exit: () => PtyExit | null };
afterEach(async () => {
  terminal.pty.signal(SIGKILL, true);
  await until(() => terminal.exit() ?? undefined, 'the end of the agent');
  lab.close();
});

/** In the terminal that a holder would make for it. */
async function open(program: readonly string[], script = ''): Promise<void> {
  lab = await SandboxLab.open(PEOPLE[0]!);
  const { argv, env } = await lab.command(
    { script, program },
    { PATH: '/usr/bin:/bin', HOME: lab.home, TERM: 'xterm' },
  );
  let text = '';
  let exit: PtyExit | null = null;
  const pty = spawnPty({
    command: argv,
    cwd: lab.worktree,
    env: { ...env, ATTACK: script },
    columns: 80,
    rows: 24,
    onData: (bytes) => (text += bytes.toString()),
    onEnd: (ended) => (exit = ended),
  });
  terminal = { pty, text: () => text, exit: () => exit };
}

const shows = (what: RegExp): Promise<true> =>
  until(() => what.test(terminal.text()) || undefined, `${what} in ${terminal.text()}`);
const type = (text: string): void => terminal.pty.write(Buffer.from(text), () => {});
const shell = ['bash', '--noprofile', '--norc', '-i'];

describe.skipIf(NO_SANDBOX !== null)(
  `the terminal of a contained agent${NO_SANDBOX ? ' (skipped)' : ''}`,
  () => {
    test('PE12 a shell has job control, and Ctrl-C and Ctrl-Z reach the job alone', async () => {
      await open(shell);
      type('set -o | grep monitor\n');
      await shows(/monitor\s+on/);
      type('sh -c "echo job-\\$((1 + 1)); sleep 100"\n');
      await shows(/job-2/);
      type('\u0003');
      await shows(/\^C/);
      type('echo after-$((1 + 1))\n');
      await shows(/after-2/);
      type('sh -c "echo job-\\$((1 + 2)); sleep 100"\n');
      await shows(/job-3/);
      type('\u001a');
      await shows(/Stopped/);
      // A shell with stopped jobs is asked twice.
      type('kill -9 %1\n');
      type('exit 7\n');
      type('exit 7\n');
      expect(await until(() => terminal.exit() ?? undefined, 'the exit')).toEqual({ code: 7, signal: null });
    });

    test('PE12 a new size arrives', async () => {
      await open(shell);
      type('trap "stty size" WINCH; echo trap-$((1 + 1))\n');
      await shows(/trap-2/);
      terminal.pty.resize(101, 33);
      type('\n');
      await shows(/33 101/);
    });

    test('PE12 Ctrl-C in a program that handles it does not end the sandbox around it', async () => {
      await open([
        'perl',
        '-e',
        '$| = 1; $SIG{INT} = sub { print "caught\\n" }; print "waits\\n"; sleep 1 while 1',
      ]);
      await shows(/waits/);
      type('\u0003');
      await shows(/caught/);
      type('\u0003');
      await shows(/caught[\s\S]*caught/);
      expect(terminal.exit()).toBeNull();
    });

    test('PE12 told to end, it saves its state first', async () => {
      await open([
        'perl',
        '-e',
        '$| = 1; $SIG{HUP} = sub { print "saving\\n"; sleep 1; print "saved\\n" }; $SIG{TERM} = sub { print "bye\\n"; exit 3 }; print "waits\\n"; sleep 1 while 1',
      ]);
      await shows(/waits/);
      terminal.pty.signal(SIGHUP, true);
      await shows(/saved/);
      terminal.pty.signal(SIGTERM, true);
      await shows(/bye/);
      expect(await until(() => terminal.exit() ?? undefined, 'the exit')).toEqual({ code: 3, signal: null });
    });

    test('PE12 it cannot type for the person in its own terminal', async () => {
      await open([
        'perl',
        '-e',
        'my $c = "x"; print ioctl(STDIN, 0x5412, $c) ? "typed" : "refused: $!", "\\n"',
      ]);
      await shows(/refused: Operation not permitted/);
    });

    test('PE12 nothing of it outlives it', async () => {
      await open(['/bin/sh', '-c', 'setsid sleep 4321 & sleep 0.1; echo started; wait']);
      await shows(/started/);
      terminal.pty.signal(SIGKILL, true);
      await until(() => terminal.exit() ?? undefined, 'the end');
      await until(
        () => (lab.person('grep -lsa "sleep.432[1]" /proc/[0-9]*/cmdline') === '' ? true : undefined),
        'its processes to be gone',
      );
    });
  },
);
