/** What the palette offers for a text: actions of the key table, agents to go to, agents to start. */
import { createRequire } from 'node:module';
import type Fuzzysort from 'fuzzysort';
import { runName } from './fleet-view.ts';
import { keyName } from './keys.ts';
import { harmless } from './text.ts';
import type { Context } from './ui-input.ts';

/** Loaded with the first text somebody types: nothing before the first frame needs it. */
const load = createRequire(import.meta.url);
let matcher: typeof Fuzzysort | undefined;

export interface PaletteEntry {
  readonly words: string;
  /** The key that does the same, as it is printed. */
  readonly key: string;
  readonly does:
    | { readonly type: 'action'; readonly action: string }
    | { readonly type: 'go'; readonly run: string }
    | { readonly type: 'start'; readonly agent: string };
}

/** Best match first; without a text everything, agents before actions. */
export function paletteEntries(context: Context, text: string): readonly PaletteEntry[] {
  const all = everything(context);
  if (text.trim() === '') return all;
  // The default threshold of the matcher hides real hits.
  matcher ??= load('fuzzysort') as typeof Fuzzysort;
  return matcher.go(text, all, { key: 'words', threshold: 0 }).map(({ obj }) => obj);
}

function everything({ fleet, setting }: Context): PaletteEntry[] {
  const runs = Object.values(fleet.runs).map((run): PaletteEntry => ({
    words: harmless(`go to ${runName(fleet, run)}${run.task === '' ? '' : ` · ${run.task}`}`),
    key: '',
    does: { type: 'go', run: run.id },
  }));
  const agents = (fleet.projects[setting.project]?.agents ?? []).map((agent): PaletteEntry => ({
    words: harmless(`start ${agent.name}`),
    key: '',
    does: { type: 'start', agent: agent.name },
  }));
  const actions = setting.keymap.rows
    .filter(({ isInPalette }) => isInPalette)
    .map((row): PaletteEntry => ({
      words: `${row.label} · ${row.help}`,
      key: keyName(row.keys[0] ?? '', setting.isUtf8),
      does: { type: 'action', action: row.action },
    }));
  return [...runs, ...agents, ...actions];
}
