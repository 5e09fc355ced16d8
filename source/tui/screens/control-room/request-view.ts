/**
 * How much of a request is on screen. The reducer asks here whether a key may approve it; the views print
 * exactly these lines. One function for both, so what counts as seen is what was painted.
 */
import { shownAs } from '../../../core/approvals/subject.ts';
import type { Approval } from '../../../core/fleet.ts';
import type { RoomLayout } from '../../layout.ts';
import type { Rect } from '../../panes/rect.ts';
import type { ApprovalDetail } from '../../../wire/daemon-protocol.ts';
import { harmless, span } from '../../text.ts';
import { fileLines, hasWholeDiff, withoutTexts } from './file-diff-lines.ts';
import { partLines } from './why-lines.ts';
import { aboutLine, aboutLines, inputInOneLine, inputLines, type Line } from './request-lines.ts';

export interface QueueAreas {
  readonly items: Rect;
  readonly detail: Rect;
}

/** Rows of a narrow queue page that list items, at most; the rest shows the request under the cursor. */
const PAGE_ITEMS_MAX = 8;

/** The list of requests and the one under the cursor: side by side, one above the other, or as a drawer. */
export function queueAreas(layout: RoomLayout): QueueAreas | null {
  const { queue } = layout;
  if (!queue) return null;
  const isLine = queue.rows === 1;
  if (layout.kind === 'wide' && !isLine) {
    const columns = Math.min(64, Math.max(40, Math.floor(queue.columns * 0.4)));
    const [x, y, rows] = [queue.x + 2, queue.y + 1, queue.rows - 2];
    return {
      items: { x, y, columns, rows },
      detail: { x: x + columns + 2, y, columns: queue.columns - columns - 6, rows },
    };
  }
  // The first line of a drawer or page is its heading.
  const [y, rows, columns] = [queue.y + 1, queue.rows - 1, queue.columns - 2];
  if (rows <= 2) return { items: { x: 1, y, columns, rows: 0 }, detail: { x: 1, y, columns, rows } };
  const items = Math.min(PAGE_ITEMS_MAX, Math.floor(rows / 3));
  return {
    items: { x: 1, y, columns, rows: items },
    detail: { x: 1, y: y + items + 1, columns, rows: rows - items - 1 },
  };
}

export interface QueueDetail {
  readonly lines: readonly Line[];
  /** All of the input is among the lines. */
  readonly isWhole: boolean;
}

export function queueDetail(approval: Approval, area: Rect): QueueDetail {
  const about = aboutLine(approval);
  const room = area.rows - 1;
  if (room < 1 || area.columns < 10) return { lines: [], isWhole: false };
  const { input } = shownAs(approval.subject);
  const one = inputInOneLine(input, area.columns);
  const lines = room === 1 && one ? [one] : inputLines(input, area.columns);
  // All there is to know where there is room for it, else the most telling of it in a line.
  const all = aboutLines(approval, area.columns);
  if (lines.length + 1 + all.length <= area.rows) return { lines: [...lines, [], ...all], isWhole: true };
  if (lines.length <= room) return { lines: [...lines, about], isWhole: true };
  const shown = lines.slice(0, room);
  const missing = lines.length - room;
  const more: Line = [
    span(`${missing} more ${missing === 1 ? 'line' : 'lines'}: ↵ shows all of it`, 'waiting'),
  ];
  return { lines: [...shown, more], isWhole: false };
}

/** Lines of the closer look, below its heading; with `detail` files as they would change. */
export function lookLines(approval: Approval, width: number, detail: ApprovalDetail | null): Line[] {
  const { input } = shownAs(approval.subject);
  const changes = (detail?.changes ?? []).map((change): Line => [span(`! ${harmless(change)}`, 'danger')]);
  return [
    ...changes,
    ...(detail && hasWholeDiff(input, detail.files)
      ? [
          ...inputLines(withoutTexts(input), width),
          ...detail.files.flatMap((file) => fileLines(file, width, detail.files.length > 1)),
        ]
      : inputLines(input, width)),
    [],
    ...aboutLines(approval, width),
    ...partLines(approval, width),
  ];
}

/** The heading and the hint take two lines of the closer look each, counting the blank one. */
export const lookRows = (overlay: Rect): number => Math.max(1, overlay.rows - 4);
export const lookColumns = (overlay: Rect): number => Math.max(10, overlay.columns - 4);
