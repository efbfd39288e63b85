/** 500 kills among four processes with 15 senders each, half of them on each database. */
import { afterAll, describe, expect, it } from 'vitest';
import { createTestDatabase, TEST_PROVIDERS } from '../support/database.ts';
import { type KillRound, KillRounds, quantile } from '../support/kill-rounds.ts';
import { report } from './report.ts';

const KILLS = 500;

describe('kills among processes that send without end', () => {
  const heard: KillRound[] = [];
  afterAll(() => {
    const answers = heard.map(({ answerMs }) => answerMs);
    const drained = heard.filter(({ report: { drained: isDrained } }) => isDrained);
    report('kills', {
      kills: heard.length,
      drained: drained.length,
      sentBefore: heard.reduce((sum, { sent }) => sum + sent, 0),
      late: drained.reduce((sum, { late }) => sum + late, 0),
      answerP50Ms: Math.round(quantile(answers, 0.5)),
      answerP99Ms: Math.round(quantile(answers, 0.99)),
      answerMaxMs: Math.round(Math.max(...answers)),
    });
  });

  it.each(TEST_PROVIDERS)(
    'let no order reach the broker after the answer, on %s',
    async (provider) => {
      const seed = 500;
      const test = await createTestDatabase(provider);
      const rounds = await KillRounds.start(test, { processes: 4, senders: 15, seed });
      const mine: KillRound[] = [];
      for (let kill = 0; kill < KILLS / TEST_PROVIDERS.length; kill += 1) {
        mine.push(await rounds.round());
        heard.push(...mine.slice(-1));
      }
      await rounds.end();
      await test.drop();

      expect(mine.filter(({ report: { drained }, late }) => drained && late > 0)).toEqual([]);
    },
    3_600_000,
  );
});
