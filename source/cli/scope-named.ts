import { nearest } from '../core/config/nearest.ts';
import { SCOPES, type Scope } from '../core/policy/verdict.ts';

/** Throws with the words that are known. */
export function scopeNamed(name: string): Scope {
  const scope = SCOPES.find((known) => known === name);
  if (scope) return scope;
  const meant = nearest(name, SCOPES);
  throw new Error(
    `"${name}" is no scope${meant === undefined ? '' : `, did you mean "${meant}"?`}; there are ${SCOPES.join(', ')}`,
  );
}
