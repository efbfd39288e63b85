/**
 * The search of a job on one and on two worker threads, as a server runs it, on the wall. Runs of both take turns, so
 * that a slow minute of the machine does not fall on one of them. Needs `dist`, which `npm run bench` builds. Called with a
 * word of a workload's name; prints a row.
 */
import { cpuMs, peakMemoryMb } from './measure.ts';
import { openSearch, type Search } from './search.ts';
import { workloadNamed } from './workloads.ts';

const REPETITIONS = 8;

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
const times: { readonly one: RunTime; readonly two: RunTime }[] = [];
for (let run = 0; run < REPETITIONS; run++) times.push({ one: await timeOf(one), two: await timeOf(two) });
await Promise.all([one.close(), two.close()]);
const [ofOne, ofTwo] = [least(times.map((each) => each.one)), least(times.map((each) => each.two))];
console.log(
  JSON.stringify({
    workload: workload.name,
    combinations: one.combinations,
    bars: workload.bars,
    'one ms': Math.round(ofOne.wall),
    'two ms': Math.round(ofTwo.wall),
    ratio: Number((ofOne.wall / ofTwo.wall).toFixed(2)),
    'cores used by two': Number((ofTwo.cpu / ofTwo.wall).toFixed(2)),
    'extra work of two %': Math.round(100 * (ofTwo.cpu / ofOne.cpu - 1)),
    'peak MiB': memory,
  }),
);

async function timeOf(search: Search): Promise<RunTime> {
  const [start, cpuStart] = [performance.now(), cpuMs()];
  await search.run();
  return { wall: performance.now() - start, cpu: cpuMs() - cpuStart };
}

function least(runs: readonly RunTime[]): RunTime {
  return runs.toSorted((a, b) => a.wall - b.wall)[0] ?? { wall: Number.NaN, cpu: Number.NaN };
}
