/**
 * An intent is sent at most once (O1), never before it is durable (O2), and never called rejected while that is not known (O3),
 * whatever happens to the process, the database and the broker on the way. The broker does not know client ids again.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eachDatabase } from '../support/database.ts';
import {
  type StartedBroker,
  startScriptedBroker,
  startScriptedBrokerProcess,
} from '../support/scripted-broker/start.ts';
import { killAt } from '../support/send-once/kills.ts';
import { BLOWS, POINTS } from '../support/send-once/points.ts';
import { type Outcome, planOf, runTogether } from '../support/send-once/run.ts';
import { createScene, type Scene } from '../support/send-once/scene.ts';

/** Of O1, on SQLite; elsewhere fewer, because the way is the same. */
const RUNS = { sqlite: 400, postgresql: 80 } as const;
const TOGETHER = 40;
/** Moves with each change of the tests, so that it is not always the same runs; printed with what fails. */
const FIRST_SEED = 1;

eachDatabase((provider, create) => {
  const runs = RUNS[provider];
  describe(`${runs} runs from seed ${FIRST_SEED}, struck at every point of the way`, () => {
    let started: StartedBroker;
    let scene: Scene;
    const outcomes: Outcome[] = [];

    beforeAll(async () => {
      started = await startScriptedBroker({ lateMs: null });
      scene = await createScene(await (await create()).open(), started, TOGETHER);
      for (let run = 0; run < runs; run += TOGETHER) {
        const plans = Array.from({ length: TOGETHER }, (_, i) => planOf(FIRST_SEED + run + i));
        outcomes.push(await runTogether(scene, plans));
      }
    }, 300_000);
    afterAll(async () => {
      await scene.broker.close();
      await started.close();
    });

    it('send no order twice, none before it is stored, and agree with the broker in the end', () => {
      expect(outcomes.flatMap(({ violations }) => violations)).toEqual([]);
      expect(outcomes.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(0);
    });

    it('are struck at each point, by crashes and failures, and often enough reach the broker', () => {
      const struck = new Map<string, number>();
      for (const outcome of outcomes) {
        for (const [trap, count] of outcome.struck) struck.set(trap, (struck.get(trap) ?? 0) + count);
      }

      // Not all that were to be struck are: a rival may be faster.
      const least = Math.floor(runs / 100);
      for (const point of POINTS) {
        for (const blow of BLOWS)
          expect(struck.get(`${point} ${blow}`) ?? 0, `${point} ${blow}`).toBeGreaterThan(least);
      }
      expect(outcomes.reduce((sum, { accepted }) => sum + accepted, 0)).toBeGreaterThan(runs / 4);
    });
  });

  it('holds for processes that are really killed on the way', async () => {
    const started = await startScriptedBrokerProcess();
    const made = await create();
    const points = ['after_persist', 'half_written', 'accepted', 'answered'] as const;
    const scene = await createScene(await made.open(), started, points.length);

    const outcome = await killAt(
      scene,
      made.url,
      points.map((point, i) => ({ seed: FIRST_SEED + i, point })),
    );

    expect(outcome.violations).toEqual([]);
    expect(outcome).toMatchObject({ duplicates: 0, accepted: 2 });
    await scene.broker.close();
    await started.close();
  }, 120_000);
});
