import { describe, expect, it } from 'vitest';
import { chromeModel } from '../../source/tui/chrome-model.ts';
import { paintPlainChrome } from '../../source/tui/plain-chrome.ts';
import { paneTitle, titleIn } from '../../source/tui/screens/control-room/pane-titles.ts';
import { paneViews } from '../../source/tui/pane-views.ts';
import { layoutOf } from '../../source/tui/step.ts';
import { Grid } from '../../source/wire/cells.ts';
import { AFleet, ARoom } from './a-fleet.ts';
import { frameOf, renderer } from './frame-of.ts';

const working = (): AFleet =>
  new AFleet()
    .project('backend-dev', 'reviewer', 'planner')
    .runs('backend-dev', { task: 'fix the login', branch: 'fleet/backend-dev/7f3' })
    .later(240_000)
    .runs('reviewer', { task: 'review #481', branch: 'fleet/reviewer/9ab' })
    .later(60_000)
    .asks('backend-dev', 'Bash', { command: 'npm publish --access public' }, 'one')
    .later(12_000)
    .asks('reviewer', 'Write', { file_path: 'REVIEW.md', content: '# Review\n\nFine.' }, 'two')
    .later(2_000);

describe('the control room at 80x24', () => {
  const size = { columns: 80, rows: 24 };

  it('UI5 lists one agent a line, with the pane of the one under the cursor below and the queue as a drawer', () => {
    expect(frameOf(new ARoom(working(), { size }))).toEqual([
      ' fleet  acme-api  ●2  ◐2                                     brain on   CONTROL',
      ' ◐ backend-dev Bash npm publish --access public                              15s',
      ' ◐ reviewer    Write REVIEW.md                                                3s',
      ' ○ planner     The planner.                                                    –',
      '',
      '─ 1 ◐ backend-dev · waits for you · 7f3 ──────────────────────────── 5m  1 of 2',
      ...Array.from({ length: 14 }, () => ''),
      '─ ◐ waiting for you (2)  backend-dev Bash  1 of 2 · asked 15s ago · 59m left ───',
      ' npm publish --access public',
      ' could publish to the world, which cannot be taken back  why Bash asks  on fle…',
      ' ↵ type to agent  w next waiting  n new agent  x stop  z zoom  / filter  ? keys',
    ]);
  });

  it('UI5 shows one pane at full width on its page', () => {
    const frame = frameOf(new ARoom(working(), { size }).press('2'));
    expect(frame[1]).toBe(' 1 ◐ backend-dev · waits for you · 7f3                               5m  1 of 2');
    expect(frame.slice(2, 20).join('')).toBe('');
  });

  it('UI3 shows requests and all of one on the page of the queue', () => {
    const frame = frameOf(new ARoom(working(), { size }).press('3', 'j'));
    expect(frame.slice(0, 15)).toEqual([
      ' fleet  acme-api  ●2  ◐2                                     brain on   CONTROL',
      '─ ◐ waiting for you (2)  reviewer Write  2 of 2 · asked 3s ago · 59m left ──────',
      ' backend-dev Bash      !! npm publish --access public                      15s',
      ' reviewer    Write        REVIEW.md                                         3s',
      ...Array.from({ length: 6 }, () => ''),
      ' REVIEW.md',
      ' content:',
      ' + # Review',
      ' +',
      ' + Fine.',
    ]);
  });

  it('UI1 says whom the keys go to, and how to get out', () => {
    const frame = frameOf(new ARoom(working(), { size }).press('t'));
    expect(frame[0]).toBe(' fleet  acme-api  ●2  ◐2        brain on   TYPING → backend-dev (ctrl-] leaves)');
    expect(frame.at(-1)).toBe(
      ' ctrl-] leaves TYPING, twice sends it   every other key goes to backend-dev   ◐…',
    );
  });
});

describe('the control room at 120x34', () => {
  it('UI3 has list, stage and queue side by side', () => {
    const frame = frameOf(new ARoom(working()));
    expect(frame.slice(0, 5)).toEqual([
      ' fleet  acme-api  ● 2 running  ◐ 2 wait for you                                                      brain on   CONTROL',
      '┌ agents ─────────────────────┐',
      '│ ◐ backend-dev Bash npm…  15s│',
      '│ ◐ reviewer    Write RE…   3s│',
      '│ ○ planner     The plan…    –│',
    ]);
    expect(frame.slice(26)).toEqual([
      '└─────────────────────────────┘',
      '┌ ◐ waiting for you (2)  backend-dev Bash  1 of 2 · asked 15s ago · 59m left ──────────────────────────────────────────┐',
      '│ backend-dev Bash      !! npm publish --ac…  15s │ npm publish --access public                                        │',
      '│ reviewer    Write        REVIEW.md           3s │ could publish to the world, which cannot be taken back  why Bash … │',
      '│                                                 │                                                                    │',
      '│                                                 │                                                                    │',
      '└──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘',
      ' ↵ type to agent  w next waiting  n new agent  x stop  z zoom  / filter  H heatmap  ? keys  q quit',
    ]);
  });

  it('UI1 a pane that is narrow leaves out whole words of its title, never half of one', () => {
    const fleet = new AFleet().project('backend-dev');
    fleet.runs('backend-dev', { isGated: false, branch: 'fix/login-of-the-session-store' });
    fleet.asks('backend-dev', 'Bash', { command: 'ls' });
    const room = new ARoom(fleet);
    const title = (columns: number): string =>
      titleIn(columns, paneTitle(room.ui, room.context, 'run-backend-dev', 1));
    expect(title(30)).toBe('1 ◐ backend-dev');
    expect(title(31)).toBe('1 ◐ backend-dev · waits for you');
    expect(title(50)).toBe('1 ◐ backend-dev · waits for you · contained only');
    expect(title(90)).toBe(
      '1 ◐ backend-dev · waits for you · contained only · fix/login-of-the-session-store',
    );
  });

  it('UI10 the pane of a program that never ran says why and what to do', () => {
    const reason = 'cannot start docs: no such program on the PATH';
    const fleet = new AFleet().project('docs').requests('docs');
    fleet.happens({ type: 'run-refused', run: 'run-docs', reason });
    const room = new ARoom(fleet).press('enter');
    const views = paneViews(room.ui, room.context, layoutOf(room.ui), {
      depth: 'none',
      screen: () => undefined,
      lines: null,
    });
    const rows = views[0]!.grid.lines.map((row) => row.text().trimEnd());
    expect(rows.slice(0, 3)).toEqual([
      ' cannot start docs: no such program on the PATH',
      '',
      ' R starts it again, c closes the pane.',
    ]);
  });

  it('UI9 a demo says that it is one at every width', () => {
    for (const columns of [60, 80, 120])
      expect(
        frameOf(new ARoom(working(), { size: { columns, rows: 34 }, setting: { isDemo: true } }))[0],
      ).toContain('demo');
  });

  it('RI4 says at every width that nobody quarantines while the daemon is away, whatever else there is to say', () => {
    for (const columns of [60, 80, 120])
      for (const keys of [[], ['t']]) {
        const room = new ARoom(working(), { size: { columns, rows: 34 }, setting: { isDemo: columns > 60 } });
        room.does({ type: 'daemon', state: 'lost', message: '' });
        expect(frameOf(room.press(...keys))[0]).toContain('no auto-quarantine');
      }
  });

  it('UI5 the bar has the key that shows all keys, however narrow it is', () => {
    for (const keys of [[], ['2'], ['3']]) {
      const frame = frameOf(new ARoom(working(), { size: { columns: 60, rows: 15 } }).press(...keys));
      expect(frame.at(-1)).toMatch(/\? keys$/);
    }
  });

  it('UI1 an agent of another project says which', () => {
    const room = new ARoom(new AFleet().runs('docs'), { setting: { project: '/work/other' } });
    expect(frameOf(room)[2]).toContain('acme-api');
  });

  it('HI4 the closer look has everything there is to know', () => {
    const fleet = working();
    const frame = frameOf(new ARoom(fleet).press('w', 'enter'));
    expect(frame.slice(1, 13).map((line) => line.replace(/[│┐]$/, '').trimEnd())).toEqual([
      `┌  backend-dev asks to run Bash  1 of 2 · asked 15s ago · 59m left  ${'─'.repeat(51)}`,
      '│',
      '│ npm publish --access public',
      '│',
      '│ could   publish to the world, which cannot be taken back (critical)',
      '│ in      /wt/backend-dev',
      '│ branch  fleet/backend-dev',
      '│ why     Bash asks',
      '│ rule    tier not known',
      '│ run     run-backend-dev · session run-backend-dev-1 · call call-one',
      `│ hash    ${fleet.fleet.approvals['one']!.hash}`,
      '│',
    ]);
    expect(frame.at(-1)).toBe(
      ' a approve  e edit  r reject  A always …  p respond  s snooze  PgDn page down  w next waiting  esc back',
    );
  });

  it('HI7 says when a request just came up', () => {
    const fleet = working();
    const room = new ARoom(fleet);
    fleet.decided('one', 'approved');
    expect(frameOf(room.sees())[27]).toContain('just came up');
  });

  it('UI10 an empty room says the next key', () => {
    const frame = frameOf(new ARoom(new AFleet().project('docs'))).join('\n');
    expect(frame).toContain('No agent runs.');
    expect(frame).toContain('n starts one');
    expect(frame).toContain('nothing waits for you');
    const bare = new ARoom(new AFleet()).does({ type: 'configured', isThere: false, problems: [] });
    expect(frameOf(bare).join('\n')).toContain('acme-api has no fleet.yaml yet.');
    expect(frameOf(bare).join('\n')).toContain('i writes one from what is found here');
    expect(frameOf(bare).at(-1)).toBe(' i write fleet.yaml  n new agent  ? keys  q quit');
  });

  it('UI7 says when the daemon or screens are away', () => {
    const room = new ARoom(working()).does({ type: 'daemon', state: 'lost', message: '' });
    expect(frameOf(room)[0]).toContain('daemon away, no auto-quarantine · typing still works');
    room.does({ type: 'daemon', state: 'connected', message: '' }).does({ type: 'screens', state: 'lost' });
    expect(frameOf(room)[0]).toContain('screens away, reconnecting');
  });

  it('UI9 the demo says that it is one and how to leave', () => {
    expect(frameOf(new ARoom(working(), { setting: { isDemo: true } }))[0]).toContain(
      'demo · q leaves and cleans up',
    );
  });
});

describe('any size', () => {
  it('UI5 below 60x15 it says a sentence', () => {
    const room = new ARoom(working(), { size: { columns: 50, rows: 12 } });
    expect(frameOf(room).join(' ')).toContain('fleet needs 60x15, this is 50x12.');
  });

  it('UI5 no frame is larger than its screen, whatever is open', () => {
    for (const size of [
      { columns: 60, rows: 15 },
      { columns: 80, rows: 24 },
      { columns: 101, rows: 27 },
      { columns: 200, rows: 50 },
    ])
      for (const keys of [
        [],
        ['?'],
        [':'],
        ['n'],
        ['w', 'enter'],
        ['w', 'e'],
        ['w', 'r'],
        ['x'],
        ['/'],
        ['!'],
        ['t'],
      ]) {
        const room = new ARoom(working(), { size }).press(...keys);
        const frame = frameOf(room);
        expect(frame.length).toBeLessThanOrEqual(size.rows);
        renderer.end();
        const grid = new Grid(size.columns, size.rows);
        paintPlainChrome(chromeModel(room.ui, room.context, 'none'), grid);
        expect(grid.text()[0]).toBe(frame[0]);
      }
  });

  it('UI3 a hostile name, task or command draws nothing but itself', () => {
    const evil = '\u001b[2J\u001b]0;owned\u0007\u202ex\r\n';
    const fleet = new AFleet()
      .runs(evil, { task: evil, branch: evil })
      .asks(evil, evil, { command: evil, [evil]: evil });
    for (const keys of [[], ['w', 'enter'], ['w', 'e'], [':'], ['x']]) {
      const model = chromeModel(new ARoom(fleet).press(...keys).ui, new ARoom(fleet).context, 'truecolor');
      // oxlint-disable-next-line no-control-regex
      const rest = renderer.draw(model).replaceAll(/\u001b\[[0-9;]*m|\n/g, '');
      expect(rest).not.toMatch(/\p{Cc}|\u202e/u);
    }
  });
});
