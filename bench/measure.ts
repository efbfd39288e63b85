/** Time and memory of this process, and how measured values are told. */

/** A repetition lasts at least so long, milliseconds of processor time. */
const ENOUGH_MS = 200;
const REPETITIONS = 5;

/** Processor time that this process has used, all its threads together, milliseconds. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Processor time of one call, milliseconds: the least of five repetitions after one that warms up. Other processes disturb
 * it less than the time on the wall.
 */
export function leastCpuMs(work: () => void): number {
  repeat(work);
  return Math.min(...Array.from({ length: REPETITIONS }, () => repeat(work)));
}

function repeat(work: () => void): number {
  const start = cpuMs();
  let calls = 0;
  for (; calls === 0 || cpuMs() - start < ENOUGH_MS; calls++) work();
  return (cpuMs() - start) / calls;
}

/** Largest resident memory of this process so far, MiB. */
export function peakMemoryMb(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

/** The value below which a part `q` of the values is, to a tenth. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(10 * (sorted[Math.floor(q * (sorted.length - 1))] ?? Number.NaN)) / 10;
}

/** The value that as many values are below as above; the mean of the two in the middle of an even number; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}
