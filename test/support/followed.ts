/** Models that tests tune on bars with a planted edge, and what a strategy that follows one should hold. */

import type { Bars } from '../../src/market/index.ts';
import { formatBarTime } from '../../src/market/index.ts';
import type { ModelTuningInput } from '../../src/optimize/index.ts';
import { startModelTuning } from '../../src/optimize/index.ts';
import { predictModel } from '../../src/predictions/index.ts';
import type { TestServices } from './compose.ts';
import { edgeBars } from './edge-bars.ts';
import { ended } from './jobs.ts';
import { importSeries } from './services.ts';

/** 1,000 days whose gap points to the next close six times in ten. */
export const EDGE: Bars = edgeBars(7, { length: 1000, probability: 0.6 });

/** The date of a bar of `EDGE`. */
export function dayOf(bar: number): string {
  return formatBarTime(EDGE.time[bar] ?? Number.NaN, '1d');
}

/** The bars [from, to) under another symbol. */
export function cutBarsOf(bars: Bars, symbol: string, [from, to]: readonly [number, number]): Bars {
  const cut = (column: Float64Array) => column.slice(from, to);
  const { time, open, high, low, close, volume } = bars;
  return {
    ...bars,
    symbol,
    time: cut(time),
    open: cut(open),
    high: cut(high),
    low: cut(low),
    close: cut(close),
    volume: cut(volume),
  };
}

/** Imports `EDGE`, tunes on it and answers the job and its model. */
export async function tuneOnEdge(services: TestServices, more: Partial<ModelTuningInput> = {}) {
  await importSeries(services, EDGE);
  const input: ModelTuningInput = {
    modelType: 'xgboost',
    symbols: ['EDGE'],
    start: dayOf(0),
    end: dayOf(999),
    paramGrid: { n_estimators: [20], max_depth: [2, 3], learning_rate: 0.1, subsample: 0.7 },
    ...more,
  };
  const job = await ended(services, (await startModelTuning(services, services.user, input)).id, 60_000);
  const model = await services.database.read.trainedModel.findUniqueOrThrow({ where: { optimizationId: job.id } });
  return { job, model };
}

/** What `predict` says of the bars from one to another, by date. */
export async function saidOf(
  services: TestServices,
  modelId: number,
  [start, end]: readonly [string, string],
  symbol = 'EDGE',
): Promise<ReadonlyMap<string, number>> {
  const said = await predictModel(services, services.user, { modelId, symbols: [symbol], start, end });
  return new Map(said.map(({ date, value }) => [date, value]));
}

/** Positions after each bar that was predicted, by the rule of the type with these thresholds, long only. */
export function heldBy(
  said: ReadonlyMap<string, number>,
  { enter, exit }: { readonly enter: number; readonly exit: number },
): ReadonlyMap<string, number> {
  let holds = false;
  return new Map(
    Array.from(said, ([date, value]) => {
      holds = holds ? value > exit : value > enter;
      return [date, holds ? 1 : 0];
    }),
  );
}
