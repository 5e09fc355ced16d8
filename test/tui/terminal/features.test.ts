import { expect, test } from 'vitest';
import { colourDepthOf, featuresOf, withReply } from '../../../source/tui/terminal/features.ts';

test('UI5 colours: NO_COLOR first, then what the terminal promises', () => {
  expect(colourDepthOf({ NO_COLOR: '1', COLORTERM: 'truecolor' })).toBe('none');
  expect(colourDepthOf({ NO_COLOR: '', COLORTERM: 'truecolor' })).toBe('truecolor');
  expect(colourDepthOf({ TERM: 'dumb' })).toBe('none');
  expect(colourDepthOf({ TERM: 'xterm-256color' })).toBe('256');
  expect(colourDepthOf({ TERM: 'tmux-256color', COLORTERM: '24bit' })).toBe('truecolor');
  expect(colourDepthOf({ TERM: 'xterm-kitty' })).toBe('truecolor');
  expect(colourDepthOf({ TERM: 'linux' })).toBe('16');
  expect(colourDepthOf({ FORCE_COLOR: '2', TERM: 'linux' })).toBe('256');
});

test('UI5 without a UTF-8 locale the chrome is ASCII', () => {
  expect(featuresOf({ LANG: 'en_US.UTF-8' }).isAscii).toBe(false);
  expect(featuresOf({ LANG: 'C.utf8' }).isAscii).toBe(false);
  expect(featuresOf({ LANG: 'en_US.UTF-8', LC_ALL: 'C' }).isAscii).toBe(true);
  expect(featuresOf({}).isAscii).toBe(true);
  expect(featuresOf({ TERM_PROGRAM: 'Apple_Terminal' }).isAscii).toBe(false);
});

test('UI5 what the terminal answers is used, and only that', () => {
  let features = featuresOf({ LANG: 'C.UTF-8', TERM: 'xterm-256color' });
  expect(features).toMatchObject({ hasMargins: false, hasSynchronized: false, hasRepeat: false });
  features = withReply(features, { type: 'mode', mode: 69, state: 2 });
  features = withReply(features, { type: 'mode', mode: 2026, state: 2 });
  features = withReply(features, { type: 'mode', mode: 2031, state: 0 });
  features = withReply(features, { type: 'version', text: 'XTerm(390)' });
  features = withReply(features, { type: 'colour', which: 11, rgb: 0x101010 });
  expect(features).toMatchObject({
    hasMargins: true,
    hasSynchronized: true,
    hasAppearanceReports: false,
    hasRepeat: true,
    background: 0x101010,
    version: 'XTerm(390)',
  });
  expect(withReply(features, { type: 'mode', mode: 69, state: 4 }).hasMargins).toBe(false);
  expect(withReply(features, { type: 'version', text: 'unheard-of 1' }).hasRepeat).toBe(false);
});
