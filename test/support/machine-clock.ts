/**
 * Milliseconds of the machine's monotonic clock: since it was started, the same in all of its processes, never set back. What
 * happened in two processes can be put in order with it.
 */
export function machineNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
