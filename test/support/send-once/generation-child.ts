/**
 * `node --import tsx generation-child.ts`: for each line of its input, which names a database and seeds, makes their runs there
 * with a broker of their own, and prints what came of them.
 */
import { createInterface } from 'node:readline';
import { openTestDatabase } from '../open-database.ts';
import { startScriptedBroker } from '../scripted-broker/start.ts';
import { planOf, runTogether } from './run.ts';
import { createScene } from './scene.ts';

/** What a child is told. */
export interface GenerationOrder {
  readonly url: string;
  readonly firstSeed: number;
  readonly runs: number;
  /** So many at the same time. */
  readonly together: number;
}

/** What it tells. */
export interface GenerationTotals {
  readonly runs: number;
  readonly duplicates: number;
  readonly accepted: number;
  readonly violations: readonly string[];
}

// The test that started it is gone: so is its end of the pipe.
process.stdin.once('close', () => process.exit(0));
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await generation(JSON.parse(line) as GenerationOrder))}\n`);
}

async function generation({ url, firstSeed, runs, together }: GenerationOrder): Promise<GenerationTotals> {
  const started = await startScriptedBroker({ lateMs: null });
  const database = await openTestDatabase(url);
  const scene = await createScene(database, started, together);
  const totals = { runs: 0, duplicates: 0, accepted: 0 };
  const violations: string[] = [];
  for (let run = 0; run < runs; run += together) {
    const plans = Array.from({ length: Math.min(together, runs - run) }, (_, i) => planOf(firstSeed + run + i));
    const outcome = await runTogether(scene, plans);
    totals.runs += plans.length;
    totals.duplicates += outcome.duplicates;
    totals.accepted += outcome.accepted;
    violations.push(...outcome.violations);
  }
  await scene.broker.close();
  await started.close();
  await database.close();
  return { ...totals, violations };
}
