import { describe, expect, it } from 'vitest';
import { eachDatabase } from '../support/database.ts';
import { type KillRound, KillRounds, quantile } from '../support/kill-rounds.ts';

const KILLS = 10;

describe('a kill among processes that send without end', () => {
  eachDatabase((provider, create) => {
    it(`lets no order reach the broker after its answer (4 processes, 60 senders, ${KILLS} kills)`, async () => {
      const seed = provider === 'sqlite' ? 11 : 12;
      const rounds = await KillRounds.start(await create(), { processes: 4, senders: 15, seed });
      const heard: KillRound[] = [];
      try {
        for (let kill = 0; kill < KILLS; kill += 1) heard.push(await rounds.round(kill % 2 === 0 ? 'cancel' : 'block'));
      } finally {
        await rounds.end();
      }

      const drained = heard.filter(({ report }) => report.drained);
      const answers = heard.map(({ answerMs }) => Math.round(answerMs));
      const seen = `${provider}, seed ${seed}: answers after ${answers.join(', ')} ms, sent ${heard.map(({ sent }) => sent).join(', ')}`;
      expect(
        drained.map(({ late }) => late),
        seen,
      ).toEqual(drained.map(() => 0));
      // With that much sent, something was on its way at most kills.
      expect(
        quantile(
          heard.map(({ sent }) => sent),
          0.5,
        ),
        seen,
      ).toBeGreaterThan(0);
      expect(drained.length, seen).toBeGreaterThanOrEqual(KILLS - 1);
    }, 120_000);
  });
});
