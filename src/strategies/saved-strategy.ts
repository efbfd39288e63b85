/** A saved strategy: a type with parameters and the symbols it trades, as a row and as commands on it. */
import { type Principal, requireScope } from '../access/index.ts';
import {
  type Clock,
  dateOf,
  given,
  type IdSource,
  invalid,
  memberOf,
  notFound,
  parseAll,
  parseName,
  readJson,
  shown,
} from '../core/index.ts';
import type { Journal, JournalWrite } from '../events/index.ts';
import { INTERVALS, type Interval, parseInterval, parseSymbols } from '../market/index.ts';
import { type Database, type Db, lockForDeletion, lockRows, type StrategyRow } from '../storage/index.ts';
import { followedModel, type ModelSource } from './followed-model.ts';
import { type Parameters, parseParameters } from './parameters.ts';
import type { StrategyRegistry } from './registry.ts';
import type { StrategyType } from './strategy-type.ts';
import { requireSymbolCount } from './trading.ts';

/** What becomes of a strategy's signals: only shown, announced, or turned into orders. */
export const STRATEGY_MODES = ['monitor', 'alert', 'auto_trade'] as const;

/** Stored events of saved strategies. */
export const STRATEGY_EVENTS = ['StrategyCreated', 'StrategyUpdated', 'StrategyDeleted'] as const;

/** One of `STRATEGY_MODES`. */
export type StrategyMode = (typeof STRATEGY_MODES)[number];

/** What a caller gives; on update only what is given changes, and `params` replaces the whole map. */
export interface StrategyInput {
  /** 1 to 100 characters, none of them a control character; spaces at the ends are dropped. */
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
  readonly models: ModelSource;
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
  return savedStrategy(await findRow(database.read, principal, id));
}

/**
 * Locks a strategy until `db` commits, so that what refers to it from then on is stored before it is deleted.
 *
 * @param db a transaction
 * @throws {DomainError} NOT_FOUND, also when it was deleted or is another user's
 */
export async function lockStrategy(db: Db, principal: Principal, id: number): Promise<void> {
  await lockRows(db, 'Strategy', [id]);
  await findRow(db, principal, id);
}

async function findRow(db: Db, { userId }: Principal, id: number): Promise<StrategyRow> {
  const row = await db.strategy.findFirst({ where: { id, ownerId: userId, deletedAt: null } });
  if (row === null) throw notFound('strategy', id);
  return row;
}

/**
 * Saves a strategy. `name`, `strategyType` and `symbols` are required. Scope `trade`.
 *
 * @throws {DomainError} VALIDATION naming every field that is wrong, also the id of a model that is not there
 */
export async function createStrategy(
  deps: StrategyDeps,
  principal: Principal,
  input: StrategyInput,
): Promise<StrategyRow> {
  requireScope(principal, 'trade');
  const parsed = parseStrategy(deps.registry, input);
  await requireModel(deps, principal, parsed);
  const columns = columnsOf(parsed);
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
  for (;;) {
    const before = await findRow(deps.database.read, principal, id);
    const parsed = parseStrategy(deps.registry, merged(savedStrategy(before), input));
    // Before the transaction, which nothing else is to wait for. A strategy whose model is gone can be renamed and disabled.
    if (changesTrading(input)) await requireModel(deps, principal, parsed);
    const row = await replaceRow(deps, before, columnsOf(parsed));
    // Another change came between: what was checked is not what would be stored. It has got on, so this ends.
    if (row !== null) return row;
  }
}

/** Writes over a row if it is still what it was; else null, and nothing is written. */
async function replaceRow(
  deps: StrategyDeps,
  before: StrategyRow,
  columns: StrategyColumns,
): Promise<StrategyRow | null> {
  const { id, name, strategyType, params, symbols, interval, mode, enabled } = before;
  const seen = { id, name, strategyType, params, symbols, interval, mode, enabled, deletedAt: null };
  return await deps.journal.write(async (write) => {
    const data = { ...columns, updatedAt: dateOf(deps.clock) };
    const { count } = await write.db.strategy.updateMany({ where: seen, data });
    if (count === 0) return null;
    const row = await write.db.strategy.findUniqueOrThrow({ where: { id } });
    await announce(deps, write, row, 'StrategyUpdated');
    return row;
  });
}

/**
 * Deletes a saved strategy. Its orders and optimizations stay and lead to it; while there are any, its row is remembered for them.
 * Scope `trade`.
 *
 * @throws {DomainError} NOT_FOUND
 */
export async function deleteStrategy(
  deps: Omit<StrategyDeps, 'registry' | 'models'>,
  principal: Principal,
  id: number,
): Promise<number> {
  requireScope(principal, 'trade');
  return await deps.journal.write(async (write) => {
    await lockForDeletion(write.db, 'Strategy', id);
    const row = await findRow(write.db, principal, id);
    const gone = { enabled: false, deletedAt: dateOf(deps.clock) };
    if (await isReferredTo(write.db, id)) await write.db.strategy.update({ where: { id }, data: gone });
    else await write.db.strategy.delete({ where: { id } });
    await announce(deps, write, row, 'StrategyDeleted');
    return id;
  });
}

/** Whether something that is kept for good was caused by it. */
async function isReferredTo(db: Db, strategyId: number): Promise<boolean> {
  const any = { where: { strategyId }, select: { id: true } };
  return (await db.order.findFirst(any)) !== null || (await db.optimization.findFirst(any)) !== null;
}

/** A change of type without parameters starts from the new type's defaults. */
function merged(before: SavedStrategy, input: StrategyInput): StrategyInput {
  const keepsType = input.strategyType === undefined || input.strategyType === before.strategyType;
  return { ...before, params: keepsType ? before.params : {}, ...given(input) };
}

function changesTrading({ strategyType, params, symbols, interval }: StrategyInput): boolean {
  return [strategyType, params, symbols, interval].some((value) => value !== undefined);
}

/** A strategy from outside, checked as far as it goes without asking anybody. */
type ParsedStrategy = ReturnType<typeof parseStrategy>;

/** @throws {DomainError} as `followedModel` */
async function requireModel({ models }: StrategyDeps, { userId }: Principal, parsed: ParsedStrategy): Promise<void> {
  const { typed, symbols, interval } = parsed;
  await followedModel(models, userId, { ...typed, symbols, interval, path: 'params' });
}

function parseStrategy(registry: StrategyRegistry, input: StrategyInput) {
  const rawSymbols = input.symbols ?? [];
  const parsed = parseAll({
    name: () => parseName(input.name),
    symbols: () => parseSymbols(rawSymbols),
    typed: () => parseTyped(registry.get(input.strategyType ?? ''), input.params, rawSymbols.length),
    interval: () => parseInterval(input.interval ?? '1d', 'interval'),
    mode: () => parseMode(input.mode),
  });
  return { ...parsed, enabled: input.enabled ?? true };
}

function columnsOf({ typed, symbols, ...columns }: ParsedStrategy): StrategyColumns {
  return {
    ...columns,
    strategyType: typed.type.name,
    params: JSON.stringify(typed.params),
    symbols: JSON.stringify(symbols),
  };
}

/** What depends on the type. */
function parseTyped(type: StrategyType, params: unknown, symbolCount: number) {
  return parseAll({
    type: () => type,
    params: () => parseParameters(type, params ?? {}, 'params'),
    symbols: () => requireSymbolCount(type, symbolCount),
  });
}

/** `auto-trade` is the older spelling. */
function parseMode(raw: string | null | undefined): StrategyMode {
  const word = raw === 'auto-trade' ? 'auto_trade' : (raw ?? 'monitor');
  const mode = STRATEGY_MODES.find((known) => known === word);
  if (mode !== undefined) return mode;
  throw invalid('mode', `mode must be one of ${STRATEGY_MODES.join(', ')}, found ${shown(word)}.`);
}

type StrategyEvent = (typeof STRATEGY_EVENTS)[number];

async function announce(
  { ids }: Pick<StrategyDeps, 'ids'>,
  write: JournalWrite,
  row: StrategyRow,
  type: StrategyEvent,
): Promise<void> {
  await write.append({
    ownerId: row.ownerId,
    type,
    subjectType: 'strategy',
    subjectId: row.id,
    payload: { id: row.id, name: row.name, strategyType: row.strategyType },
    correlationId: ids.next(),
  });
}
