/**
 * Invariants O1 to O3 over 20,000 seeded runs and real kills at every point: `npm run test:soak -- send-once`. It prints how many
 * orders were sent twice, which has to be 0. SEND_ONCE_RUNS and SEND_ONCE_SEED choose other runs.
 */
import { expect, it } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { LineChild } from '../support/line-child.ts';
import { startScriptedBrokerProcess } from '../support/scripted-broker/start.ts';
import type { GenerationOrder, GenerationTotals } from '../support/send-once/generation-child.ts';
import { killAt } from '../support/send-once/kills.ts';
import { POINTS } from '../support/send-once/points.ts';
import { createScene } from '../support/send-once/scene.ts';
import { processors, report } from './report.ts';

const RUNS = Number(process.env['SEND_ONCE_RUNS'] ?? 20_000);
const FIRST_SEED = Number(process.env['SEND_ONCE_SEED'] ?? 100_000);
const TOGETHER = 50;
/** Runs on one database and one broker, whose logs are kept in memory and looked through again and again. */
const GENERATION = 500;
const KILLS_PER_POINT = 4;

it(`sends no order twice in ${RUNS} runs`, { timeout: 4 * 3_600_000 }, async () => {
  const since = performance.now();
  const totals = { runs: 0, duplicates: 0, accepted: 0 };
  const firsts = Array.from({ length: Math.ceil(RUNS / GENERATION) }, (_, i) => i * GENERATION);
  /** One process after the other generation, as many at once as there are processors. */
  const work = async (): Promise<void> => {
    const child = new LineChild('send-once/generation-child.ts', []);
    try {
      for (let first = firsts.shift(); first !== undefined; first = firsts.shift()) {
        const { runs, duplicates, accepted, violations } = await generation(child, first);
        totals.runs += runs;
        totals.duplicates += duplicates;
        totals.accepted += accepted;
        const seconds = Math.round((performance.now() - since) / 1000);
        process.stdout.write(`${totals.runs} runs in ${seconds} s: ${totals.accepted} at the broker, `);
        process.stdout.write(`duplicates ${totals.duplicates}, violations ${violations.length}\n`);
        expect(violations).toEqual([]);
      }
    } finally {
      await child.end();
    }
  };
  await Promise.all(Array.from({ length: Math.min(processors, firsts.length) }, work));

  report('O1 sent once', { seeds: `${FIRST_SEED} to ${FIRST_SEED + RUNS - 1}`, ...totals });
  expect(totals).toMatchObject({ runs: RUNS, duplicates: 0 });
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

async function generation(child: LineChild, first: number): Promise<GenerationTotals> {
  const made = await createTestDatabase('sqlite');
  const runs = Math.min(GENERATION, RUNS - first);
  const order: GenerationOrder = { url: made.url, firstSeed: FIRST_SEED + first, runs, together: TOGETHER };
  child.say(JSON.stringify(order));
  const totals = await child.heard<GenerationTotals>();
  await made.drop();
  return totals;
}
