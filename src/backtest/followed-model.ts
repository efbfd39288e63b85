/** What a result says of the model that its strategy followed: which one, and how much of the bars it knew beforehand. */
import { formatDate } from '../core/index.ts';
import type { AlignedBars } from '../market/index.ts';
import { type Hindsight, hindsightOf, type TradedModel } from '../strategies/index.ts';

/** The model of a backtest. */
export interface FollowedModel extends Hindsight {
  readonly id: number;
  /** SHA-256 of its bytes, hex. */
  readonly checksum: string;
  /** When the last bar begins that it knows of. */
  readonly trainedUntil: Date;
}

/** The facts, and in words what they take from the figures. */
export function followedFacts(
  model: TradedModel,
  data: AlignedBars,
): { readonly model: FollowedModel; readonly warnings: readonly string[] } {
  const { id, checksum, trainedUntil } = model;
  const hindsight = hindsightOf(model, data.bars);
  return {
    model: { id, checksum, trainedUntil: new Date(trainedUntil), ...hindsight },
    warnings: [
      silenceWarning(model, data),
      hindsightWarning(model, hindsight),
      holdoutWarning(model, data),
      ...foreignWarnings(model, data),
    ].filter((text) => text !== null),
  };
}

/** Without a prediction it stays flat, which must not pass for a decision. */
function silenceWarning({ id, warmUpBars }: TradedModel, { bars }: AlignedBars): string | null {
  const { length } = bars[0]?.time ?? [];
  if (length > warmUpBars) return null;
  return `Model ${id} was asked about no bar: it says nothing of the first ${warmUpBars}, and there are ${length}. Start earlier.`;
}

/** What a model was scored by is out of its sample, but not unseen by who chose it. */
function holdoutWarning({ id, warmUpBars, ...model }: TradedModel, { bars }: AlignedBars): string | null {
  const { trainedUntil, tunedUntil } = model;
  const predicted = bars[0]?.time.subarray(warmUpBars) ?? new Float64Array();
  const scored = predicted.filter((start) => start > trainedUntil && start <= tunedUntil).length;
  if (scored === 0) return null;
  return (
    `Model ${id} was scored by a hold-out up to ${formatDate(tunedUntil)}: ${scored} of the ${predicted.length} bars that it ` +
    'was asked about lie there or just before. Whoever chose it among others by that score has chosen by these bars.'
  );
}

function hindsightWarning({ id, trainedUntil }: TradedModel, hindsight: Hindsight): string | null {
  const { predictedBars, inSampleBars, firstUnknown } = hindsight;
  if (inSampleBars === 0) return null;
  const rest = firstUnknown === null ? '' : ` The first bar that it does not know is of ${firstUnknown}.`;
  return (
    `Model ${id} has learned from bars up to ${formatDate(trainedUntil)}: ${inSampleBars} of the ${predictedBars} bars that ` +
    `it was asked about it knew beforehand, and what was earned there says nothing.${rest}`
  );
}

function foreignWarnings(model: TradedModel, { bars, source }: AlignedBars): readonly string[] {
  const foreign = bars.map(({ symbol }) => symbol).filter((symbol) => !model.symbols.includes(symbol));
  return [
    ...(foreign.length === 0
      ? []
      : [`Model ${model.id} has learned from ${model.symbols.join(', ')}, not from ${foreign.join(', ')}.`]),
    ...(source === model.dataSource
      ? []
      : [`Model ${model.id} has learned from prices of ${model.dataSource}; these are of ${source}.`]),
  ];
}
