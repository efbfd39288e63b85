/** Submits the tuning of a model: everything that can be refused is refused here, before a job exists. */
import { type Principal, requireScope } from '../access/index.ts';
import { invalid, parseAll, shown } from '../core/index.ts';
import { type FeatureConfig, parseFeatureConfig, planRows, refuseTooManyTerms, warmUpBars } from '../features/index.ts';
import type { AlignedBars } from '../market/index.ts';
import { MODEL_TYPES, type ModelType } from '../models/index.ts';
import type { OptimizationRow } from '../storage/index.ts';
import { combinationsOf } from './job/load-tuning.ts';
import {
  loadAligned,
  type MarketInput,
  type OptimizeDeps,
  refuseTooManyJobs,
  settingsFor,
  sharedParsers,
  storeJob,
} from './job/submit-job.ts';
import { parseSpace, trialCount } from './search/index.ts';
import {
  cutBars,
  defaultEmbargo,
  fitWork,
  integerIn,
  MODEL_SPACES,
  parseTuningSearch,
  refuseTooLargeModels,
  refuseTooMuchWork,
  requireEnoughBars,
  type SignalThresholds,
  searchOf,
  type TuningConfig,
} from './tuning/index.ts';

/** What a caller asks for. Null and undefined both take the default. */
export interface ModelTuningInput extends MarketInput {
  /** One of `MODEL_TYPES`. */
  readonly modelType: string;
  /** `{features?, horizon?, label?}`, see `parseFeatureConfig`. */
  readonly featureConfig?: unknown;
  /** Parameter -> list of values, single value, or `{min, max, step?, log?}`; default: the type's grid. */
  readonly paramGrid?: unknown;
  /** Test slices, at least 2; default 5. */
  readonly nSplits?: number | null | undefined;
  /** Bars between training and testing beside the label's horizon; default: 1 % of the bars. */
  readonly embargoBars?: number | null | undefined;
  /** One of `TUNING_METHODS`; default `grid`. */
  readonly method?: string | null | undefined;
  /** Combinations that `random` and `halving` draw; default 60. Refused with `grid`. */
  readonly maxTrials?: number | null | undefined;
  /** Of the draws and of the training; default 1. */
  readonly seed?: number | null | undefined;
}

const DEFAULT_SPLITS = 5;
const MAX_SPLITS = 100;
const MAX_EMBARGO = 100_000;

/** Buy what is more likely to rise than to fall, or is expected to. */
const THRESHOLDS: Readonly<Record<FeatureConfig['label'], SignalThresholds>> = {
  direction: { longAbove: 0.5, shortBelow: 0.5 },
  return: { longAbove: 0, shortBelow: 0 },
};

/**
 * Submits a job and answers at once; it runs in the background. Scope `trade`.
 *
 * @throws {DomainError} VALIDATION naming the field, value and limit; RATE_LIMITED when too many jobs wait; UNAVAILABLE
 *   when the market data cannot be had
 */
export async function startModelTuning(
  deps: OptimizeDeps,
  principal: Principal,
  input: ModelTuningInput,
): Promise<OptimizationRow> {
  requireScope(principal, 'trade');
  await refuseTooManyJobs(deps, principal);
  const parsed = parseInput(deps, input);
  const data = await loadAligned(deps, principal, { ...input, ...parsed });
  const config = configOf(input, parsed, data);
  requireEnoughBars(rangeOf(parsed, data), deps.limits.minBarsPerSplit);
  await refuseLargeTraining(config, data);
  const { modelType, trials } = config;
  return await storeJob(deps, principal, { jobType: 'model', modelType, config, trials, data });
}

/** Everything that can be told without the bars. */
function parseInput({ limits }: OptimizeDeps, input: ModelTuningInput) {
  const { symbols, interval, range, settings } = sharedParsers(input);
  return parseAll({
    symbols,
    typed: () => parseTyped(input, limits),
    featureConfig: () => parseFeatureConfig(input.featureConfig, { symbols: input.symbols.length }),
    nSplits: () => integerIn('nSplits', input.nSplits ?? DEFAULT_SPLITS, [2, MAX_SPLITS]),
    embargoBars: () =>
      input.embargoBars == null ? null : integerIn('embargoBars', input.embargoBars, [0, MAX_EMBARGO]),
    interval,
    range,
    settings,
  });
}

/** What depends on the type. */
function parseTyped(input: ModelTuningInput, limits: { readonly maxCombinations: number }) {
  const modelType = parseModelType(input.modelType);
  const space = MODEL_SPACES[modelType];
  const { search, paramGrid } = parseAll({
    search: () => parseTuningSearch(input, limits),
    paramGrid: () => parseSpace(space, input.paramGrid, { ...searchOf(parseTuningSearch(input, limits)), ...limits }),
  });
  return { modelType, search, paramGrid, trials: trialCount(space, paramGrid, searchOf(search)) };
}

function parseModelType(raw: string): ModelType {
  const type = MODEL_TYPES.find((candidate) => candidate === raw);
  if (type !== undefined) return type;
  throw invalid('modelType', `There is no model type ${shown(raw)}; there are ${MODEL_TYPES.join(', ')}.`);
}

function configOf(input: ModelTuningInput, parsed: ReturnType<typeof parseInput>, data: AlignedBars): TuningConfig {
  const { typed, symbols, interval, featureConfig, nSplits, settings } = parsed;
  const { search, ...space } = typed;
  const { start, end } = input;
  const embargoBars = parsed.embargoBars ?? defaultEmbargo(data.bars[0]?.time.length ?? 0);
  return {
    ...space,
    ...{ featureConfig, symbols, start, end, interval },
    ...search,
    ...{ nSplits, embargoBars },
    thresholds: THRESHOLDS[featureConfig.label],
    settings: settingsFor(input, { symbols, interval, settings }, data),
  };
}

function rangeOf({ featureConfig, nSplits, embargoBars }: ReturnType<typeof parseInput>, { bars }: AlignedBars) {
  const { horizon } = featureConfig;
  const warmUp = warmUpBars(featureConfig);
  return { bars: bars[0]?.time.length ?? 0, warmUpBars: warmUp, horizon, nSplits, embargoBars };
}

async function refuseLargeTraining(config: TuningConfig, { bars }: AlignedBars): Promise<void> {
  const { featureConfig } = config;
  refuseTooManyTerms(featureConfig, bars, 'featureConfig');
  const { labelled } = planRows(featureConfig, bars);
  const cut = cutBars(labelled / bars.length, { ...config, horizon: featureConfig.horizon });
  const space = MODEL_SPACES[config.modelType];
  const valid = (await combinationsOf(config)).filter((params) => space.problem(params) === null);
  const size = { symbols: bars.length, columns: featureConfig.features.length, bars: bars[0]?.time.length ?? 0 };
  refuseTooMuchWork(await fitWork(valid), cut, size);
  const learned = { rows: cut.holdout.train.to * bars.length, features: size.columns };
  await refuseTooLargeModels(config.modelType, valid, learned);
}
