/** One glyph for each state, so that no state is told by colour alone. */
import type { Status } from '../../fleet-view.ts';
import { span, type Role, type Span } from '../../text.ts';

const GLYPHS: Readonly<Record<Status, readonly [string, Role]>> = {
  waiting: ['◐', 'waiting'],
  running: ['●', 'running'],
  idle: ['○', 'plain'],
  starting: ['~', 'dim'],
  stopping: ['~', 'dim'],
  done: ['✓', 'done'],
  stopped: ['□', 'dim'],
  failed: ['✗', 'danger'],
  quarantined: ['■', 'danger'],
};

export const glyphOfStatus = (status: Status): Span => span(...GLYPHS[status]);
export const roleOfStatus = (status: Status): Role => GLYPHS[status][1];

/** An agent of the project that does not run. */
export const NOT_RUNNING: Span = span('○', 'dim');
