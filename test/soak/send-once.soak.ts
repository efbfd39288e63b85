/**
 * Invariants O1 to O3 over 20,000 seeded runs and real kills at every point: `npm run test:soak -- send-once`. It prints how many
 * orders were sent twice, which has to be 0. SEND_ONCE_RUNS and SEND_ONCE_SEED choose other runs.
 */
import { expect, it } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { startScriptedBroker, startScriptedBrokerProcess } from '../support/scripted-broker/start.ts';
import { killAt } from '../support/send-once/kills.ts';
import { POINTS } from '../support/send-once/points.ts';
import { type Outcome, planOf, runTogether } from '../support/send-once/run.ts';
import { createScene } from '../support/send-once/scene.ts';

const RUNS = Number(process.env['SEND_ONCE_RUNS'] ?? 20_000);
const FIRST_SEED = Number(process.env['SEND_ONCE_SEED'] ?? 100_000);
const TOGETHER = 50;
/** Runs on one database and one broker, whose logs are kept in memory. */
const GENERATION = 1_000;
const KILLS_PER_POINT = 4;

it(`sends no order twice in ${RUNS} runs`, { timeout: 4 * 3_600_000 }, async () => {
  const since = performance.now();
  const totals = { runs: 0, duplicates: 0, accepted: 0, violations: 0 };
  for (let first = 0; first < RUNS; first += GENERATION) {
    for (const { duplicates, accepted, violations } of await generation(
      FIRST_SEED + first,
      Math.min(GENERATION, RUNS - first),
    )) {
      totals.runs += TOGETHER;
      totals.duplicates += duplicates;
      totals.accepted += accepted;
      totals.violations += violations.length;
      expect(violations).toEqual([]);
    }
    const seconds = Math.round((performance.now() - since) / 1000);
    process.stdout.write(`${totals.runs} runs in ${seconds} s: ${totals.accepted} at the broker, `);
    process.stdout.write(`duplicates ${totals.duplicates}, violations ${totals.violations}\n`);
  }
  expect(totals.duplicates).toBe(0);
});

it(`sends no order twice in ${KILLS_PER_POINT} kills at each point`, { timeout: 1_200_000 }, async () => {
  const totals = { kills: 0, duplicates: 0 };
  for (let round = 0; round < KILLS_PER_POINT; round += 1) {
    const started = await startScriptedBrokerProcess();
    const made = await createTestDatabase('sqlite');
    const scene = await createScene(await made.open(), started, POINTS.length);
    const seed = FIRST_SEED + round * POINTS.length;
    const kills = POINTS.map((point, i) => ({ seed: seed + i, point }));
    const { violations, duplicates } = await killAt(scene, made.url, kills);
    expect(violations).toEqual([]);
    totals.kills += kills.length;
    totals.duplicates += duplicates;
    await scene.broker.close();
    await started.close();
    await made.drop();
  }
  process.stdout.write(`${totals.kills} kills: duplicates ${totals.duplicates}\n`);
  expect(totals.duplicates).toBe(0);
});

async function generation(firstSeed: number, runs: number): Promise<readonly Outcome[]> {
  const started = await startScriptedBroker({ lateMs: null });
  const made = await createTestDatabase('sqlite');
  const scene = await createScene(await made.open(), started, TOGETHER);
  const outcomes: Outcome[] = [];
  for (let run = 0; run < runs; run += TOGETHER) {
    const plans = Array.from({ length: TOGETHER }, (_, i) => planOf(firstSeed + run + i));
    outcomes.push(await runTogether(scene, plans));
  }
  await scene.broker.close();
  await started.close();
  await made.drop();
  return outcomes;
}
