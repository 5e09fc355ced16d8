/** What the environment and the terminal's own answers say it can do. */
import type { ColourDepth } from '../panes/colours.ts';
import type { PaintFeatures } from '../panes/painter.ts';
import type { TerminalReply } from './input-event.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface TerminalFeatures extends PaintFeatures {
  /** No UTF-8: frames and glyphs fall back to ASCII. */
  readonly isAscii: boolean;
  /** Mode 2031: the terminal can tell when it turns dark or light. */
  readonly hasAppearanceReports: boolean;
  /** 0xRRGGBB, when it answered. */
  readonly background?: number | undefined;
  readonly foreground?: number | undefined;
  /** As XTVERSION says it, for `fleet doctor`. */
  readonly version?: string | undefined;
}

export function featuresOf(environment: Environment): TerminalFeatures {
  return {
    depth: colourDepthOf(environment),
    isAscii: isAsciiOf(environment),
    hasMargins: false,
    hasRepeat: false,
    hasSynchronized: false,
    hasAppearanceReports: false,
  };
}

/** NO_COLOR wins, then FORCE_COLOR, then what the terminal's names promise. */
export function colourDepthOf(environment: Environment): ColourDepth {
  const { NO_COLOR, FORCE_COLOR, COLORTERM = '', TERM = '', TERM_PROGRAM = '' } = environment;
  // Any value but the empty one (no-color.org).
  if (NO_COLOR !== undefined && NO_COLOR !== '') return 'none';
  if (FORCE_COLOR === '0' || TERM === 'dumb') return 'none';
  if (FORCE_COLOR === '1') return '16';
  if (FORCE_COLOR === '2') return '256';
  if (FORCE_COLOR === '3') return 'truecolor';
  if (COLORTERM === 'truecolor' || COLORTERM === '24bit') return 'truecolor';
  if (/-direct$|^xterm-kitty$|^xterm-ghostty$|^alacritty|^foot|^wezterm/u.test(TERM)) return 'truecolor';
  if (TERM_PROGRAM === 'iTerm.app' || TERM_PROGRAM === 'WezTerm' || TERM_PROGRAM === 'ghostty')
    return 'truecolor';
  return /256/u.test(TERM) ? '256' : '16';
}

/** The first of these that is set decides, as for every program; none at all is the C locale. */
function isAsciiOf(environment: Environment): boolean {
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || '';
  // macOS sets no locale under some launchers, and its terminals are all UTF-8.
  if (locale === '' && environment.TERM_PROGRAM !== undefined) return false;
  return !/utf-?8/iu.test(locale);
}

/** Terminals known to repeat any character on request (REP); tmux repeats ASCII only and drops the rest. */
const REPEATS = /xterm|kitty|foot|wezterm|iterm2|ghostty|contour|mintty|vte|konsole/iu;

/** The features as one more answer tells them. */
export function withReply(features: TerminalFeatures, reply: TerminalReply): TerminalFeatures {
  switch (reply.type) {
    case 'mode': {
      // 1 set, 2 reset, 3 always set; 0 not known, 4 always reset.
      const has = reply.state >= 1 && reply.state <= 3;
      if (reply.mode === 69) return { ...features, hasMargins: has && reply.state !== 3 };
      if (reply.mode === 2026) return { ...features, hasSynchronized: has };
      if (reply.mode === 2031) return { ...features, hasAppearanceReports: has };
      return features;
    }
    case 'version':
      return { ...features, version: reply.text, hasRepeat: REPEATS.test(reply.text) };
    case 'colour':
      if (reply.which === 10) return { ...features, foreground: reply.rgb };
      return reply.which === 11 ? { ...features, background: reply.rgb } : features;
    case 'attributes':
    case 'status':
    case 'cursor-position':
    case 'appearance':
    case 'other':
      return features;
    default:
      return reply satisfies never;
  }
}
