/**
 * The control room at work: brings what comes from the terminal, the daemon and screens to the one pure
 * function, does what it wants done, and keeps the picture on the terminal up to date.
 */
import { isDeepStrictEqual } from 'node:util';
import { isLive } from '../core/fleet.ts';
import { agentEnvironment } from '../wire/agent-environment.ts';
import type { EnsureOptions } from '../wire/ensure-daemon.ts';
import { chromeModel, type ChromeModel } from './chrome-model.ts';
import { ChromeThread } from './chrome-thread.ts';
import { COPY_BYTES_MAX, copySequence } from './clipboard.ts';
import { noticeSequence, type NoticeProtocol } from '../core/notice-sequence.ts';
import { editText } from './editor.ts';
import { roomLayout, type RoomLayout } from './layout.ts';
import { DaemonLink } from './links/daemon-link.ts';
import { ProjectWatch } from './links/project-watch.ts';
import { gridOf, ScreensLink } from './links/screens-link.ts';
import { TypingLink } from './links/typing-link.ts';
import { readAnsiRows } from './panes/ansi-rows.ts';
import type { ColourDepth } from './panes/colours.ts';
import type { ScreenCursor } from './panes/painter.ts';
import { contentRect, cursorOnScreen, type PaneView } from './panes/scene.ts';
import type { Rect } from './panes/rect.ts';
import { Picture } from './picture.ts';
import { paneViews, type ShownLines } from './pane-views.ts';
import { paintPage, paintPlainChrome } from './plain-chrome.ts';
import { queueItems } from './fleet-view.ts';
import { reduce } from './reduce.ts';
import { rememberTheme } from './settings.ts';
import { layoutFacts, layoutOf } from './step.ts';
import { FramePacer } from './terminal/frame-pacer.ts';
import type { TerminalFeatures } from './terminal/features.ts';
import type { Terminal } from './terminal/terminal.ts';
import { approvalsOf, askFor } from './daemon-intents.ts';
import { isLight, themeFor } from './theme.ts';
import { untilTick } from './ticking.ts';
import { writeFleetYaml } from './write-fleet-yaml.ts';
import type { Context, Intent, UiInput } from './ui-input.ts';
import { initialUi, type Setting, type Size, type Ui } from './ui-state.ts';

/** By then the first panes are painted, or there are none. */
const INK_WAIT_MS = 150;

/**
 * The first frame shows the panes with their contents, not first an empty room and then frames: drawing a whole
 * screen three times with code that has never run is a third of the start. A daemon that has to be started is
 * not waited for.
 */
const FIRST_FRAME_WAIT_MS = 60;

export interface RoomOptions {
  readonly daemon: EnsureOptions;
  readonly environment: NodeJS.ProcessEnv;
  readonly setting: Setting;
  /** Theme by name, or `auto` for the one that suits the terminal's background. */
  readonly theme: string;
  readonly settingsFolder: string;
  readonly depth: ColourDepth;
  readonly notify: NoticeProtocol;
  readonly attach: string | null;
  /** The script of the thread that draws the chrome. */
  readonly chromeScript: URL;
  /** The person leaves, or the terminal is gone. */
  onQuit(): void;
}

export class Room {
  readonly #options: RoomOptions;
  readonly #terminal: Terminal;
  readonly #daemon: DaemonLink;
  readonly #screens: ScreensLink;
  readonly #typing: TypingLink;
  readonly #projectWatch: ProjectWatch;
  readonly #chrome: ChromeThread;
  readonly #picture: Picture;
  readonly #pacer: FramePacer;
  #ui: Ui;
  /** The model that is drawn or on its way, and the one on the terminal with its layout. */
  #model: ChromeModel | null = null;
  readonly #layouts = new WeakMap<ChromeModel, RoomLayout>();
  #shown: RoomLayout | null = null;
  #views: readonly PaneView[] = [];
  #lines: ShownLines | null = null;
  #tick: NodeJS.Timeout | null = null;
  #title = '';
  /** Sizes this control room has asked for, by session. */
  readonly #sizes = new Map<string, Size>();
  #isThemeChosen: boolean;
  #isChromeDrawn = false;
  #inkTimer: NodeJS.Timeout | null = null;
  /** Nothing is drawn yet while this runs. */
  #firstFrameTimer: NodeJS.Timeout | null = null;
  #hasPanes = false;
  #isAway = false;
  #isClosed = false;

  constructor(options: RoomOptions, terminal: Terminal) {
    this.#options = options;
    this.#terminal = terminal;
    this.#isThemeChosen = options.theme !== 'auto';
    this.#ui = initialUi({
      size: terminal.size,
      theme: this.#isThemeChosen ? options.theme : themeFor('dark').name,
      attach: options.attach,
    });
    this.#picture = new Picture(terminal.size, terminal.features);
    this.#pacer = new FramePacer({
      draw: (kind) => this.#draw(kind),
      canSend: () => terminal.writer.canSend && this.#firstFrameTimer === null,
      canSendEcho: () => terminal.writer.canSendEcho,
    });
    this.#daemon = new DaemonLink(options.daemon, {
      onFleet: () => this.take({ type: 'fleet' }),
      onState: (state, message) => this.take({ type: 'daemon', state, message }),
      onWarnings: (warnings) => this.take({ type: 'warnings', warnings }),
    });
    this.#screens = new ScreensLink(options.daemon.places.screensSocket, {
      onFrame: (session, frame) => this.#frameCame(session, frame),
      onState: (state) => this.take({ type: 'screens', state }),
    });
    this.#typing = new TypingLink(options.daemon.places, {
      onState: (session, isLost) => this.take({ type: 'holder', session, isLost }),
      onProblem: (message) => this.take({ type: 'failed', message, approval: null }),
    });
    this.#projectWatch = new ProjectWatch(options.setting.project, () => void this.#configure());
    this.#chrome = new ChromeThread({
      script: options.chromeScript,
      onFrame: (frame, model) => this.#chromeCame(frame, model),
      onFailed: () => {
        this.#isChromeDrawn = false;
        if (this.#model) this.#paintPlain(this.#model);
      },
    });
  }

  /** Connects and shows. Rejects with DaemonError when there is no daemon and none can be started. */
  async open(problems: readonly string[]): Promise<void> {
    this.#inkTimer = setTimeout(() => this.#loadInk(), INK_WAIT_MS);
    this.#firstFrameTimer = setTimeout(() => this.#beginDrawing(), FIRST_FRAME_WAIT_MS);
    this.#screens.open();
    this.#show(true);
    await this.#daemon.open();
    for (const problem of problems) this.take({ type: 'failed', message: problem, approval: null });
    await this.#configure();
  }

  /** How many agents keep running. */
  get running(): number {
    return Object.values(this.#daemon.fleet.runs).filter(isLive).length;
  }

  take(input: UiInput): void {
    if (this.#isClosed) return;
    const { ui, intents } = reduce(this.#ui, this.#context(), input);
    const isChanged = ui !== this.#ui;
    this.#ui = ui;
    for (const intent of intents) this.#perform(intent);
    if (isChanged || input.type === 'fleet' || input.type === 'tick')
      this.#show(input.type !== 'fleet' && input.type !== 'tick');
  }

  /** A person's own keys claim the sizes of the panes, should another control room have changed them. */
  claimSizes(): void {
    if (this.#shown) this.#tellSizes(this.#shown, true);
  }

  useFeatures(features: TerminalFeatures, isDark: boolean | undefined): void {
    this.#picture.useFeatures(features);
    const { foreground, background: ground } = features;
    if (foreground !== undefined && ground !== undefined) this.#screens.useColours(foreground, ground);
    const background = features.background === undefined ? undefined : isLight(features.background);
    const isLightNow = isDark === undefined ? background : !isDark;
    if (!this.#isThemeChosen && isLightNow !== undefined)
      this.take({ type: 'theme', name: themeFor(isLightNow ? 'light' : 'dark').name });
    this.#pacer.request();
  }

  ready(): void {
    this.#pacer.ready();
  }

  repaint(): void {
    this.#picture.invalidate();
    this.#pacer.request();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#tick) clearTimeout(this.#tick);
    if (this.#inkTimer) clearTimeout(this.#inkTimer);
    if (this.#firstFrameTimer) clearTimeout(this.#firstFrameTimer);
    this.#pacer.stop();
    this.#daemon.close();
    this.#screens.close();
    this.#typing.close();
    this.#projectWatch.close();
    await this.#chrome.close();
  }

  #context(): Context {
    return {
      fleet: this.#daemon.fleet,
      setting: this.#options.setting,
      now: Date.now(),
      screen: (session) => {
        const frame = this.#screens.screen(session)?.frame;
        return (
          frame && { columns: frame.columns, rows: frame.rows, history: frame.history, modes: frame.modes }
        );
      },
    };
  }

  /** `isUrgent`: a person did something and waits to see it. */
  #show(isUrgent: boolean): void {
    const context = this.#context();
    const layout = layoutOf(this.#ui);
    if (!this.#ui.scroll) this.#lines = null;
    this.#watch(layout, context);
    const model = chromeModel(this.#ui, context, this.#options.depth, layout);
    if (!this.#model || !isDeepStrictEqual(model, this.#model)) {
      this.#model = model;
      this.#layouts.set(model, layout);
      this.#chrome.draw(model, isUrgent);
      if (!this.#isChromeDrawn) this.#paintPlain(model);
    }
    if (this.#shown) this.#layPanes(this.#shown, context);
    this.#tellTitle(context);
    this.#scheduleTick(context);
  }

  #paintPlain(model: ChromeModel): void {
    this.#picture.setChrome(model.size, (grid) => paintPlainChrome(model, grid));
    this.#commit(model);
  }

  #chromeCame(frame: string, model: ChromeModel): void {
    // Ink's first frame may be of what was shown when it began to load; the newer one is on its way.
    if (this.#isClosed || (!this.#isChromeDrawn && model !== this.#model)) return;
    this.#isChromeDrawn = true;
    this.#picture.setChrome(model.size, (grid) => {
      readAnsiRows(frame, grid);
      paintPage(model, grid);
    });
    this.#commit(model);
  }

  /** From now on panes stand where this chrome has room for them. */
  #commit(model: ChromeModel): void {
    const layout = this.#layouts.get(model);
    if (!layout) return;
    const isNew = this.#shown !== layout;
    this.#shown = layout;
    if (isNew) this.#tellSizes(layout, false);
    this.#layPanes(layout, this.#context());
  }

  #layPanes(layout: RoomLayout, context: Context): void {
    this.#views = paneViews(this.#ui, context, layout, {
      depth: this.#options.depth,
      screen: (session) => this.#screens.screen(session),
      lines: this.#lines,
    });
    this.#picture.setPanes(this.#views, coversOf(layout));
    this.#pacer.request();
  }

  /** Sessions whose cells are on screen are watched; those typed to or on screen have a line to their holder. */
  #watch(layout: RoomLayout, { fleet }: Context): void {
    const watched = new Set<string>();
    const live = new Set<string>();
    for (const { run: id, inside } of layout.panes) {
      const run = fleet.runs[id];
      if (!run?.session || run.phase === 'launching' || inside.rows === 0) continue;
      watched.add(run.session);
      if (isLive(run)) live.add(run.session);
    }
    this.#screens.watch(watched);
    this.#typing.keep(live);
    for (const session of this.#sizes.keys()) if (!live.has(session)) this.#sizes.delete(session);
    if (this.#shown) this.#tellSizes(this.#shown, false);
  }

  /**
   * Tells each session on screen the true size of its pane, once. Another control room may tell it another one;
   * the person who acts gets theirs back.
   */
  #tellSizes(layout: RoomLayout, isActing: boolean): void {
    const { fleet } = this.#daemon;
    for (const { run: id, inside, isPreview } of layout.panes) {
      const run = fleet.runs[id];
      if (isPreview || !run?.session || !isLive(run) || inside.rows < 1 || inside.columns < 1) continue;
      const { columns, rows } = inside;
      const asked = this.#sizes.get(run.session);
      const now = isActing ? this.#screens.screen(run.session)?.frame : asked;
      if (now?.columns === columns && now.rows === rows) continue;
      this.#sizes.set(run.session, { columns, rows });
      this.#typing.resize(run.session, columns, rows);
    }
  }

  #beginDrawing(): void {
    if (!this.#firstFrameTimer) return;
    clearTimeout(this.#firstFrameTimer);
    this.#firstFrameTimer = null;
    this.#pacer.request();
  }

  /** Ink costs a core for a while: the first panes do not wait for that. */
  #loadInk(): void {
    if (!this.#inkTimer || this.#isClosed) return;
    clearTimeout(this.#inkTimer);
    this.#inkTimer = null;
    this.#chrome.start();
  }

  #frameCame(session: string, frame: Parameters<Picture['paneChanged']>[1]): void {
    this.#hasPanes = true;
    if (!this.#shown || this.#isClosed) return;
    if (this.#screens.isComplete) this.#beginDrawing();
    const run = Object.values(this.#daemon.fleet.runs).find((each) => each.session === session);
    const isScrolled = this.#ui.scroll?.session === session;
    // A pinned view stays as it is while the live screen goes on.
    if (isScrolled) return this.#pacer.request();
    const index = run
      ? this.#views.findIndex((view) => view.grid === this.#screens.screen(session)?.grid)
      : -1;
    if (index === -1 || frame.isFull) this.#layPanes(this.#shown, this.#context());
    else {
      const view = this.#views[index]!;
      const { cursor, rows } = frame;
      const height = contentRect(view).rows;
      if (rows > height && cursor.y >= height) this.#layPanes(this.#shown, this.#context());
      else this.#picture.paneChanged(index, frame);
    }
    this.#pacer.request(run !== undefined && run.id === this.#ui.typing);
  }

  #draw(kind: 'frame' | 'echo'): void {
    if (this.#isAway || this.#isClosed) return;
    const { writer } = this.#terminal;
    const focus = this.#focus();
    const bytes = this.#picture.paint({
      cursor: focus?.cursor,
      first: focus?.rect,
      isOnlyFirst: kind === 'echo',
      budgetBytes: writer.budgetBytes,
    });
    if (kind === 'echo') writer.sendEcho(bytes);
    else writer.sendFrame(bytes);
    this.#screens.credit();
    if (this.#hasPanes) this.#loadInk();
    if (!this.#picture.isDone) this.#pacer.request();
  }

  /** The pane that is typed to, and where its cursor is. */
  #focus(): { readonly rect: Rect; readonly cursor: ScreenCursor | undefined } | undefined {
    const { typing, overlay } = this.#ui;
    const session = typing === null ? null : (this.#daemon.fleet.runs[typing]?.session ?? null);
    const screen = session === null ? undefined : this.#screens.screen(session);
    const view = screen && this.#views.find(({ grid }) => grid === screen.grid);
    if (!screen || !view) return undefined;
    const overlays = this.#shown ? coversOf(this.#shown) : [];
    return {
      rect: contentRect(view),
      cursor: overlay ? undefined : cursorOnScreen(view, screen.frame.cursor, overlays),
    };
  }

  #tellTitle(context: Context): void {
    const waiting = queueItems(context.fleet, this.#ui.queue.answering, context.now).length;
    const title = waiting > 0 ? `(${waiting}) fleet` : 'fleet';
    if (title === this.#title || this.#isAway) return;
    if (this.#terminal.writer.sendControl(`\u001B]2;${title}\u0007`)) this.#title = title;
  }

  #scheduleTick(context: Context): void {
    if (this.#tick) clearTimeout(this.#tick);
    this.#tick = setTimeout(() => this.take({ type: 'tick' }), untilTick(this.#ui, context));
  }

  #perform(intent: Intent): void {
    switch (intent.type) {
      case 'type':
        this.#pacer.noteTyping();
        return this.#typing.type(intent.session, intent.bytes);
      case 'ask':
      case 'decide':
      case 'detail':
      case 'risk':
      case 'events':
      case 'quarantine-detail':
      case 'proposals':
      case 'preview':
      case 'always':
      case 'batch':
      case 'restart':
        return void askFor(this.#daemon, intent, this.#options.environment).then(
          (input) => input && this.take(input),
          (error: unknown) => {
            for (const approval of approvalsOf(intent)) this.#failed(error, approval);
          },
        );
      case 'start':
        return this.#start(intent);
      case 'lines':
        return void this.#fetchLines(intent);
      case 'search':
        return void this.#search(intent);
      case 'copy':
        return void this.#copy(intent);
      case 'editor':
        return void this.#edit(intent);
      case 'remember-theme':
        this.#isThemeChosen = true;
        return void rememberTheme(this.#options.settingsFolder, intent.name).catch((error: unknown) =>
          this.#failed(error),
        );
      case 'configure':
        return void this.#configure();
      case 'init':
        return void this.#init();
      case 'redraw':
        return this.repaint();
      case 'bell':
        return void this.#terminal.writer.sendControl('\u0007');
      case 'notify': {
        const isInTmux = this.#options.environment['TMUX'] !== undefined;
        const sequence = noticeSequence(intent.words, this.#options.notify, isInTmux);
        return void (sequence !== '' && this.#terminal.writer.sendControl(sequence));
      }
      case 'quit':
        return this.#options.onQuit();
      default:
        return intent satisfies never;
    }
  }

  #failed(error: unknown, approval: string | null = null): void {
    this.take({ type: 'failed', message: wordsOf(error), approval });
  }

  async #configure(): Promise<void> {
    const { project } = this.#options.setting;
    try {
      const { problems } = await this.#daemon.ask({ type: 'configure', project });
      this.take({ type: 'configured', isThere: !problems.some(isMissing), problems });
      await this.#projectWatch.watch();
    } catch (error) {
      this.#failed(error);
    }
  }

  async #init(): Promise<void> {
    const { setting, daemon, environment } = this.#options;
    try {
      await writeFleetYaml(daemon.program, setting.project, environment);
      this.take({
        type: 'notice',
        text: 'fleet.yaml is written: it explains itself, your editor changes it.',
      });
      await this.#configure();
    } catch (error) {
      this.#failed(error);
    }
  }

  #start({ agent, command, task, worktree }: Intent & { type: 'start' }): void {
    // The size of the pane it will have, so that its first screen is drawn once.
    const coming = 'coming';
    const panes = [...this.#ui.panes, coming];
    const layout = roomLayout({
      ...layoutFacts(this.#ui),
      region: 'panes',
      panes,
      focused: coming,
      overlay: 'none',
    });
    const inside = layout.panes.find(({ run }) => run === coming)?.inside;
    const { columns, rows } = inside && inside.rows > 0 ? inside : { columns: 80, rows: 24 };
    const { project } = this.#options.setting;
    const environment = agentEnvironment(this.#options.environment);
    this.#daemon
      .ask({ type: 'start', project, agent, command, task, worktree, columns, rows, environment })
      .then(({ run }) => this.take({ type: 'started', run }))
      .catch((error: unknown) => this.#failed(error));
  }

  async #fetchLines({ session, from, count }: Intent & { type: 'lines' }): Promise<void> {
    try {
      const lines = await this.#screens.lines(session, from, count);
      const { scroll } = this.#ui;
      // Only what is still wanted: a later key may have moved on.
      if (scroll?.session !== session || scroll.top !== from) return;
      const columns = Math.max(1, lines.rows[0]?.columns ?? 1);
      this.#lines = { session, from: lines.from, grid: gridOf(lines.rows, columns, count) };
      this.take({ type: 'lines', session, total: lines.total });
    } catch (error) {
      this.#failed(error);
    }
  }

  async #search({ session, text }: Intent & { type: 'search' }): Promise<void> {
    try {
      const { lines } = await this.#screens.search(session, text);
      this.take({ type: 'found', session, text, hits: lines.map(({ line }) => line) });
    } catch (error) {
      this.#failed(error);
    }
  }

  async #copy({ session, from, to }: Intent & { type: 'copy' }): Promise<void> {
    try {
      const { rows, wrapped } = await this.#screens.lines(session, from, to - from + 1);
      // A line the terminal broke for want of room is one line.
      const text = rows.map((row, at) => (at > 0 && !wrapped[at] ? '\n' : '') + row.text()).join('');
      if (text === '') return this.take({ type: 'notice', text: 'There is no text in these lines.' });
      if (Buffer.byteLength(text) > COPY_BYTES_MAX)
        return this.#failed(
          new Error(`That is more than the ${COPY_BYTES_MAX / 1024} KiB terminals take; select less.`),
        );
      const isInTmux = this.#options.environment['TMUX'] !== undefined;
      const isSent = this.#terminal.writer.sendControl(copySequence(text, isInTmux));
      const count = to - from + 1;
      // Whether it arrives nobody tells; tmux in between is the most frequent reason why not.
      const way = isInTmux ? ' (tmux hands it on where its set-clipboard is on)' : '';
      const words = `${count} ${count === 1 ? 'line' : 'lines'} sent to your terminal's clipboard${way}.`;
      this.take({ type: 'notice', text: isSent ? words : 'The terminal does not read; nothing was copied.' });
    } catch (error) {
      this.#failed(error);
    }
  }

  async #edit({ approval, text }: Intent & { type: 'editor' }): Promise<void> {
    this.#isAway = true;
    try {
      await this.#terminal.suspend();
      const saved = await editText(text, this.#options.environment);
      this.take({ type: 'edited', approval, text: saved });
    } catch (error) {
      this.#failed(new Error(`The editor did not start: ${wordsOf(error)}`));
    } finally {
      this.#isAway = false;
      this.#terminal.resume();
    }
  }
}

/** What lies over the panes. */
const coversOf = ({ page, overlay }: RoomLayout): readonly Rect[] =>
  [page, overlay].filter((rect) => rect !== null);

/** The daemon's words for a project without files. */
const isMissing = (problem: string): boolean => problem.includes(' has no fleet.yaml');

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
