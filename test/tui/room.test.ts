import { describe, expect, it } from 'vitest';
import { doingOf } from '../../source/tui/fleet-view.ts';
import { entriesOf, layoutOf } from '../../source/tui/step.ts';
import { ScreenMode } from '../../source/wire/screen-frame.ts';
import { AFleet, ARoom } from './a-fleet.ts';

const three = (): AFleet => new AFleet().project('docs', 'qa', 'ops').runs('docs').runs('qa').runs('ops');
const typedText = (room: ARoom): string =>
  room
    .wanted('type')
    .map(({ bytes }) => Buffer.from(bytes).toString())
    .join('');

describe('typing to an agent', () => {
  it('UI1 every key goes to the agent until the prefix', () => {
    const room = new ARoom(three()).press('t').types('q? a').press('enter', 'escape', 'ctrl+c', 'tab');
    expect(room.wanted('quit')).toEqual([]);
    room.press('x');
    expect(room.ui.typing).toBe('run-docs');
    expect(room.press('ctrl+]').ui.typing).toBeNull();
    expect(typedText(room)).toBe('x');
  });

  it('UI1 the prefix pressed twice goes to the agent, once and later it does not', () => {
    const room = new ARoom(three()).press('t', 'ctrl+]', 'ctrl+]');
    expect(room.ui.typing).toBe('run-docs');
    expect(typedText(room)).toBe('\x1d');
    room.press('ctrl+]');
    room.fleet.later(2_000);
    room.press('ctrl+]');
    expect(room.ui.typing).toBeNull();
    expect(typedText(room)).toBe('');
  });

  it('UI1 cursor keys are spelled as the application asked', () => {
    const room = new ARoom(three()).press('t');
    room.screens.set('run-docs-1', {
      columns: 80,
      rows: 24,
      history: 0,
      modes: ScreenMode.ApplicationCursor,
    });
    expect(typedText(room.press('up'))).toBe('\x1bOA');
  });

  it('UI1 a paste comes in brackets where the application asked for them', () => {
    const paste = (room: ARoom): ARoom =>
      room.does({ type: 'paste', bytes: Buffer.from('a\rb'), text: 'a\rb', isFirst: true, isLast: true });
    const room = new ARoom(three()).press('t');
    expect(typedText(paste(room))).toBe('a\rb');
    room.screens.set('run-docs-1', { columns: 80, rows: 24, history: 0, modes: ScreenMode.BracketedPaste });
    expect(typedText(paste(room))).toBe('\x1b[200~a\rb\x1b[201~');
  });

  it('UI1 a paste into CONTROL presses no keys', () => {
    const room = new ARoom(three());
    room.does({ type: 'paste', bytes: Buffer.from('qx'), text: 'qx', isFirst: true, isLast: true });
    expect(room.intents.filter(({ type }) => type === 'quit' || type === 'type')).toEqual([]);
    expect(room.ui.overlay).toBeNull();
  });

  it('UI1 an agent that ends takes nobody by surprise: back in CONTROL, and it says so', () => {
    const room = new ARoom(three()).press('t');
    room.fleet.exits('docs', 0);
    room.sees();
    expect(room.ui.typing).toBeNull();
    expect(room.ui.notice?.text).toBe('docs has ended; back in CONTROL.');
  });

  it('UI7 typing goes on while the daemon is away', () => {
    const room = new ARoom(three()).press('t').does({ type: 'daemon', state: 'lost', message: '' });
    expect(typedText(room.types('still here'))).toBe('still here');
  });

  it('AG5 attach opens the run alone and types to it', () => {
    const room = new ARoom(three(), { attach: 'run-qa' });
    expect(room.ui).toMatchObject({ typing: 'run-qa', isZoomed: true, region: 'panes' });
    expect(typedText(room.types('hi'))).toBe('hi');
  });
});

describe('the room', () => {
  it('UI3 lists what waits first, then what runs, then what ended, then what could be started', () => {
    const fleet = new AFleet().project('docs', 'qa', 'ops', 'idle').runs('docs').runs('qa').runs('ops');
    fleet.exits('docs', 1).asks('ops', 'Bash', { command: 'ls' });
    const room = new ARoom(fleet);
    const keys = entriesOf(room.ui, room.context).map(({ key }) => key);
    expect(keys).toEqual(['run-ops', 'run-qa', 'run-docs', 'agent:idle']);
  });

  it('UI1 a new agent gets a pane behind the others and takes nobody else’s', () => {
    const room = new ARoom(three());
    room.fleet.runs('late');
    expect(room.sees().ui.panes).toEqual(['run-docs', 'run-qa', 'run-ops', 'run-late']);
  });

  it('UI1 the pane of an agent that ended stays until it is closed, and opens again', () => {
    const room = new ARoom(three()).press('tab');
    room.fleet.exits('docs', 0);
    expect(room.sees().ui.panes).toContain('run-docs');
    room.press('c');
    expect(room.ui.panes).toEqual(['run-qa', 'run-ops']);
    room.press('shift+tab', 'G', 'enter');
    expect(room.ui.panes).toEqual(['run-qa', 'run-ops', 'run-docs']);
  });

  it('UI1 keys move between panes by where they are', () => {
    const room = new ARoom(three()).press('l');
    expect(room.ui).toMatchObject({ region: 'panes', cursor: 'run-docs' });
    expect(room.press('l').ui.cursor).toBe('run-qa');
    expect(room.press('j').ui.cursor).toBe('run-ops');
    expect(room.press('k').ui.cursor).toBe('run-docs');
    expect(room.press('h').ui.region).toBe('list');
    expect(room.press('3').ui).toMatchObject({ region: 'panes', cursor: 'run-ops' });
  });

  it('UI1 panes swap, zoom and change their layout', () => {
    const room = new ARoom(three()).press('l', 's');
    expect(room.ui.panes).toEqual(['run-qa', 'run-docs', 'run-ops']);
    expect(room.press('z').ui.isZoomed).toBe(true);
    expect(room.press('escape').ui.isZoomed).toBe(false);
    expect(room.press('space').ui.layout).toBe('columns');
    expect(room.press('space', 'space', 'space').ui.layout).toBe('tiled');
  });

  it('UI5 on a narrow screen numbers are pages', () => {
    const room = new ARoom(three(), { size: { columns: 80, rows: 24 } });
    expect([room.press('2').ui.region, room.press('3').ui.region, room.press('1').ui.region]).toEqual([
      'panes',
      'queue',
      'list',
    ]);
  });

  it('AG5 stopping takes a second, different key; every other key does nothing', () => {
    const room = new ARoom(three());
    for (const key of ['x', 'enter', 'space', 'escape', 'n']) {
      room.press('x', key);
      expect(room.wanted('ask')).toEqual([]);
      expect(room.ui.overlay).toBeNull();
    }
    expect(room.press('x', 'y').wanted('ask')).toMatchObject([{ ask: { type: 'stop', run: 'run-docs' } }]);
  });

  it('AG5 restarting asks, too', () => {
    expect(new ARoom(three()).press('R', 'y').wanted('restart')).toEqual([
      { type: 'restart', run: 'run-docs' },
    ]);
  });

  it('UI7 q leaves and ends no agent', () => {
    const room = new ARoom(three()).press('q');
    expect(room.intents.map(({ type }) => type)).toEqual(['quit']);
  });

  it('AG10 n starts an agent of the project on a task', () => {
    const room = new ARoom(new AFleet().project('docs', 'qa'));
    room.press('n', 'right', 'tab').types('write the docs').press('enter');
    expect(room.wanted('start')).toEqual([
      { type: 'start', agent: 'qa', command: [], task: 'write the docs', worktree: null },
    ]);
  });

  it('AG11 n runs any command', () => {
    const room = new ARoom(new AFleet())
      .press('n')
      .types(`sh -c 'echo "a b"'`)
      .press('tab', 'tab', 'right', 'enter');
    expect(room.wanted('start')).toEqual([
      { type: 'start', agent: null, command: ['sh', '-c', 'echo "a b"'], task: '', worktree: true },
    ]);
  });

  it('AG10 what is typed on a choice goes to the field below it, and Enter on an agent asks for its task', () => {
    const room = new ARoom(new AFleet().project('docs', 'qa'))
      .press('n', 'right')
      .types('check it')
      .press('enter');
    expect(room.wanted('start')).toMatchObject([{ agent: 'qa', task: 'check it' }]);
    room.press('j', 'enter').types('again').press('enter');
    expect(room.wanted('start')).toMatchObject([{ agent: 'qa', task: 'again' }]);
    room.press('n', 'right').types('htop').press('enter');
    expect(room.wanted('start')).toMatchObject([{ agent: null, command: ['htop'] }]);
  });

  it('AG11 Enter without a command says so and goes to the field', () => {
    const room = new ARoom(new AFleet()).press('n', 'tab', 'enter');
    expect(room.ui.overlay).toMatchObject({ problem: 'Type the command to run.', form: { field: 1 } });
    expect(room.types('ls').press('enter').wanted('start')).toMatchObject([{ command: ['ls'] }]);
  });

  it('UI10 “Starting …” goes away once it has started, and on a narrow screen its pane shows', () => {
    const room = new ARoom(new AFleet().project('docs'), { size: { columns: 80, rows: 24 } });
    room.press('enter', 'enter');
    expect(room.ui.notice?.text).toBe('Starting docs …');
    room.fleet.runs('docs');
    room.sees().does({ type: 'started', run: 'run-docs' });
    expect(room.ui).toMatchObject({ notice: null, cursor: 'run-docs', region: 'panes' });
  });

  it('UI10 a run that fails says so and why, once', () => {
    const room = new ARoom(three());
    room.fleet.exits('qa', 3);
    expect(room.sees().ui.notice?.text).toBe('qa failed: exit 3. R starts it again.');
    room.press('j');
    expect(room.sees().ui.notice).toBeNull();
  });

  it('UI10 an agent whose call was refused is not shown as doing it', () => {
    const fleet = new AFleet().runs('qa', { task: 'check' }).asks('qa', 'Bash', { command: 'rm x' }, 'one');
    const run = fleet.fleet.runs['run-qa']!;
    expect(doingOf(fleet.fleet, run, 'waiting')).toBe('Bash rm x');
    fleet.decided('one', 'rejected');
    expect(doingOf(fleet.fleet, run, 'running')).toBe('check');
  });

  it('UI1 < > + - change the pane under the cursor, = makes all alike again', () => {
    const room = new ARoom(three(), { size: { columns: 200, rows: 50 } }).press('tab', '1');
    const frame = () => layoutOf(room.ui).panes.find(({ run }) => run === room.ui.cursor)!.frame;
    const before = frame();
    room.press('>', '>', '+');
    expect(frame().columns).toBeGreaterThan(before.columns);
    expect(frame().rows).toBeGreaterThan(before.rows);
    room.press('<', '<', '<', '-', '-');
    expect(frame().columns).toBeLessThan(before.columns);
    expect(frame().rows).toBeLessThan(before.rows);
    expect(room.press('=')).toMatchObject({ ui: { weights: {} } });
    expect(frame()).toEqual(before);
    room.press('z', '>');
    expect(room.ui.notice?.text).toBe('There is no pane beside this one.');
  });

  it('AG5 stop and restart say in words why not, or what they will do', () => {
    const room = new ARoom(three());
    room.fleet.exits('docs', 0);
    room.sees().does({ type: 'started', run: 'run-docs' }).press('x');
    expect(room.ui.notice?.text).toBe('docs has ended already: R starts it again.');
    expect(room.ui.overlay).toBeNull();
    const idle = new ARoom(new AFleet().project('planner')).press('R');
    expect(idle.ui.notice?.text).toBe('planner does not run: ↵ starts it.');
  });

  it('UI10 a project without fleet.yaml is offered one, and one that is broken is told until it is mended', () => {
    const room = new ARoom(new AFleet());
    room.does({ type: 'configured', isThere: false, problems: ['/work/acme-api has no fleet.yaml'] });
    expect(room.ui.notice).toBeNull();
    expect(room.press('i').wanted('init')).toHaveLength(1);
    room.does({ type: 'configured', isThere: true, problems: ['fleet.yaml:3: no key “agnets”'] });
    expect(room.ui.notice).toMatchObject({ kind: 'problem', text: 'fleet.yaml:3: no key “agnets”' });
    expect(room.press('i').wanted('init')).toEqual([]);
    expect(room.ui.config.problems).toHaveLength(1);
    room.does({ type: 'configured', isThere: true, problems: [] });
    expect(room.ui.config.problems).toEqual([]);
  });

  it('AG11 a command that cannot be read is not started', () => {
    const room = new ARoom(new AFleet()).press('n').types(`sh -c 'oops`).press('enter');
    expect(room.wanted('start')).toEqual([]);
    expect(room.ui.overlay).toMatchObject({ problem: "The command has an open '." });
  });

  it('UI6 the filter holds while it is typed, and esc shows all again', () => {
    const room = new ARoom(three()).press('/').types('qa');
    const keys = (): string[] => entriesOf(room.ui, room.context).map(({ key }) => key);
    expect(keys()).toEqual(['run-qa']);
    room.press('enter');
    expect(room.ui.cursor).toBe('run-qa');
    room.press('escape');
    expect(keys()).toHaveLength(3);
  });

  it('UI6 the palette goes to agents and does what keys do', () => {
    const room = new ARoom(three()).press(':').types('go ops').press('enter');
    expect(room.ui.cursor).toBe('run-ops');
    room.press('ctrl+p').types('layout').press('enter');
    expect(room.ui.layout).toBe('columns');
  });

  it('UI3 alarms are new until they were looked at', () => {
    const room = new ARoom(three());
    room.fleet.happens({
      type: 'alarm-raised',
      alarm: 'gate-unproven',
      run: 'run-docs',
      session: null,
      message: 'no hook',
    });
    room.sees();
    expect(room.ui.alarmsSeen).toBe(0);
    expect(room.press('!').ui.alarmsSeen).toBe(room.fleet.fleet.alarms[0]!.seq);
    expect(room.press('escape').ui.overlay).toBeNull();
  });
});

describe('scrolling back', () => {
  const scrolling = (): ARoom => {
    const room = new ARoom(three());
    room.screens.set('run-docs-1', { columns: 44, rows: 11, history: 500, modes: 0 });
    return room.press('l');
  };

  it('UI1 goes a page up from the live bottom, and back to live at the end', () => {
    const room = scrolling().press('pageup');
    expect(room.ui.scroll).toMatchObject({ total: 511, isCounted: false });
    expect(room.wanted('lines')).toHaveLength(1);
    room.does({ type: 'lines', session: 'run-docs-1', total: 511 }).press('pagedown');
    expect(room.ui.scroll).not.toBeNull();
    expect(room.press('pagedown').ui.scroll).toBeNull();
  });

  it('UI1 the view moves along when screens counts other lines than the guess', () => {
    const room = scrolling().press('pageup');
    const guess = room.ui.scroll!;
    room.does({ type: 'lines', session: 'run-docs-1', total: 211 });
    expect(room.ui.scroll).toMatchObject({ total: 211, top: guess.top - 300, cursor: guess.cursor - 300 });
    expect(room.wanted('lines').at(-1)?.from).toBe(guess.top - 300);
  });

  it('UI1 stays where it is while the agent goes on', () => {
    const room = scrolling().press('pageup').does({ type: 'lines', session: 'run-docs-1', total: 511 });
    const { top } = room.ui.scroll!;
    room.does({ type: 'lines', session: 'run-docs-1', total: 900 });
    expect(room.ui.scroll?.top).toBe(top);
  });

  it('UI1 a program on the alternate screen has nothing to scroll back to, and that is said', () => {
    const room = scrolling();
    room.screens.set('run-docs-1', { columns: 44, rows: 11, history: 0, modes: ScreenMode.Alternate });
    room.press('pageup');
    expect(room.ui.scroll).toBeNull();
    expect(room.ui.notice?.text).toMatch(/whole screen/);
  });

  it('UI1 finds, newest first, and goes on to older and newer hits', () => {
    const room = scrolling().press('pageup').does({ type: 'lines', session: 'run-docs-1', total: 511 });
    room.press('/').types('fail').press('enter');
    expect(room.wanted('search')).toEqual([{ type: 'search', session: 'run-docs-1', text: 'fail' }]);
    room.does({ type: 'found', session: 'run-docs-1', text: 'fail', hits: [3, 40, 200] });
    expect(room.ui.scroll?.cursor).toBe(200);
    expect(room.press('n').ui.scroll?.cursor).toBe(40);
    expect(room.press('N', 'N').ui.scroll?.cursor).toBe(3);
  });

  it('UI1 copies whole lines, selected by keys', () => {
    const room = scrolling().press('pageup').does({ type: 'lines', session: 'run-docs-1', total: 511 });
    const { cursor } = room.ui.scroll!;
    room.press('v', 'k', 'k', 'y');
    expect(room.wanted('copy')).toEqual([
      { type: 'copy', session: 'run-docs-1', from: cursor - 2, to: cursor },
    ]);
    expect(room.ui.scroll?.anchor).toBeNull();
  });

  it('UI1 from typing the wheel scrolls back, and the end brings typing back', () => {
    const room = scrolling().press('t');
    const wheel = (direction: 'up' | 'down'): void => {
      room.does({
        type: 'mouse',
        action: 'wheel',
        wheel: direction,
        button: 'none',
        x: 40,
        y: 5,
        ctrl: false,
        alt: false,
        shift: false,
        raw: Buffer.of(),
      });
    };
    wheel('up');
    expect(room.ui).toMatchObject({ typing: null, scroll: { run: 'run-docs' } });
    room.does({ type: 'lines', session: 'run-docs-1', total: 511 });
    wheel('down');
    wheel('down');
    expect(room.ui).toMatchObject({ typing: 'run-docs', scroll: null });
  });
});

describe('the mouse', () => {
  const at = (room: ARoom, x: number, y: number, more: object = {}): ARoom =>
    room.does({
      type: 'mouse',
      action: 'press',
      button: 'left',
      x,
      y,
      ctrl: false,
      alt: false,
      shift: false,
      raw: Buffer.of(),
      ...more,
    });

  it('UI1 a click focuses a pane, a row of the list, a request, and answers nothing', () => {
    const fleet = three()
      .asks('docs', 'Bash', { command: 'ls' }, 'a')
      .asks('qa', 'Bash', { command: 'ls' }, 'b');
    const room = new ARoom(fleet);
    fleet.later(1_000);
    expect(at(room, 100, 3).ui).toMatchObject({ region: 'panes', cursor: 'run-qa' });
    expect(at(room, 5, 4).ui).toMatchObject({ region: 'list', cursor: 'run-ops' });
    expect(at(room, 5, 29).ui).toMatchObject({ region: 'queue', queue: { approval: 'b' } });
    expect(room.wanted('decide')).toEqual([]);
  });

  it('UI1 an application that asked for the mouse gets it where it is typed to', () => {
    const room = new ARoom(three()).press('t');
    const modes = (2 << ScreenMode.MouseShift) | ScreenMode.MouseSgr;
    room.screens.set('run-docs-1', { columns: 44, rows: 11, history: 0, modes });
    at(room, 40, 5);
    expect(typedText(room)).toMatch(/^\x1b\[<0;\d+;4M$/);
    at(room, 100, 5);
    expect(typedText(room)).toBe('');
    expect(room.ui).toMatchObject({ typing: null, cursor: 'run-qa' });
  });

  it('HI7 a click while a dialog is open does nothing', () => {
    const room = new ARoom(three()).press('x');
    expect(at(room, 100, 3).ui.overlay).toMatchObject({ type: 'confirm' });
    expect(room.ui.cursor).toBe('run-docs');
  });
});
