/**
 * Share of bars with a position at their close, in [0, 1]; 0 without bars.
 *
 * @param exposed [T], 1 where a position is held
 */
export function exposure(exposed: Uint8Array): number {
  if (exposed.length === 0) return 0;
  return exposed.reduce((sum, flag) => sum + flag, 0) / exposed.length;
}
