/** How often a fault is injected: a few times in every test run, often in the reliability run. */
export function reliabilityCount({ reduced, full }: { reduced: number; full: number }): number {
  const asked = process.env['FLEET_RELIABILITY_COUNT'];
  if (asked === undefined || asked === '') return reduced;
  return asked === 'full' ? full : Math.max(1, Math.min(full, Number(asked)));
}
