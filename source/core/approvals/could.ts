/** One thing a request could do, and how bad it would be. */

/** Worst last. */
export const RISK_LEVELS = ['low', 'medium', 'high', 'critical'] as const;
export type RiskLevel = (typeof RISK_LEVELS)[number];

export interface Could {
  readonly does: 'destroys' | 'sends' | 'spends' | 'publishes' | 'reveals' | 'changes' | 'runs';
  readonly level: RiskLevel;
  /** Goes on after "It could …": `delete build and everything below it`. Visible text only. */
  readonly what: string;
}

export const rank = (level: RiskLevel): number => RISK_LEVELS.indexOf(level);

export const could = (does: Could['does'], level: RiskLevel, what: string): Could => ({ does, level, what });
