/** Submits a sweep: one job that searches the default grid of every strategy type that fits the symbols and the bars. */
import { type Principal, requireScope } from '../access/index.ts';
import { invalid, parseAll } from '../core/index.ts';
import type { OptimizationRow } from '../storage/index.ts';
import { findStrategy, longestWindow, type StrategyType, symbolCountProblem } from '../strategies/index.ts';
import {
  configOf,
  insertJob,
  type JobInput,
  loadBars,
  type OptimizeDeps,
  refuseTooManyJobs,
  sharedParsers,
} from './job/submit-job.ts';
import type { OptimizationSection, SkippedType } from './optimization.ts';
import {
  combinationAt,
  combinationCount,
  noneIsValid,
  type ParameterSpace,
  parseSearch,
  parseSpace,
  type SearchSettings,
  trialCount,
} from './search/index.ts';

/** What a caller asks for: as for one strategy type, without the type and its grid. */
export type SweepInput = JobInput;

/**
 * Submits a job over all strategy types and answers at once; it runs in the background. Types that cannot trade so many
 * symbols, whose windows are longer than the bars, or whose grid has no valid combination are left out and listed in the
 * configuration. Scope `trade`.
 *
 * @throws {DomainError} VALIDATION naming the field, value and limit, also when no type fits; NOT_FOUND for the saved
 *   strategy; RATE_LIMITED when too many jobs wait; UNAVAILABLE when the market data cannot be had
 */
export async function startSweep(
  deps: OptimizeDeps,
  principal: Principal,
  input: SweepInput,
): Promise<OptimizationRow> {
  requireScope(principal, 'trade');
  await refuseTooManyJobs(deps, principal);
  const { search, ...shared } = parseAll({ search: () => parseSearch(input, deps.limits), ...sharedParsers(input) });
  if (input.strategyId != null) await findStrategy(deps.database, principal, input.strategyId);
  const data = await loadBars(deps, principal, { ...input, ...shared });
  const types = sectionsOf(deps, search, { symbols: shared.symbols.length, bars: data.bars[0]?.time.length ?? 0 });
  const config = configOf(input, shared, { ...types, search, data });
  return await insertJob(deps, principal, { jobType: 'sweep', config, data, strategyId: input.strategyId ?? null });
}

/** What a type has to fit. */
interface Fitting {
  readonly symbols: number;
  readonly bars: number;
}

/** A section for every type that fits, a reason for every other one. */
function sectionsOf({ registry, limits }: OptimizeDeps, search: SearchSettings, fitting: Fitting) {
  const sections: OptimizationSection[] = [];
  const skippedTypes: SkippedType[] = [];
  for (const type of registry.list()) {
    const strategyType = type.name;
    const missing = requirementProblem(type);
    if (missing !== null) {
      skippedTypes.push({ strategyType, reason: missing });
      continue;
    }
    const paramGrid = parseSpace(type, undefined, { ...search, ...limits });
    const reason = symbolCountProblem(type, fitting.symbols) ?? windowProblem(type, paramGrid, fitting.bars);
    if (reason !== null) skippedTypes.push({ strategyType, reason });
    else sections.push({ strategyType, paramGrid, trials: trialCount(type, paramGrid, search) });
  }
  if (sections.length === 0) throw invalid('symbols', skippedTypes.map(({ reason }) => reason).join(' '));
  refuseTooManyTrials(sections, limits.maxCombinations);
  return { sections, skippedTypes };
}

/** Why the type has no grid of its own; null when it has one. */
function requirementProblem({ name, parameters }: StrategyType): string | null {
  const required = parameters.find(({ isRequired }) => isRequired);
  if (required === undefined) return null;
  return `${name} takes ${required.name}, which has no default: search it by itself.`;
}

/** Why no combination of the space can ever decide anything; null when one can. */
function windowProblem(type: StrategyType, space: ParameterSpace, bars: number): string | null {
  let shortest = Number.POSITIVE_INFINITY;
  for (let index = 0; index < combinationCount(space); index += 1) {
    const params = combinationAt(type, space, index);
    if (type.problem(params) !== null) continue;
    shortest = Math.min(shortest, Math.max(1, longestWindow(type, params)));
    if (shortest <= bars) return null;
  }
  if (shortest === Number.POSITIVE_INFINITY) return noneIsValid(type, space);
  return `${type.name} looks back on at least ${shortest} bars, and there are ${bars}.`;
}

function refuseTooManyTrials(sections: readonly OptimizationSection[], limit: number): void {
  const total = sections.reduce((sum, { trials }) => sum + trials, 0);
  if (total <= limit) return;
  throw invalid('maxTrials', `The sweep tries ${total} combinations over all types; at most ${limit} are allowed.`, {
    limit,
    observed: total,
  });
}
