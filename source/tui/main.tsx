/** The control room: opens the terminal, shows the fleet in it, gives the terminal back. */
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Places } from '../wire/places.ts';
import { keymapOf } from './keys.ts';
import { projectRootOf } from './project-root.ts';
import { Room } from './room.ts';
import { readSettings, settingsFolder } from './settings.ts';
import { colourDepthOf } from './terminal/features.ts';
import type { InputEvent } from './terminal/input-event.ts';
import { openTerminal } from './terminal/terminal.ts';

export interface TuiOptions {
  readonly places: Places;
  readonly program: { readonly node: string; readonly script: string };
  readonly version: string;
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  /** A run to open full-screen and type to. */
  readonly attach?: string;
  readonly demo?: { readonly project: string };
  /** Folder of the project; found from `cwd` when not given. */
  readonly project?: string;
}

/** What a program yields that a signal ended, 128 and its number; a terminal that is gone is a hang-up. */
const exitCodeOf = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

/** Runs until the person leaves; yields the exit code. Throws Error `no-terminal` where there is none. */
export async function runTui(options: TuiOptions): Promise<number> {
  const { environment, places, program, version } = options;
  const folder = settingsFolder(environment);
  const { settings, problems } = readSettings(folder);
  const keymap = keymapOf(settings.keys);
  const left = Promise.withResolvers<number>();
  // NO_COLOR is about our own chrome; agents print in their panes as in a terminal of their own.
  const { NO_COLOR: _ours, ...asTerminal } = environment;
  let room: Room | null = null;
  // A terminal that goes away says so more than once; the second time must not end us before all is put away.
  process.on('SIGHUP', () => {});
  const terminal = openTerminal({
    environment: asTerminal,
    hasMouse: settings.mouse,
    // Not at once: whoever opened the room may have something to clean up.
    onSignal: (signal) => left.resolve(exitCodeOf(signal)),
    listener: {
      onInput: (events) => {
        for (const event of events) if (event.type !== 'reply') room?.take(event);
        if (events.some(isActing)) room?.claimSizes();
      },
      onResize: (size) => room?.take({ type: 'resize', size }),
      onFeatures: (features, isDark) => room?.useFeatures(features, isDark),
      onReady: () => room?.ready(),
      onRepaint: () => room?.repaint(),
      onLost: () => left.resolve(exitCodeOf('SIGHUP')),
    },
  });
  try {
    room = new Room(
      {
        daemon: { places, program, version, client: 'tui', environment },
        environment,
        setting: {
          keymap,
          project: options.demo?.project ?? options.project ?? projectRootOf(options.cwd),
          isDemo: options.demo !== undefined,
          isUtf8: !terminal.features.isAscii,
          bell: settings.bell,
          undoMs: settings.undo * 1_000,
        },
        theme: settings.theme,
        settingsFolder: folder,
        depth: colourDepthOf(environment),
        notify: settings.notify,
        attach: options.attach ?? null,
        chromeScript: pathToFileURL(join(dirname(program.script), 'chrome-worker.mjs')),
        onQuit: () => left.resolve(0),
      },
      terminal,
    );
    room.open([...problems, ...keymap.problems]).catch((error: unknown) => left.reject(error));
    const code = await left.promise;
    const { running } = room;
    await room.close();
    await terminal.close();
    if (code === 0) process.stdout.write(farewell(running, options.demo !== undefined));
    return code;
  } catch (error) {
    await room?.close();
    await terminal.close();
    throw error;
  }
}

/** What only a person at this terminal does; a pointer that passes by is nobody. */
const isActing = (event: InputEvent): boolean =>
  event.type === 'key' || event.type === 'paste' || (event.type === 'mouse' && event.action === 'press');

function farewell(running: number, isDemo: boolean): string {
  if (isDemo) return 'The demo is over; it cleans up after itself.\n';
  if (running === 0) return 'No agent is running. fleet-tui brings you back.\n';
  return `${running} ${running === 1 ? 'agent keeps' : 'agents keep'} running. fleet-tui brings you back.\n`;
}
