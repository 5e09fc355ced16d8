/** Secrets of a project, end to end: put in unseen, listed by name, kept out of what agents print and are told. */
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { FleetHome, PROGRAM, type Ran } from '../support/fleet-home.ts';
import { until } from '../support/until.ts';

const VALUE = 'ghp_CanaryCanary0123456789';
const PASSPHRASE = 'correct horse battery';

let home: FleetHome;
afterEach(() => home.close());

/** The command line with something piped in. */
function piped(parameters: readonly string[], input: string, cwd: string): Promise<Ran> {
  return new Promise((done) => {
    const child = execFile(
      PROGRAM.node,
      [PROGRAM.script, ...parameters],
      { cwd, env: home.environment },
      (error, stdout, stderr) => done({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    );
    child.stdin!.end(input);
  });
}

/** Every file of the home, as bytes. */
const files = (): [string, string][] =>
  readdirSync(home.places.home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => [file, readFileSync(file, 'latin1')]);

it('SE2 a secret is in no screen, segment, log or database, however an agent prints it, and in no prompt', async () => {
  // A host without a vault of its own.
  home = new FleetHome({ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' });
  const project = join(home.folder, 'project');
  mkdirSync(project);
  writeFileSync(
    join(project, 'fleet.yaml'),
    'agents:\n  - name: dev\n    vendor: command\n    command: [cat]\n',
  );
  const cwd = realpathSync(project);
  const locked = await piped(['vault', 'set', 'TOKEN'], VALUE, cwd);
  expect(locked).toMatchObject({ code: 1, stderr: expect.stringContaining('fleet vault unlock') });
  expect(await piped(['vault', 'unlock'], `${PASSPHRASE}\n`, cwd)).toMatchObject({ code: 0 });
  expect(await piped(['vault', 'set', 'TOKEN'], `${VALUE}\n`, cwd)).toMatchObject({ code: 0 });
  const listed = await home.fleet(['vault', 'list'], { cwd });
  expect(listed.stdout).toContain('encrypted files (passphrase)');
  expect(listed.stdout).toContain('  TOKEN');
  expect(await piped(['vault', 'set', 'SHORT'], 'abc', cwd)).toMatchObject({ code: 1 });

  const base64 = Buffer.from(`user:${VALUE}`).toString('base64');
  // The agent found it somewhere; nobody typed it.
  writeFileSync(
    join(cwd, 'found.sh'),
    `echo plain ${VALUE}
echo coded ${base64}
printf ${VALUE.slice(0, 11)}; sleep 0.1; printf '${VALUE.slice(11)}\\n'
echo end of it
exec cat
`,
  );
  const run = await home.start(['sh', 'found.sh'], cwd);
  const screen = await until(async () => {
    const { stdout } = await home.fleet(['screen', run.id]);
    return stdout.includes('end of it') ? stdout : undefined;
  }, 'the session to print');
  expect(screen).toContain('plain [vault:TOKEN]');
  expect(screen.split('[vault:TOKEN]')).toHaveLength(4);

  const daemon = await home.connect();
  const about = { project: cwd, agent: 'dev', command: [], worktree: null, columns: 80, rows: 24 };
  await expect(
    daemon.ask({ type: 'start', ...about, task: `use ${VALUE}`, environment: home.environment }),
  ).rejects.toMatchObject({ code: 'SECRET', message: expect.stringContaining('{{vault:TOKEN}}') });
  await expect(
    daemon.ask({ type: 'send', run: run.id, text: encodeURIComponent(VALUE), isSubmitted: false }),
  ).rejects.toMatchObject({ code: 'SECRET' });

  await home.fleet(['stop', run.id]);
  await home.runWhen(run.id, ({ phase }) => phase === 'exited');
  for (const [file, text] of files())
    for (const secret of [VALUE, PASSPHRASE, base64]) expect(text.includes(secret), file).toBe(false);
  expect(await home.fleet(['vault', 'rm', 'TOKEN'], { cwd })).toMatchObject({ code: 0 });
  expect(await home.fleet(['vault', 'rm', 'TOKEN'], { cwd })).toMatchObject({ code: 1 });
});
