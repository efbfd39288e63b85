/** A saved strategy: a type with parameters and the symbols it trades, as a row and as commands on it. */
import { type Principal, requireScope } from '../access/index.ts';
import {
  type Clock,
  DomainError,
  dateOf,
  type FieldError,
  type IdSource,
  invalidFields,
  memberOf,
  notFound,
  readJson,
} from '../core/index.ts';
import type { Journal, JournalWrite } from '../events/index.ts';
import { INTERVALS, type Interval, parseInterval, parseSymbols } from '../market/index.ts';
import type { Database, StrategyRow } from '../storage/index.ts';
import { type Parameters, parseParameters } from './parameters.ts';
import type { StrategyRegistry } from './registry.ts';
import { requireSymbolCount } from './trading.ts';

/** What becomes of a strategy's signals: only shown, announced, or turned into orders. */
export const STRATEGY_MODES = ['monitor', 'alert', 'auto_trade'] as const;

/** One of `STRATEGY_MODES`. */
export type StrategyMode = (typeof STRATEGY_MODES)[number];

/** What a caller gives; on update only what is given changes, and `params` replaces the whole map. */
export interface StrategyInput {
  /** 1 to 100 characters. */
  readonly name?: string | null | undefined;
  /** A registered type. */
  readonly strategyType?: string | null | undefined;
  /** Parameter name -> value; what is left out takes the type's default. */
  readonly params?: unknown;
  readonly symbols?: readonly string[] | null | undefined;
  /** One of `INTERVALS`; default `1d`. */
  readonly interval?: string | null | undefined;
  /** Default `monitor`. */
  readonly mode?: string | null | undefined;
  /** Default true. */
  readonly enabled?: boolean | null | undefined;
}

/** A saved strategy whose texts were parsed. */
export interface SavedStrategy {
  readonly id: number;
  readonly name: string;
  readonly strategyType: string;
  readonly params: Parameters;
  readonly symbols: readonly string[];
  readonly interval: Interval;
  readonly mode: StrategyMode;
  readonly enabled: boolean;
}

/** What the commands work with. */
export interface StrategyDeps {
  readonly database: Database;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly registry: StrategyRegistry;
}

type StrategyColumns = Pick<
  StrategyRow,
  'name' | 'strategyType' | 'params' | 'symbols' | 'interval' | 'mode' | 'enabled'
>;

/** The row with its JSON texts parsed. */
export function savedStrategy(row: StrategyRow): SavedStrategy {
  return {
    id: row.id,
    name: row.name,
    strategyType: row.strategyType,
    params: readJson<Parameters>(row.params),
    symbols: readJson<readonly string[]>(row.symbols),
    interval: memberOf(INTERVALS, row.interval),
    mode: memberOf(STRATEGY_MODES, row.mode),
    enabled: row.enabled,
  };
}

/** @throws {DomainError} NOT_FOUND, also when the strategy is another user's */
export async function findStrategy(database: Database, principal: Principal, id: number): Promise<SavedStrategy> {
  requireScope(principal, 'read');
  const row = await database.read.strategy.findFirst({ where: { id, ownerId: principal.userId } });
  if (row === null) throw notFound('strategy', id);
  return savedStrategy(row);
}

/**
 * Saves a strategy. `name`, `strategyType` and `symbols` are required. Scope `trade`.
 *
 * @throws {DomainError} VALIDATION naming every field that is wrong
 */
export async function createStrategy(
  deps: StrategyDeps,
  principal: Principal,
  input: StrategyInput,
): Promise<StrategyRow> {
  requireScope(principal, 'trade');
  const columns = parseColumns(deps.registry, input);
  const now = dateOf(deps.clock);
  return await deps.journal.write(async (write) => {
    const row = await write.db.strategy.create({
      data: { ...columns, ownerId: principal.userId, createdAt: now, updatedAt: now },
    });
    await announce(deps, write, row, 'StrategyCreated');
    return row;
  });
}

/**
 * Changes the given fields of a saved strategy; the whole is validated again. Scope `trade`.
 *
 * @throws {DomainError} VALIDATION, NOT_FOUND
 */
export async function updateStrategy(
  deps: StrategyDeps,
  principal: Principal,
  { id, ...input }: StrategyInput & { readonly id: number },
): Promise<StrategyRow> {
  requireScope(principal, 'trade');
  return await deps.journal.write(async (write) => {
    const before = await write.db.strategy.findFirst({ where: { id, ownerId: principal.userId } });
    if (before === null) throw notFound('strategy', id);
    const columns = parseColumns(deps.registry, merged(savedStrategy(before), input));
    const row = await write.db.strategy.update({
      where: { id },
      data: { ...columns, updatedAt: dateOf(deps.clock) },
    });
    await announce(deps, write, row, 'StrategyUpdated');
    return row;
  });
}

/**
 * Deletes a saved strategy; optimizations that named it stay. Scope `trade`.
 *
 * @throws {DomainError} NOT_FOUND
 */
export async function deleteStrategy(deps: StrategyDeps, principal: Principal, id: number): Promise<number> {
  requireScope(principal, 'trade');
  return await deps.journal.write(async (write) => {
    const row = await write.db.strategy.findFirst({ where: { id, ownerId: principal.userId } });
    if (row === null) throw notFound('strategy', id);
    await write.db.strategy.delete({ where: { id } });
    await announce(deps, write, row, 'StrategyDeleted');
    return id;
  });
}

/** A change of type without parameters starts from the new type's defaults. */
function merged(before: SavedStrategy, input: StrategyInput): StrategyInput {
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined && value !== null));
  const keepsType = input.strategyType == null || input.strategyType === before.strategyType;
  return { ...before, params: keepsType ? before.params : {}, ...given };
}

function parseColumns(registry: StrategyRegistry, input: StrategyInput): StrategyColumns {
  const problems: FieldError[] = [];
  const name = collect(problems, () => parseName(input.name));
  const interval = collect(problems, () => parseInterval(input.interval ?? '1d', 'interval'));
  const mode = collect(problems, () => parseMode(input.mode));
  const type = collect(problems, () => registry.get(input.strategyType ?? ''));
  const params = type && collect(problems, () => parseParameters(type, input.params ?? {}, 'params'));
  const symbols = collect(problems, () => {
    const parsed = parseSymbols(input.symbols ?? []);
    if (type !== undefined) requireSymbolCount(type, parsed.length);
    return parsed;
  });
  if (name === undefined || interval === undefined || mode === undefined || type === undefined) {
    throw invalidFields(problems);
  }
  if (params === undefined || symbols === undefined) throw invalidFields(problems);
  return {
    name,
    strategyType: type.name,
    params: JSON.stringify(params),
    symbols: JSON.stringify(symbols),
    interval,
    mode,
    enabled: input.enabled ?? true,
  };
}

/** Runs one parser; a VALIDATION error is noted and the next field is looked at, so that all are told at once. */
function collect<T>(problems: FieldError[], parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'VALIDATION') throw error;
    problems.push(...error.fields);
    return undefined;
  }
}

function parseName(raw: string | null | undefined): string {
  const name = raw?.trim() ?? '';
  if (name.length >= 1 && name.length <= 100) return name;
  throw invalidFields([{ path: ['name'], message: `name must have 1 to 100 characters; it has ${name.length}.` }]);
}

/** `auto-trade` is the older spelling. */
function parseMode(raw: string | null | undefined): StrategyMode {
  const given = raw === 'auto-trade' ? 'auto_trade' : (raw ?? 'monitor');
  const mode = STRATEGY_MODES.find((known) => known === given);
  if (mode !== undefined) return mode;
  const message = `mode must be one of ${STRATEGY_MODES.join(', ')}; it is ${JSON.stringify(given.slice(0, 40))}.`;
  throw invalidFields([{ path: ['mode'], message }]);
}

async function announce(deps: StrategyDeps, write: JournalWrite, row: StrategyRow, type: string): Promise<void> {
  await write.append({
    ownerId: row.ownerId,
    type,
    subjectType: 'strategy',
    subjectId: row.id,
    payload: { id: row.id, name: row.name, strategyType: row.strategyType },
    correlationId: deps.ids.next(),
  });
}
