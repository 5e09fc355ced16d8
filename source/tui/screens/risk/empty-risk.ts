/** What a page of risk says when there is no agent on it. */
import { keyOf } from '../../keys.ts';
import { harmless, span } from '../../text.ts';
import type { Context } from '../../ui-input.ts';
import type { Ui } from '../../ui-state.ts';
import type { Line } from '../control-room/request-lines.ts';

export function emptyRiskLines(ui: Ui, { setting }: Context): Line[] {
  const key = (action: string) => span(keyOf(setting.keymap, action, setting.isUtf8), 'key');
  if (ui.risk.problem !== '' && ui.risk.agents.length === 0)
    return [
      [span('  How agents stand could not be had.', 'strong')],
      [span(`  ${harmless(ui.risk.problem)}`, 'danger')],
      [span('  It is asked again every few seconds.', 'dim')],
    ];
  if (!ui.risk.isKnown) return [[span('  asking the brain …', 'dim')]];
  if (ui.risk.agents.length > 0)
    return [
      [span('  No agent matches.', 'strong')],
      [span('  '), key('page-back'), span(' shows all again', 'dim')],
    ];
  return [
    [span('  No agent has done anything yet.', 'strong')],
    [span('  Each is looked at once a minute, from its first call on.', 'dim')],
    [
      span('  '),
      key('page-back'),
      span(' goes back to the room, ', 'dim'),
      key('start'),
      span(' there starts an agent', 'dim'),
    ],
  ];
}
