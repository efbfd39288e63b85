import { inBlocks, LARGEST_ROW_ID } from '../core/index.ts';
import { at } from './indicators/index.ts';
import { numberOf, optionalNumberOf } from './parameter-reading.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';
import type { DecisionInput, TargetStrategy } from './strategy-type.ts';

/** Probabilities lie between 0 and 1; nobody predicts a return of e^10. */
const thresholdSpec = { type: 'number', default: null, minimum: -10, maximum: 10, nullable: true } as const;

const PARAMETERS: readonly ParameterSpec[] = [
  {
    name: 'model_id',
    type: 'integer',
    description: 'The model that is followed: the id of one that a tuning job has kept.',
    default: null,
    isRequired: true,
    minimum: 1,
    maximum: LARGEST_ROW_ID,
    nullable: false,
  },
  {
    name: 'enter_above',
    ...thresholdSpec,
    description:
      'Prediction above which it buys: a probability of a rise, or a return such as 0.002. Null: what is neutral to the ' +
      'model (0.5 of a probability, 0 of a return), or exit_below where that is higher.',
  },
  {
    name: 'exit_below',
    ...thresholdSpec,
    description:
      'Prediction at or below which a long position is closed, at most enter_above; the gap between the two keeps it from ' +
      'trading to and fro. Null: what is neutral to the model, or enter_above where that is lower.',
  },
];

/**
 * Follows what a stored model predicts, with two thresholds:
 *
 *   flat → long   when p > enter           long → flat   when p ≤ exit
 *   flat → short  when p < 2n − enter      short → flat  when p ≥ 2n − exit
 *
 * n is what is neutral to the model, so that short sales take of a fall what purchases take of a rise: of a probability p
 * that is 1 − p > enter. Long is looked at first, and there is one transition per bar: a position that ends leaves it flat.
 * Without a prediction the state stays. With its defaults it trades as the tuning did that has chosen the model.
 */
export const modelStrategy: TargetStrategy = {
  name: 'model',
  trades: 'targets',
  description:
    'Follows a model that a tuning job has trained: buys when it predicts more than enter_above and leaves when it ' +
    'predicts no more than exit_below. With shorting allowed it sells by the same distances on the other side of neutral. ' +
    'It is worth what the predictions are: read the verdict of the tuning job first.',
  parameters: PARAMETERS,
  defaultGrid: {},
  symbols: { min: 1, max: null },
  modelParameter: 'model_id',

  problem(params) {
    const [enter, exit] = [optionalNumberOf(params, 'enter_above'), optionalNumberOf(params, 'exit_below')];
    if (enter === null || exit === null || exit <= enter) return null;
    return { parameter: 'exit_below', message: `exit_below ${exit} must be at most enter_above ${enter}.` };
  },

  indicators: () => [],

  decide({ params, allowShort, prediction }: DecisionInput, targets: Int8Array) {
    const { neutral, values } = prediction(numberOf(params, 'model_id'));
    const thresholds = { ...thresholdsOf(params, neutral), neutral, allowShort };
    let state = 0;
    inBlocks(targets.length, ({ from, to }) => {
      for (let t = from; t < to; t++) {
        state = nextState(state, at(values, t), thresholds);
        targets[t] = state;
      }
    });
  },
};

function thresholdsOf(params: Parameters, neutral: number) {
  const [enter, exit] = [optionalNumberOf(params, 'enter_above'), optionalNumberOf(params, 'exit_below')];
  return {
    enter: enter ?? Math.max(neutral, exit ?? neutral),
    exit: exit ?? Math.min(neutral, enter ?? neutral),
  };
}

interface Thresholds {
  readonly enter: number;
  readonly exit: number;
  readonly neutral: number;
  readonly allowShort: boolean;
}

/** The state after a bar with this prediction. Every comparison with NaN is false: the state stays. */
function nextState(state: number, prediction: number, { enter, exit, neutral, allowShort }: Thresholds): number {
  if (state > 0) return prediction <= exit ? 0 : state;
  if (state < 0) return prediction >= 2 * neutral - exit ? 0 : state;
  if (prediction > enter) return 1;
  return allowShort && prediction < 2 * neutral - enter ? -1 : 0;
}
