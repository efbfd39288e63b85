/**
 * Kills among four processes with 15 senders each, on each database: once on a machine that does nothing else, once with a loop
 * beside them for each of its processors. Half of the kills cancel, half of them only block. `KILLS` says how many in all.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { watchIdle } from '../support/busy-processors.ts';
import { createTestDatabase, TEST_PROVIDERS } from '../support/database.ts';
import { type KillRound, KillRounds, quantile } from '../support/kill-rounds.ts';
import { processors, report } from './report.ts';

const KILLS = Number(process.env['KILLS'] ?? 500);

const CONDITIONS = TEST_PROVIDERS.flatMap((provider) =>
  [0, processors].map((busyLoops) => ({ provider, busyLoops, name: `${provider}, ${busyLoops} busy loops` })),
);

describe('kills among processes that send without end', () => {
  const heard: KillRound[] = [];
  afterAll(() => {
    const drained = heard.filter(({ report: { drained: isDrained } }) => isDrained);
    report('kills', {
      kills: heard.length,
      drained: drained.length,
      sentBefore: heard.reduce((sum, { sent }) => sum + sent, 0),
      late: drained.reduce((sum, { late }) => sum + late, 0),
    });
  });

  it.each(CONDITIONS)(
    'let no order reach the broker after the answer, on $name',
    async ({ provider, busyLoops, name }) => {
      const test = await createTestDatabase(provider);
      const rounds = await KillRounds.start(test, { processes: 4, senders: 15, seed: 500, busyLoops });
      const mine: KillRound[] = [];
      const idle = watchIdle();
      try {
        for (let kill = 0; kill < KILLS / CONDITIONS.length; kill += 1) {
          mine.push(await rounds.round(kill % 2 === 0 ? 'cancel' : 'block'));
        }
      } finally {
        heard.push(...mine);
        report(`kills on ${name}`, { ...figuresOf(mine), idleShareOfProcessors: idle().toFixed(2) });
        await rounds.end();
        await test.drop();
      }

      expect(mine.filter(({ report: { drained }, late }) => drained && late > 0)).toEqual([]);
    },
    3_600_000,
  );
});

/** Milliseconds, `median / 99 % / most`. */
function figuresOf(rounds: readonly KillRound[]): Record<string, string | number> {
  const figure = (msOf: (round: KillRound) => number): string => {
    const all = rounds.map(msOf);
    return [quantile(all, 0.5), quantile(all, 0.99), Math.max(...all)].map(Math.round).join(' / ');
  };
  return {
    kills: rounds.length,
    drained: rounds.filter(({ report: { drained } }) => drained).length,
    answerMs: figure(({ answerMs }) => answerMs),
    haltMs: figure(({ phases }) => phases.haltMs),
    drainMs: figure(({ phases }) => phases.drainMs),
    cancelMs: figure(({ phases }) => phases.cancelMs),
    reportMs: figure(({ phases }) => phases.reportMs),
    ordersPerKill: figure(({ report: { orders } }) => orders.length),
  };
}
