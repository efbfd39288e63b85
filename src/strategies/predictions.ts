/** What stored models say, as the types that follow one read it. */

/** What one model says of the symbols of a simulation. */
export interface Predictions {
  /** Neither a rise nor a fall: 0.5 of probabilities, 0 of returns. */
  readonly neutral: number;
  /** By symbol, each [T]: what it says after a bar; NaN in the warm-up of its features. */
  readonly bySymbol: readonly Float64Array[];
}

/** By the id of the model. */
export type PredictionTable = ReadonlyMap<number, Predictions>;

/** What one model says of one symbol. */
export interface SymbolPredictions extends Pick<Predictions, 'neutral'> {
  readonly values: Float64Array;
}
