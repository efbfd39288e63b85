/** From what a document answers about the tuning of a model to how the facade writes it. */

import type { z } from 'zod';
import { memberOf } from '../../core/index.ts';
import type { TuningFieldsFragment } from '../../graphql/index.ts';
import { TUNING_METHODS } from '../../optimize/index.ts';
import { camelKeys, snakeKeys } from '../naming.ts';
import { EDGE_VERDICTS, LABELS, type modelBody } from './model-shapes.ts';
import { intervalName, intervalOf } from './shapes.ts';

const METHOD_NAMES = { grid: 'GRID', random: 'RANDOM', halving: 'HALVING' } as const;

/** A body as the input of its mutation. */
export function modelInput(body: z.output<typeof modelBody>) {
  return {
    ...camelKeys(body),
    interval: intervalName(body.interval),
    method: body.method == null ? null : METHOD_NAMES[body.method],
  };
}

/** What was asked. */
export function shownModelConfig({ config }: Pick<TuningFieldsFragment, 'config'>) {
  const { featureConfig } = config;
  return {
    ...snakeKeys(config),
    interval: intervalOf(config.interval),
    method: memberOf(TUNING_METHODS, config.method.toLowerCase()),
    feature_config: { ...snakeKeys(featureConfig), label: memberOf(LABELS, featureConfig.label.toLowerCase()) },
  };
}

/** The verdict on the best. */
export function shownJudgement({ judgement }: Pick<TuningFieldsFragment, 'judgement'>) {
  return judgement && { ...snakeKeys(judgement), verdict: memberOf(EDGE_VERDICTS, judgement.verdict.toLowerCase()) };
}
