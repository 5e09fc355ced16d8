import { describe, expect, it } from 'vitest';
import { AFleet, ARoom, PROJECT } from './a-fleet.ts';
import { assessed, manyAssessed, TROUBLED, troubledFleet } from './a-risk.ts';
import { pictureOf } from './frame-of.ts';
import { Grid } from '../../source/wire/cells.ts';
import { paintPlainChrome } from '../../source/tui/plain-chrome.ts';
import { chromeModel } from '../../source/tui/chrome-model.ts';
import { spansWidth } from '../../source/tui/text.ts';

const SMALL = { columns: 80, rows: 24 };

const aRoom = (size = { columns: 120, rows: 34 }, agents = TROUBLED): ARoom =>
  new ARoom(troubledFleet(), { size }).does({ type: 'risk', agents, problem: '' });

const shown = (room: ARoom): string[] => pictureOf(room).text();

describe('the heatmap', () => {
  it('RI6 shows agents by signal, by department and the riskiest first, at 80x24', () => {
    expect(shown(aRoom(SMALL).press('H', 'l', 'l'))).toMatchInlineSnapshot(`
      [
        " fleet  acme-api  ●5  ◐0  ■1                                 brain on   CONTROL",
        " risk · agents × signals · by risk                     signals  6 h  24 h  7 d",
        "",
        "                 err  rst  sil  blk  upt  qua  sla  level             6 h risk",
        " engineering",
        "▌■ scraper       ▓6   ▒5  [█9]  ·0   ▒4   ▒4   ·0   critical ▁▁▁▁▁▁▂▃▄▆██ 0.99↑",
        "   backend-dev   ▒3   ·0   ▒4   ░1   ·0   ·0   ·0   medium   ▁▁▁▁▁▁▂▃▃▂▃▃ 0.31",
        "   frontend-dev  ░1   ·0   ·0   ·0   ·0   ·0   ·0   low      ▁▁▁▂▃▄▄▃▂▁▁▁ 0.03↓",
        "   planner       ·0   ·0   ·0   ·0   ·0    –    –   low               ▁▁▁ 0.01",
        "   reviewer      ·0   ·0   ·0   ·0   ·0   ·0   ·0   low      ▁▁▁▁▁▁▁▁▁▁▁▁ 0.01",
        " operations",
        "   migrator      ·0   █9   ·0   ·0   ▓7   ·0   ▒4   high        ▁▁▁▃▄▅▅▅▆ 0.78↑",
        "   load-tester   █9   ·0   ·0   ·0   ·0   ·0    –   medium   ▁▁▁▂▃▄▄▃▃▃▃▄ 0.37↓",
        "   release-mgr   ·0   ·0   ·0   ▓8   ·0   ░2   ·0   low      ▁▁▁▁▁▁▁▁▁▁▁▁ 0.04",
        "   qa            ·0   ·0   ·0   ·0   ·0   ·0   ·0   low      ▁▁▁▁▂▂▁▁▁▁▁▁ 0.01",
        " writing",
        "   translator    ·0   ·0   ·0   ·0   ·0   ▒3   ▓7   low      ▁▁▁▁▁▁▁▁▁▁▁▁ 0.02",
        "   changelog     ·0   ·0   ·0    –   ·0    –    –   low                ▁▁ 0.01",
        "   docs          ·0   ·0   ·0   ·0   ·0   ·0   ·0   low      ▁▁▁▁▁▁▁▁▁▁▁▁ 0.01",
        " ──────────────────────────────────────────────────────────────────────────────",
        " scraper · silent: 1.1 h of work without progress (fine below 15 min, bad from",
        " 1.0 h) · pushes risk up by +4.7 of +9.9 · n 24 · 3m ago · in quarantine",
        " fine ·0 ░1–2 ▒3–5 ▓6–8 █9 bad   – no data   ■ in quarantine   ! held",
        " ↵ events  tab time view  s sort  Q quarantine  I insights  / filter  ? keys",
      ]
    `);
  });

  it('RI6 shows agents over time, in bands that can be read without colours', () => {
    expect(shown(aRoom(SMALL).press('H', 'tab')).slice(0, 10)).toMatchInlineSnapshot(`
      [
        " fleet  acme-api  ●5  ◐0  ■1                                 brain on   CONTROL",
        " risk · agents × time · by risk                        signals  6 h  24 h  7 d",
        "",
        "                6 h ago               3 h                   now  level    risk",
        " engineering",
        "▌■ scraper      ······················1░░░░░2░░3▒▒45▒6▓7▓89███9  critical  0.99↑",
        "   backend-dev  ························1░░2░░░░░░░░░░░░░░░░░3▒  medium    0.31",
        "   frontend-dev ··············1░2░3▒▒▒▒43▒▒2░░░1░░░░0··········  low       0.03↓",
        "   planner                                         ············  low       0.01",
        "   reviewer     ···············································  low       0.01",
      ]
    `);
  });

  it('RI6 says the exact figures of the cell under the cursor', () => {
    const words = (room: ARoom): string => shown(room).slice(-5, -2).join(' ').replaceAll(/\s+/g, ' ');
    const room = aRoom().press('H', 'l', 'l');
    expect(words(room)).toContain(
      'scraper · silent: 1.1 h of work without progress (fine below 15 min, bad from 1.0 h) · pushes risk up by +4.7 of +9.9',
    );
    expect(words(room.press('G', 'k', 'l', 'l', 'l'))).toContain(
      'quality: no data, which counts for nothing',
    );
    expect(words(room.press('g', 'tab'))).toMatch(
      /scraper · \d\d:\d\d–now · risk 0\.98 at most · critical from 0\.80/,
    );
  });

  it('RI6 sorts by risk, by name and by the signal under the cursor', () => {
    const names = (room: ARoom): string[] =>
      shown(room)
        .slice(4, 20)
        .flatMap((line) => /^[▌ ][■! ] ([a-z-]+) /.exec(line)?.[1] ?? []);
    const room = aRoom().press('H');
    expect(names(room).slice(0, 3)).toEqual(['scraper', 'backend-dev', 'frontend-dev']);
    expect(names(room.press('s')).slice(0, 3)).toEqual(['backend-dev', 'frontend-dev', 'planner']);
    // By the first signal: load-tester has the most errors, and its department comes first.
    expect(names(room.press('s')).slice(0, 2)).toEqual(['load-tester', 'qa']);
  });

  it('RI7 one that was stopped by hand stands first, whatever its figures say', () => {
    const agents = [assessed('busy', { error: 0.3 }), assessed('calm', {}, { level: 'critical' })];
    const rows = shown(aRoom(SMALL, agents).press('I')).slice(3, 5);
    expect(rows.map((row) => row.slice(3, 8).trim())).toEqual(['calm', 'busy']);
  });

  it('RI6 shows only agents that match the filter, and esc shows all again', () => {
    const room = aRoom().press('H', '/').types('opera').press('enter');
    expect(shown(room).join('\n')).toContain('migrator');
    expect(shown(room).join('\n')).not.toContain('scraper');
    expect(shown(room.press('escape')).join('\n')).toContain('scraper');
    expect(room.ui.page.type).toBe('heatmap');
    expect(room.press('escape').ui.page.type).toBe('room');
  });

  it('RI6 opens the events behind a cell and comes back to it', () => {
    const fleet = troubledFleet();
    const room = new ARoom(fleet)
      .does({ type: 'risk', agents: TROUBLED, problem: '' })
      .press('H', 'j', 'enter');
    expect(room.wanted('events')).toEqual([
      { type: 'events', agent: 'backend-dev', since: fleet.now - 3_600_000 },
    ]);
    const call = { id: 'c1', tool: 'Bash', input: { command: 'ls' }, subagent: null };
    const about = { run: 'run-backend-dev', session: 'run-backend-dev-1', call } as const;
    const event = { type: 'tool-finished', ...about, outcome: 'failed', executedInput: null } as const;
    const at = fleet.now - 60_000;
    const recorded = { seq: 9, id: 'e9', at, actor: 'gate', agent: 'backend-dev', event } as never;
    const idle = { ...about, type: 'activity-changed', activity: 'idle' };
    room.does({
      type: 'events',
      agent: 'backend-dev',
      events: [
        recorded,
        { seq: 10, id: 'e10', at, actor: 'daemon', agent: 'backend-dev', event: idle } as never,
      ],
    });
    const lines = shown(room);
    expect(lines[1]).toMatch(/^ backend-dev · error · \d\d:\d\d–now · 1 event$/);
    expect(lines[3]).toMatch(/^ \d\d:\d\d +backend-dev Bash failed$/);
    room.press('escape');
    expect(room.ui.page).toMatchObject({ type: 'heatmap', agent: `${PROJECT}\nbackend-dev` });
  });

  it('RI6 asks for figures every five seconds while it is open, else once a minute', () => {
    const room = new ARoom(troubledFleet());
    const asks = (): number => room.does({ type: 'tick' }).wanted('risk').length;
    expect(asks()).toBe(1);
    room.fleet.later(5_000);
    expect(asks()).toBe(0);
    room.press('H');
    expect(room.wanted('risk')).toHaveLength(1);
    room.fleet.later(4_900);
    expect(asks()).toBe(0);
    room.fleet.later(200);
    expect(asks()).toBe(1);
    room.press('q');
    room.fleet.later(5_100);
    expect(asks()).toBe(0);
    room.fleet.later(60_000);
    expect(asks()).toBe(1);
    room.does({ type: 'daemon', state: 'lost', message: '' });
    room.fleet.later(60_000);
    expect(asks()).toBe(0);
  });

  it('RI6 without an agent says what to do; without an answer, why', () => {
    const room = new ARoom(new AFleet()).press('H');
    expect(shown(room).join('\n')).toContain('asking the brain');
    room.does({ type: 'risk', agents: null, problem: 'The daemon is away.' });
    expect(shown(room).join('\n')).toContain('The daemon is away.');
    room.does({ type: 'risk', agents: [], problem: '' });
    expect(shown(room).join('\n')).toContain('No agent has done anything yet.');
    expect(room.press('j', 'l', 'enter', 's', 'tab', 'Q', 'r').ui.page.type).toBe('heatmap');
  });

  it('UI6 the help begins with the keys of the page', () => {
    const lines = shown(aRoom().press('H', '?'));
    expect(lines.findIndex((line) => line.includes('In the heatmap'))).toBeLessThan(5);
    expect(lines.join('\n')).not.toContain('Everywhere in CONTROL');
  });

  it('UI1 a click chooses an agent, the wheel moves on', () => {
    const room = aRoom(SMALL).press('H');
    const mouse = { type: 'mouse', x: 20, y: 11, alt: false, ctrl: false, shift: false } as const;
    const more = { raw: Buffer.alloc(0) };
    room.does({ ...mouse, ...more, action: 'press', button: 'left', wheel: null } as never);
    expect(shown(room)[11]).toMatch(/^▌ {2}migrator /);
    room.does({ ...mouse, ...more, action: 'wheel', button: null, wheel: 'down' } as never);
    expect(shown(room).find((line) => line.startsWith('▌'))).toContain('qa');
    expect(room.press('q', '4').ui.page.type).toBe('heatmap');
  });

  it('UI3 w goes from it to what waits, and the panes below keep their sizes', () => {
    const fleet = troubledFleet().asks('docs', 'Bash', { command: 'ls' }, 'a1');
    const room = new ARoom(fleet).does({ type: 'risk', agents: TROUBLED, problem: '' }).press('H');
    expect(shown(room)[0]).toContain('◐ 1 waits for you');
    expect(room.press('w').ui).toMatchObject({ page: { type: 'room' }, region: 'queue' });
  });

  it('RI5 the list shows how risky each agent is, and the wide one, too', () => {
    const small = shown(aRoom(SMALL));
    expect(small.find((line) => line.includes('backend-dev'))).toMatch(/▃ 31$/);
    expect(shown(aRoom()).find((line) => line.includes('backend-dev'))).toMatch(/▃ 31│/);
    expect(small.find((line) => line.includes('scraper'))).toMatch(
      /■ scraper .*in quarantine: risk 0.98.*█ 99$/,
    );
  });
});

const SIZES = [
  { columns: 60, rows: 15 },
  SMALL,
  { columns: 100, rows: 26 },
  { columns: 120, rows: 40 },
  { columns: 200, rows: 50 },
  { columns: 250, rows: 60 },
];

describe.each(SIZES)('the pages of risk at $columns x $rows', (size) => {
  it.each([0, 1, 12, 200])('UI5 never leave the screen with %i agents', (count) => {
    const room = aRoom(size, manyAssessed(count));
    for (const keys of [
      ['H'],
      ['G', 'l'],
      ['tab'],
      ['h', 'h'],
      ['tab', 'tab'],
      ['I'],
      ['g', 'l'],
      ['enter'],
    ]) {
      const { page } = chromeModel(room.press(...keys).ui, room.context, 'none');
      expect(page!.lines.length).toBeLessThanOrEqual(size.rows - 2);
      for (const line of page!.lines) expect(spansWidth(line)).toBeLessThanOrEqual(size.columns);
    }
  });
});

it('RI6 the cursor is on screen among 200 agents, wherever it goes', () => {
  const room = aRoom(SMALL, manyAssessed(200)).press('H');
  for (const key of ['G', 'pageup', 'k', 'g', 'pagedown', 'j'])
    expect(shown(room.press(key)).filter((line) => line.startsWith('▌'))).toHaveLength(1);
});

it('RI6 a page with 200 agents is painted within a frame', () => {
  const room = aRoom({ columns: 250, rows: 60 }, manyAssessed(200)).press('H', 'tab');
  const paint = (): void => {
    const grid = new Grid(250, 60);
    paintPlainChrome(chromeModel(room.press('j').ui, room.context, 'truecolor'), grid);
  };
  for (let warm = 0; warm < 20; warm++) paint();
  const from = performance.now();
  for (let frame = 0; frame < 20; frame++) paint();
  // 60 frames a second are 16 ms each; half a core of a busy machine is slower than that.
  expect((performance.now() - from) / 20).toBeLessThan(50);
});

describe('the insights', () => {
  it('RI5 says in a line what makes an agent risky, and below what would bring it down', () => {
    const room = aRoom({ columns: 120, rows: 40 }).press('I', 'j');
    expect(shown(room)).toMatchInlineSnapshot(`
      [
        " fleet  acme-api  ● 5 running  ◐ 0 wait for you  ■ 1 in quarantine                                   brain on   CONTROL",
        " insights · what makes agents risky, worst first",
        "",
        " ■ scraper      CRITICAL 0.99 (was 0.34 20m ago) — silent 1.1 h +4.7, error 31 % +2.5, restart 2.4 +2.0 …; needs 0.80",
        "▌  migrator     HIGH     0.78 (was 0.52 20m ago) — restart 5.2 +4.8, uptime 84 % +0.8, sla 80 % +0.2; needs 0.50",
        "   load-tester  MEDIUM   0.37 (was 0.45 20m ago) — error 44 % +4.1; needs 0.20",
        "   backend-dev  MEDIUM   0.31 (was 0.31 20m ago) — silent 37 min +2.2, error 22 % +1.4, blocked 0.8 +0.2; needs 0.20",
        "   release-mgr  LOW      0.04 (was 0.04 20m ago) — blocked 2.6 +1.2, quality 64 +0.2",
        "   frontend-dev LOW      0.03 (was 0.19 20m ago) — error 16 % +0.7, silent 18 min +0.3",
        "   translator   LOW      0.02 (was 0.02 20m ago) late tasks — sla 72 % +0.4, quality 61 +0.2",
        "   qa           LOW      0.01 (was 0.01 20m ago) — error 12 % +0.2",
        "   changelog    LOW      0.01 warming up — all is well",
        "   docs         LOW      0.01 (was 0.01 20m ago) — all is well",
        "   planner      LOW      0.01 — all is well",
        "   reviewer     LOW      0.01 (was 0.01 20m ago) — all is well",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        " ─ migrator ───────────────────────────────────────────────────────────────────────────────────────────────────────────",
        "▌  error    ·······················            5 %  fine below 10 %, bad from 45 % · 3m ago · n 24",
        "   restart  █████████████████······ +4.8       5.2  fine below 0.5, bad from 4.0 · 3m ago · n 24",
        "   silent   ·······················          3 min  fine below 15 min, bad from 1.0 h · 3m ago · n 24",
        "   blocked  ·······················            0.0  fine below 0.5, bad from 3.0 · 3m ago · n 24",
        "   uptime   ███···················· +0.8      84 %  fine above 98 %, bad from 80 % · 3m ago · n 24",
        "   quality  ·······················             75  fine above 70, bad from 40 · 3m ago · n 24",
        "   sla      █······················ +0.2      80 %  fine above 90 %, bad from 65 % · 3m ago · n 24",
        "   6 h                     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▂▂▃▃▃▄▄▄▄▄▅▅▅▅▅▅▅▅▅▅▅▅▅▅▆▆▆  ▂ medium 0.20  ▅ high 0.50  ▇ critical 0.80",
        "   way down high is left below 0.40: restarts below 3.6 → 0.40",
        "",
        "   model    defaults-1 · weights 1f3c5a7e9b2d · epoch 1",
        " ↵ events  Q quarantine  r let go  H heatmap  / filter  w next waiting  ? keys  esc back",
      ]
    `);
  });

  it('RI5 any progress is told as what it would lead to, exactly', () => {
    const agents = [assessed('dev', { silent: 1.2, error: 0.2 })];
    const text = shown(aRoom(undefined, agents).press('I')).join('\n');
    // −4.6 and +1.2 for the errors: what is left when the silence ends.
    expect(text).toMatch(/critical is left below 0\.70: any progress → 0\.03/);
  });
});
