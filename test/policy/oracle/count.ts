/** How many random scripts: a few in every test run, all of them by `FLEET_POLICY_COUNT=full`, or a number. */
export function policyCount({ reduced, full }: { readonly reduced: number; readonly full: number }): number {
  const asked = process.env['FLEET_POLICY_COUNT'] ?? '';
  if (asked === '') return reduced;
  return asked === 'full' ? full : Math.max(1, Math.min(full, Number(asked) || reduced));
}
