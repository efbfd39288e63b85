/** What worker threads compute of a stored model: the features of bars, and what it says of them. */
import { type Compute, defineTask, type Task, type TaskName } from '../compute/index.ts';
import { type FeatureConfig, planRows, writeFeatures } from '../features/index.ts';
import type { Bars } from '../market/index.ts';
import { type Model, predict } from '../models/index.ts';
import type { PredictOptions } from '../strategies/index.ts';

interface PredictTaskInput {
  readonly model: Model;
  readonly config: FeatureConfig;
  readonly bars: readonly Bars[];
  /** By symbol, each [T] on shared memory: where the predictions go; NaN where the features are not defined yet. */
  readonly columns: readonly Float64Array[];
}

const PREDICT: TaskName<PredictTaskInput, null> = { name: 'predictions.predict' };

const predictTask: Task<PredictTaskInput, null> = defineTask(PREDICT.name, ({ model, config, bars, columns }) => {
  const names = config.features.map(({ name }) => name);
  const { rows, firstBar, symbols } = planRows(config, bars);
  const values = new Float64Array(names.length * rows);
  writeFeatures(config, bars, values);
  const predictions = predict(model, { names, rows, values }, null);
  for (const [symbol, column] of columns.entries()) {
    column.fill(Number.NaN, 0, firstBar);
    for (let bar = firstBar; bar < column.length; bar++)
      column[bar] = predictions[(bar - firstBar) * symbols + symbol] ?? Number.NaN;
  }
  return null;
});

/** The tasks that a worker serves for stored models. */
export const predictionTasks = [predictTask] as const;

/**
 * What a model says after each bar: a column [T] per symbol, NaN in the warm-up of its features.
 *
 * @param bars one per symbol, equal times
 * @throws {ComputeFailure} when a worker fails, or the signal aborts
 */
export async function predictBars(
  compute: Compute,
  asked: Omit<PredictTaskInput, 'columns'>,
  { columnOf = sharedColumn, signal }: PredictOptions = {},
): Promise<readonly Float64Array[]> {
  const columns = asked.bars.map(({ time }) => columnOf(time.length));
  await compute.run(PREDICT, { ...asked, columns }, signal === undefined ? {} : { signal });
  return columns;
}

function sharedColumn(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}
