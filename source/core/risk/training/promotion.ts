/** Whether trained weights may take the place of those in force. Better on average is not enough. */
import type { Report } from '../validation/report.ts';

/** More false quarantines than this, an agent-month, over those in force on the stressed history: refused. */
const FALSE_MORE_MAX = 0.05;
/** A kind of fault that is found so much less often: refused. */
const CLASS_LOSS_MAX = 0.05;
/** New weights run beside those in force, without effect, before they can take their place. */
export const SHADOW_MS = 14 * 24 * 3_600_000;

export interface Compared {
  /** What both were measured on: `held back`, `stressed`. */
  readonly on: string;
  readonly inForce: Report;
  readonly candidate: Report;
}

/** Why it may not be promoted; empty: it may, once its time in the shadow is over. */
export function objections(compared: readonly Compared[]): readonly string[] {
  const found: string[] = [];
  if (!compared.some(({ on }) => on === 'stressed'))
    found.push('it was not measured on a stressed history: give one with --stressed FILE');
  for (const { on, inForce, candidate } of compared) {
    const before = inForce.falseQuarantines.perAgentMonth;
    const after = candidate.falseQuarantines.perAgentMonth;
    if (on === 'stressed' && after > before + FALSE_MORE_MAX)
      found.push(
        `${on}: ${after.toFixed(2)} false quarantines an agent-month, ${before.toFixed(2)} with those in force`,
      );
    for (const { name, worth, detected } of inForce.classes) {
      const now = candidate.classes.find((each) => each.name === name)?.detected ?? 0;
      if (worth === 'quarantine' && detected - now > CLASS_LOSS_MAX)
        found.push(
          `${on}: ${name} found in ${(now * 100).toFixed(0)} % instead of ${(detected * 100).toFixed(0)} %`,
        );
    }
  }
  return found;
}
