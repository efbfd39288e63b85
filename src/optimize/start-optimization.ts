/** Submits a walk-forward optimization: everything that can be refused is refused here, before a job exists. */
import { type Principal, requireScope } from '../access/index.ts';
import { invalid, parseAll } from '../core/index.ts';
import type { OptimizationRow } from '../storage/index.ts';
import { findStrategy, requireSymbolCount } from '../strategies/index.ts';
import { modelsOfSpace, requireUsableBars, stampsOf } from './followed-models.ts';
import {
  configOf,
  insertJob,
  type JobInput,
  loadBars,
  type OptimizeDeps,
  refuseTooManyJobs,
  sharedParsers,
} from './job/submit-job.ts';
import { parseSearch, parseSpace, requireValidCombination, trialCount } from './search/index.ts';

/** What a caller asks for. Null and undefined both take the default. */
export interface StrategyOptimizationInput extends JobInput {
  readonly strategyType: string;
  /** Parameter -> list of values, single value, or `{min, max, step?, log?}`; default: the type's grid. */
  readonly paramGrid?: unknown;
}

/**
 * Submits a job and answers at once; it runs in the background. Scope `trade`.
 *
 * @throws {DomainError} VALIDATION naming the field, value and limit; NOT_FOUND for the saved strategy; RATE_LIMITED
 *   when too many jobs wait; UNAVAILABLE when the market data cannot be had
 */
export async function startStrategyOptimization(
  deps: OptimizeDeps,
  principal: Principal,
  input: StrategyOptimizationInput,
): Promise<OptimizationRow> {
  requireScope(principal, 'trade');
  await refuseTooManyJobs(deps, principal);
  const { symbols, ...others } = sharedParsers(input);
  const { typed, ...shared } = parseAll({ symbols, typed: () => parseTyped(deps, input), ...others });
  const { type, paramGrid, search } = typed;
  if (search.method === 'grid') await requireValidCombination(type, paramGrid);
  await checkStrategy(deps, principal, input);
  const models = await modelsOfSpace(deps.models, principal.userId, { ...shared, type, space: paramGrid });
  const data = await loadBars(deps, principal, { ...input, ...shared });
  requireUsableBars(models, data);
  const section = { strategyType: type.name, paramGrid, trials: trialCount(type, paramGrid, search) };
  const sections = { sections: [section], skippedTypes: [], models: stampsOf(models) };
  const config = configOf(input, shared, { ...sections, search, data });
  return await insertJob(deps, principal, { jobType: 'strategy', config, data, strategyId: input.strategyId ?? null });
}

/** What depends on the type. */
function parseTyped({ registry, limits }: OptimizeDeps, input: StrategyOptimizationInput) {
  const type = registry.get(input.strategyType);
  return parseAll({
    type: () => type,
    search: () => parseSearch(input, limits),
    paramGrid: () => parseSpace(type, input.paramGrid, { ...parseSearch(input, limits), ...limits }),
    symbols: () => requireSymbolCount(type, input.symbols.length),
  });
}

async function checkStrategy(
  deps: OptimizeDeps,
  principal: Principal,
  input: StrategyOptimizationInput,
): Promise<void> {
  if (input.strategyId == null) return;
  const strategy = await findStrategy(deps.database, principal, input.strategyId);
  if (strategy.strategyType === input.strategyType) return;
  throw invalid(
    'strategyId',
    `strategyId ${input.strategyId} is a ${strategy.strategyType} strategy; strategyType is ${input.strategyType}.`,
  );
}
