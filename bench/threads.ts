/**
 * The search of a job on one and on two worker threads, as a server runs it, on the wall. Runs of both take turns, each is
 * compared with the one beside it, and medians are printed, so that neither a slow minute nor a lucky moment of the machine
 * decides. Needs `dist`, which `npm run bench` builds. Called with a word of a workload's name; prints a row.
 */
import { cpuMs, median, peakMemoryMb } from './measure.ts';
import { openSearch, type Search } from './search.ts';
import { workloadNamed } from './workloads.ts';

/** Runs of each that are not measured, and for how long pairs are. */
const WARM_UPS = 3;
const MEASURED_MS = 30_000;

/** Time of a run, and the processor time that it took, milliseconds. */
interface RunTime {
  readonly wall: number;
  readonly cpu: number;
}

const workload = workloadNamed(process.argv[2]);
const two = openSearch(workload, 2);
// Before a second search takes memory of its own.
await two.run();
const memory = peakMemoryMb();
const one = openSearch(workload, 1);
await one.run();
for (let run = 1; run < WARM_UPS; run++) await pairOfRuns();
const pairs: { readonly one: RunTime; readonly two: RunTime }[] = [];
for (const since = performance.now(); performance.now() - since < MEASURED_MS; ) pairs.push(await pairOfRuns());
await Promise.all([one.close(), two.close()]);
console.log(
  JSON.stringify({
    workload: workload.name,
    combinations: one.combinations,
    bars: workload.bars,
    pairs: pairs.length,
    'one ms': Math.round(median(pairs.map((pair) => pair.one.wall))),
    'two ms': Math.round(median(pairs.map((pair) => pair.two.wall))),
    ratio: Number(median(pairs.map((pair) => pair.one.wall / pair.two.wall)).toFixed(2)),
    'cores used by two': Number(median(pairs.map((pair) => pair.two.cpu / pair.two.wall)).toFixed(2)),
    'extra work of two %': Math.round(100 * (median(pairs.map((pair) => pair.two.cpu / pair.one.cpu)) - 1)),
    'peak MiB': memory,
  }),
);

async function pairOfRuns(): Promise<{ readonly one: RunTime; readonly two: RunTime }> {
  return { one: await timeOf(one), two: await timeOf(two) };
}

async function timeOf(search: Search): Promise<RunTime> {
  const [start, cpuStart] = [performance.now(), cpuMs()];
  await search.run();
  return { wall: performance.now() - start, cpu: cpuMs() - cpuStart };
}
