/** The index of price alerts finds what a scan of all alerts finds, and looks at no more than it has to. */
import { describe, expect, it } from 'vitest';
import { AlertBook, type RememberedAlert } from '../../src/alerts/alert-book.ts';
import { type LevelRule, type LevelState, stepOf } from '../../src/alerts/level-state.ts';
import type { AlertRow } from '../../src/storage/index.ts';
import { silentLog } from '../support/log.ts';
import { seededRandom } from '../support/random.ts';

const SEED = Number(process.env['SEED'] ?? 20_261_129);

/** The row of a price alert. */
function rowOf(id: number, changes: Partial<AlertRow> = {}): AlertRow {
  const level = Number(changes.level ?? 100);
  const direction = changes.direction ?? 'above';
  return {
    ...{ id, ownerId: 1, name: `Alert ${id}`, alertType: 'price', condition: '{}', symbol: 'SPY', metric: null },
    ...{ direction, level: '100', rearmLevel: String(level * (direction === 'above' ? 0.995 : 1.005)) },
    ...{ hysteresis: '0.005', strategyId: null, goalId: null, signal: null, enabled: true, cooldownSeconds: 300 },
    ...{ phase: 'armed', firedAt: null, observedAt: new Date(0), lastTriggeredAt: null, triggerCount: 0, version: 0 },
    ...{ createdAt: new Date(0), updatedAt: new Date(0) },
    ...changes,
  };
}

function idsOf(alerts: readonly RememberedAlert[]): readonly number[] {
  return alerts.map(({ id }) => id).toSorted((a, b) => a - b);
}

describe('the index of price alerts', () => {
  it(`finds what a scan of all alerts finds, also while alerts come, change and go (seed ${SEED})`, () => {
    const random = seededRandom(SEED);
    const pick = (count: number): number => Math.floor(random() * count);
    const book = new AlertBook({ log: silentLog });
    const scanned = new Map<number, { symbol: string; rule: LevelRule; state: LevelState }>();
    let found = 0;
    for (let round = 0, next = 1, now = 1; round < 5_000; round += 1, now += pick(60_000)) {
      const symbol = ['SPY', 'QQQ', 'BTC-USD'][pick(3)] ?? 'SPY';
      if (random() < 0.5) {
        const id = random() < 0.7 ? next++ : 1 + pick(next);
        const direction = random() < 0.5 ? 'above' : 'below';
        const level = 95 + pick(11);
        const phase = random() < 0.3 ? 'unready' : 'armed';
        const row = rowOf(id, { symbol, direction, level: String(level), phase, version: round });
        book.put(row);
        const rule = { direction, level, rearmLevel: Number(row.rearmLevel), cooldownMs: 300_000 } as const;
        scanned.set(id, { symbol, rule, state: { phase, firedAt: null, observedAt: 0 } });
      } else if (random() < 0.1) {
        const id = 1 + pick(next);
        book.forget(id);
        scanned.delete(id);
      } else {
        const seen = { value: 93 + pick(15), at: now, now };
        const expected: number[] = [];
        for (const [id, alert] of scanned) {
          const step = alert.symbol === symbol ? stepOf(alert.rule, alert.state, seen) : null;
          if (step === null) continue;
          expected.push(id);
          alert.state = step.state;
        }
        const stepped = book.priced(symbol, seen);
        expect(idsOf(stepped)).toEqual(expected.toSorted((a, b) => a - b));
        found += stepped.length;
      }
    }

    expect(found).toBeGreaterThan(1_000);
    expect(book.size).toBe(scanned.size);
  });

  it('compares no more for 100,000 alerts on 500 symbols than what fires costs', () => {
    const book = new AlertBook({ log: silentLog });
    const symbols = Array.from({ length: 500 }, (_, index) => `S${index}`);
    for (let id = 0; id < 100_000; id += 1) {
      const symbol = symbols[id % 500] ?? '';
      // Levels from 100.01 to 102, and below 99.99 to 98, a hundred each.
      const step = Math.ceil((Math.floor(id / 500) + 1) / 2) / 50;
      const isAbove = Math.floor(id / 500) % 2 === 0;
      book.put(
        rowOf(id, {
          symbol,
          direction: isAbove ? 'above' : 'below',
          level: String(isAbove ? 100 + step : 100 - step),
        }),
      );
    }
    const price = (value: number, now: number): { readonly fired: number; readonly comparisons: number } => {
      const before = book.comparisons;
      let fired = 0;
      for (const symbol of symbols) fired += book.priced(symbol, { value, at: now, now }).length;
      return { fired, comparisons: book.comparisons - before };
    };

    const quiet = price(100, 1);
    const some = price(100.03, 2);
    const all = price(110, 3);

    expect(book.size).toBe(100_000);
    expect(quiet).toEqual({ fired: 0, comparisons: 1_000 });
    expect(some.fired).toBe(500);
    expect(some.comparisons / 500).toBeLessThan(40);
    expect(all.fired).toBe(49_500);
    expect(all.comparisons / all.fired).toBeLessThan(40);
  });

  it('does not pay for alerts that wait at exactly the price', () => {
    const book = new AlertBook({ log: silentLog });
    for (let id = 1; id <= 10_000; id += 1) book.put(rowOf(id));
    const before = book.comparisons;

    const fired = book.priced('SPY', { value: 100, at: 1, now: 1 });

    expect(fired).toEqual([]);
    expect(book.comparisons - before).toBe(2);
  });

  it('leaves out a row that was damaged, and says so', () => {
    const errors: string[] = [];
    const book = new AlertBook({ log: { ...silentLog, error: (_facts, message) => void errors.push(message) } });

    book.put(rowOf(1, { level: 'much' }));
    book.put(rowOf(2, { phase: 'asleep' }));
    book.put(rowOf(3));

    expect(book.size).toBe(1);
    expect(errors).toHaveLength(2);
  });

  it('keeps what is newer than a row that was read late', () => {
    const book = new AlertBook({ log: silentLog });
    book.put(rowOf(1, { version: 5, phase: 'triggered' }));

    book.put(rowOf(1, { version: 4 }));
    const late = book.get(1)?.state.phase;
    book.put(rowOf(1, { version: 6, phase: 'disabled' }));

    expect(late).toBe('triggered');
    expect(book.get(1)).toBeUndefined();
    expect(book.symbols()).toEqual([]);
  });
});
