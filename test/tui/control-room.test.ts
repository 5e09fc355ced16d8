/** The whole product at 80x24 and wider: daemon, holders, screens, gate and control room as real processes. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { FleetHome, PROGRAM } from '../support/fleet-home.ts';
import { PersonAtTerminal } from '../support/person-at-terminal.ts';
import { until } from '../support/until.ts';

const AGENT = resolve(import.meta.dirname, '..', 'support', 'asking-agent.mjs');

let home: FleetHome;
const people: PersonAtTerminal[] = [];

afterEach(async () => {
  for (const person of people.splice(0)) await person.close();
  await home.close();
});

function sitDown(
  size: { columns: number; rows: number },
  more: { args?: readonly string[]; environment?: Record<string, string>; cwd?: string } = {},
): PersonAtTerminal {
  const person = new PersonAtTerminal({
    command: [PROGRAM.node, PROGRAM.script, ...(more.args ?? [])],
    cwd: more.cwd ?? home.folder,
    environment: { ...home.environment, ...more.environment },
    ...size,
  });
  people.push(person);
  return person;
}

const SMALL = { columns: 80, rows: 24 };
const MEDIUM = { columns: 120, rows: 34 };
const shell = ['sh', '-c', 'PS1="$ "; echo hello from the shell; exec sh -i'];

describe('the control room', () => {
  it('UI1 shows a live session and types to it', async () => {
    home = new FleetHome();
    const run = await home.start(shell);
    const person = sitDown(SMALL);
    // Below the list already, in passing; its page gives it its true size.
    await person.sees('hello from the shell');
    person.types('2');
    await person.sees(/^ 1 ● /);
    person.types('t');
    await person.sees('TYPING →');
    person.types('echo $((6 * 7)) q\r');
    await person.sees(/^42 q$/);
    // The pty has the pane's true size: the page without header, title, the line of an empty queue and bar.
    person.types('stty size\r');
    await person.sees('20 80');
    person.types('\u001d');
    await person.sees('CONTROL');
    person.types('q');
    expect(await person.leaves()).toBe(0);
    expect(person.isOnAlternateScreen).toBe(false);
    expect(person.rows().join('\n')).toContain('1 agent keeps running. fleet-tui brings you back.');
    expect((await home.state()).runs[run.id]?.phase).toBe('running');
  });

  it('UI3 HI2 a request is approved, edited and rejected by keys, and the agent is told', async () => {
    home = new FleetHome();
    const project = aProject();
    const { stdout } = await home.fleet(['start', 'dev', 'do', 'it', '--json'], { cwd: project });
    const { run } = JSON.parse(stdout) as { run: string };
    const person = sitDown(MEDIUM, { cwd: project });
    await person.sees('ready');
    const asks = async (id: string, command: string): Promise<void> => {
      const call = { id, tool: 'Bash', input: { command }, subagent: '' };
      const daemon = await home.connect();
      await daemon.ask({ type: 'send', run, text: JSON.stringify({ call }), isSubmitted: true });
      await person.sees(`asked `);
    };
    await asks('c1', 'make release');
    person.types('w');
    await person.sees('a approve');
    await person.sawLast('just came up');
    person.types('a');
    await person.sees('Approved: dev Bash');
    await said(run, 'told c1 {"verdict":"allow"');

    await asks('c2', 'make release');
    await person.sawLast('just came up');
    person.types('e');
    await person.sees('edit command');
    person.types(' --dry-run\u0013');
    await person.sees('Approved as edited');
    await said(run, '"command":"make release --dry-run"');

    await asks('c3', 'rm -rf build');
    await person.sawLast('just came up');
    person.types('r');
    await person.sees('and say:');
    person.types('not on my watch\r');
    await person.sees('Rejected: dev Bash');
    await said(run, 'not on my watch');
    for (const call of ['c1', 'c2']) await said(run, `finished ${call}`);
    const approvals = Object.values((await home.state()).approvals).map(({ state }) => state);
    expect(approvals).toEqual(['executed', 'executed', 'rejected']);
  });

  it('RI6 RI7 opens the heatmap, stops an agent by hand, and releases it after its evidence was read', async () => {
    home = new FleetHome();
    const project = aProject();
    const { stdout } = await home.fleet(['start', 'dev', 'do', 'it', '--json'], { cwd: project });
    const { run } = JSON.parse(stdout) as { run: string };
    const person = sitDown(MEDIUM, { cwd: project });
    await person.sees('ready');
    person.types('H');
    await person.sees('agents × signals');
    await person.sees(/^▌ {2}dev /);
    person.types('\t');
    await person.sees('agents × time');
    person.types('I');
    await person.sees(/dev +LOW +0\.01/);
    person.types('Q');
    await person.sees('stop dev and keep it stopped, because:');
    person.types('it only says ready\r');
    await person.sees('1 in quarantine');
    await until(
      async () => (await home.state()).runs[run]?.phase === 'exited' || undefined,
      'its session to end',
    );
    await home.fleet(['quarantine', 'show', 'dev'], { cwd: project });
    person.types('Q');
    await person.sees('in quarantine for');
    await person.sees(/^ {2}it only says ready/);
    await person.sees('r releases it');
    person.types('r');
    await person.sees('let dev work again, because:');
    person.types('it was asked to\r');
    await person.sees('dev may work again');
    await until(
      async () => Object.keys((await home.state()).quarantines).length === 0 || undefined,
      'the release',
    );
  });

  it('UI7 the daemon is killed: panes live on, typing goes on, and it comes back', async () => {
    home = new FleetHome();
    await home.start(shell);
    const person = sitDown(MEDIUM);
    await person.sees('hello from the shell');
    person.types('t');
    await person.sees('TYPING →');
    const pid = await home.daemonPid();
    process.kill(pid, 'SIGKILL');
    person.types('echo still $((1 + 1)) here\r');
    await person.sees(/│still 2 here /);
    await person.sees('brain on');
    expect(await home.daemonPid()).not.toBe(pid);
    person.types('echo and $((1 + 2)) again\r');
    await person.sees(/│and 3 again /);
  });

  it('UI1 attach opens one run full-screen; the prefix and q leave it running', async () => {
    home = new FleetHome();
    const run = await home.start(shell);
    const person = sitDown(SMALL, { args: ['attach', run.id] });
    await person.sees('TYPING →');
    person.types('until [ "$(stty size)" = "21 80" ]; do sleep 0.1; done; echo si""zed\r');
    await person.sees(/^sized$/);
    person.types('\u001dq');
    expect(await person.leaves()).toBe(0);
    expect((await home.state()).runs[run.id]?.phase).toBe('running');
  });

  it('UI1 looks back at what has left the screen, finds it and copies it', async () => {
    home = new FleetHome();
    await home.start(['sh', '-c', 'for i in $(seq 1 300); do echo "line $i of many"; done; exec sh -i']);
    const person = sitDown(SMALL);
    await person.sees('CONTROL');
    person.types('2');
    await person.sees('line 300 of many');
    person.types('\u001b[5~');
    await person.sees('SCROLL');
    await person.sees('line 280 of many');
    person.types('/line 42 \r');
    await person.sees('line 42 of many');
    person.types('vjy');
    await person.sees("2 lines sent to your terminal's clipboard");
    expect(person.raw).toContain(Buffer.from('line 42 of many\nline 43 of many').toString('base64'));
    person.types('q');
    await person.sees('line 300 of many');
  });

  it('UI5 a window of another size is filled again, and the agent is told', async () => {
    home = new FleetHome();
    await home.start(shell);
    const person = sitDown(MEDIUM);
    await person.sees('hello from the shell');
    person.resize(200, 50);
    const isFilled = (): boolean => {
      const rows = person.rows();
      return rows.at(-1)!.includes('type to agent') && rows[0]!.length > 150;
    };
    await until(() => (isFilled() ? true : undefined), 'header and bar at the new edges');
    person.types('tstty size\r');
    const size = (await person.sees(/│\d+ \d+ /)).join('\n').match(/│(\d+) (\d+) /)!;
    expect(Number(size[1])).toBeGreaterThan(30);
    person.resize(50, 12);
    await person.sees('fleet needs 60x15');
    person.resize(80, 24);
    await person.sees('TYPING →');
  });

  it('UI5 NO_COLOR and another locale: no colours of ours, no character beyond ASCII', async () => {
    home = new FleetHome();
    await home.start(shell);
    const person = sitDown(MEDIUM, { environment: { NO_COLOR: '1', LANG: 'C', LC_ALL: 'C' } });
    await person.sees('hello from the shell');
    await person.sees('+ agents -');
    // Ages in the list come with Ink.
    await person.sees(/\| \*'\S.*\d+s(?: . \d\d)?\|\|/);
    // oxlint-disable-next-line no-control-regex
    expect(person.raw.match(/\u001b\[[0-9;]*(3[0-7]|38|4[0-7]|48)(;[0-9;]*)?m/g)).toBeNull();
    expect(person.rows().join('')).toMatch(/^[\u0020-\u007e]*$/);
    expect(person.raw).not.toMatch(/warning/i);
  });

  it('UI5 an idle screen writes nothing', async () => {
    home = new FleetHome();
    await home.start(shell);
    const person = sitDown(MEDIUM);
    await person.sees('hello from the shell');
    // Ages of the first minute count seconds: the list and the pane's title, a few bytes each.
    await until(() => (/\s\ds(?: ▁ \d\d)?\s*│/.test(person.rows().join('\n')) ? true : undefined), 'an age');
    await after(1_000);
    const before = person.bytes;
    await after(3_000);
    expect(person.bytes - before).toBeLessThan(4 * 64);
  });

  it('UI1 the terminal gets its modes back, even when the program is ended', async () => {
    home = new FleetHome();
    const person = sitDown(SMALL);
    await person.sees('CONTROL');
    process.kill(person.pid, 'SIGTERM');
    await person.leaves();
    expect(person.isOnAlternateScreen).toBe(false);
    for (const mode of ['1049', '2004', '1004', '1002', '1006'])
      expect(person.raw.lastIndexOf(`\u001b[?${mode}l`)).toBeGreaterThan(
        person.raw.lastIndexOf(`\u001b[?${mode}h`),
      );
  });

  it('UI1 q pressed while the daemon is still starting leaves all the same', async () => {
    home = new FleetHome();
    const person = sitDown(SMALL);
    await person.sees('CONTROL');
    person.types('q');
    expect(await person.leaves()).toBe(0);
  });

  it('UI9 the demo shows itself, and cleans up even when its terminal hangs up', async () => {
    home = new FleetHome();
    const person = sitDown(MEDIUM, { args: ['demo'], environment: { TMPDIR: home.folder } });
    await person.sees('demo · q leaves and cleans up');
    await person.sees(/waits? for you/);
    expect(readdirSync(home.folder).some((name) => name.startsWith('fleet-demo-'))).toBe(true);
    process.kill(person.pid, 'SIGHUP');
    await person.leaves();
    expect(readdirSync(home.folder).filter((name) => name.startsWith('fleet-demo-'))).toEqual([]);
  });
});

describe('the project of the control room', () => {
  it('AG1 a fleet.yaml that is mended or changed while it is looked at is read at once', async () => {
    home = new FleetHome();
    const project = aProject();
    const file = join(project, 'fleet.yaml');
    const right = readFileSync(file, 'utf8');
    mkdirSync(join(project, 'agents'));
    writeFileSync(file, 'agents: {}\n');
    const person = sitDown(MEDIUM, { cwd: project });
    await person.sees('fleet.yaml has problems');
    // As editors do it: a new file in the place of the old one.
    writeFileSync(`${file}.new`, right);
    renameSync(`${file}.new`, file);
    await person.sees(/○ dev /);
    mkdirSync(join(project, 'agents', 'docs'), { recursive: true });
    writeFileSync(
      join(project, 'agents', 'docs', 'AGENT.md'),
      '---\nname: docs\ndescription: writes\nvendor: command\ncommand: [cat]\n---\n',
    );
    await person.sees(/○ docs /);
  });
});

function aProject(): string {
  const project = join(home.folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'README.md'), 'hello\n');
  writeFileSync(
    join(project, 'fleet.yaml'),
    `agents:\n  - name: dev\n    vendor: scripted\n    command: ${JSON.stringify([PROGRAM.node, AGENT])}\n`,
  );
  for (const parameters of [
    ['init', '-q', '-b', 'main'],
    ['add', '-A'],
    ['commit', '-qm', 'first'],
  ])
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...parameters], { cwd: project });
  return project;
}

/** Waits until the agent's own screen says so. */
async function said(run: string, text: string): Promise<void> {
  await until(async () => {
    const { stdout } = await home.fleet(['screen', run]);
    return stdout.replaceAll('\n', '').includes(text) ? true : undefined;
  }, `the agent to say ${text}`);
}
