/** What each of the demo's four agents does. All of it is real: the files, the tests, the commits, the questions. */
import { act, tell, type Input } from './gated.ts';
import { bold, cyan, dim, green, line, pause, red, say, shown, used, yellow } from './speak.ts';

/** Shows what is asked, asks, shows what came of it. True when it was done. */
async function attempt(tool: string, input: Input, what: string): Promise<boolean> {
  used(tool, what);
  const outcome = await act(tool, input);
  switch (outcome.type) {
    case 'done':
      if (outcome.isEdited) line(yellow(`  ⎿ done as you edited it: ${JSON.stringify(outcome.input)}`));
      else line(dim('  ⎿ done'));
      if (outcome.output && tool === 'Bash') shown(outcome.output);
      return true;
    case 'failed':
      line(red('  ⎿ failed'));
      shown(outcome.output);
      return false;
    case 'refused':
      line(red(`  ⎿ not allowed: ${outcome.message}`));
      await say('Understood. I will leave that and go on without it.');
      return false;
    default:
      return outcome satisfies never;
  }
}

const read = (file: string) => attempt('Read', { file_path: file }, file);
const bash = (command: string) => attempt('Bash', { command }, command);

async function backendDev(): Promise<void> {
  await say('I will fix the login: a session must not outlive its token.');
  await read('src/session.js');
  await pause(600);
  await say('The check compares seconds with milliseconds. One line is wrong.');
  const isFixed = await attempt(
    'Edit',
    {
      file_path: 'src/session.js',
      old_string: 'return token.expires > now;',
      new_string: 'return token.expires * 1000 > now;',
    },
    'src/session.js',
  );
  if (isFixed) await bash('node --test');
  if (await bash('git commit -qam "session: compare like with like"')) await bash('git log --oneline -3');
  await say('The fix is ready. I would push it now; for that I need the network.');
  await bash('git push -q origin HEAD');
  await say('That is all I was asked for. Type something to me if you want more.');
}

async function reviewer(): Promise<void> {
  await say('Reading what is there before I say anything about it.');
  for (const file of ['src/session.js', 'test/session.test.js', 'package.json']) {
    await read(file);
    await pause(900);
  }
  await say(
    `Three remarks: ${bold('expires')} is in seconds and nobody says so, the test covers one side only, and there is no README.`,
  );
  await attempt(
    'Write',
    {
      file_path: 'REVIEW.md',
      content: '# Review\n\n- say the unit of `expires`\n- test an expired token\n- add a README\n',
    },
    'REVIEW.md',
  );
  await say('Now I wait for the next change.');
  for (let minute = 1; ; minute++) {
    await pause(20_000);
    line(dim(`  still watching · ${minute * 20} s`));
  }
}

/** Prints as fast as the terminal takes it, then rests: what a build gone wild looks like. */
async function loadTester(): Promise<void> {
  const LINES_A_BURST = 60_000;
  for (let burst = 1; ; burst++) {
    await say(`Burst ${burst}: ${LINES_A_BURST} requests, every one of them logged.`);
    for (let request = 0; request < LINES_A_BURST; request++) {
      const status = request % 97 === 0 ? red('503') : green('200');
      const isTaken = process.stdout.write(
        `${dim(String(request).padStart(6))} GET /session/${cyan(String((request * 7919) % 10_007))} ${status} ${request % 13} ms\r\n`,
      );
      if (!isTaken) await new Promise((drained) => process.stdout.once('drain', drained));
    }
    line(bold(`burst ${burst} done: 1.0 % errors`));
    await pause(8_000);
  }
}

async function migrator(): Promise<void> {
  await say('Migrating the session table, a thousand rows at a time.');
  for (let rows = 1_000; rows <= 12_000; rows += 1_000) {
    line(`  ${rows.toLocaleString('en')} rows`);
    await pause(700);
  }
  throw new Error('row 12,431: expires is null');
}

const ROLES: Readonly<Record<string, () => Promise<void>>> = {
  'backend-dev': backendDev,
  reviewer,
  'load-tester': loadTester,
  migrator,
};

/** Plays one role to its end, then answers whatever is typed. A crash is a crash: the process ends with code 1. */
export async function runDemoAgent(role: string): Promise<void> {
  const play = ROLES[role];
  if (!play) throw new Error(`the demo has no ${role}; it has ${Object.keys(ROLES).join(', ')}`);
  line(`${bold(role)} ${dim('· a scripted agent')}`);
  line(dim(process.env['FLEET_TASK'] ?? ''));
  line();
  process.stdin.on('data', (typed) => {
    const text = typed
      .toString()
      .replaceAll(/[^\p{L}\p{N}\p{P}\p{Zs}]/gu, '')
      .trim();
    if (text) void say(`You said "${text}". I am only a script, but I did hear you.`);
  });
  await tell('turn-started');
  try {
    await play();
    await tell('turn-ended');
  } catch (error) {
    line(red(`✗ ${error instanceof Error ? error.message : String(error)}`));
    line(dim('  at migrate (src/migrate.js:88)'));
    process.exit(1);
  }
}
