/** The job type `market_scan`: what a strategy says, on a schedule. It only looks; it places no orders. */
import type { Principal } from '../access/index.ts';
import { DomainError, invalid, isRowId, type JsonObject, parseAll, readJson, shown } from '../core/index.ts';
import { type Interval, parseInterval, parseSymbols } from '../market/index.ts';
import { configEntries, type JobType, type RunContext, type RunOutput } from '../scheduler/index.ts';
import {
  findStrategy,
  followedModel,
  type Parameters,
  parseParameters,
  requireSymbolCount,
  type StrategyRegistry,
} from '../strategies/index.ts';
import { type AnnounceDeps, announceSignals } from './announce-signals.ts';
import type { Signal } from './signals.ts';
import { type SignalDeps, signalsOf, strategySignals } from './strategy-signals.ts';

/** A saved strategy by its id, or a type with all that it needs. */
type ScanConfig =
  | { readonly strategy_id: number }
  | {
      readonly strategy_type: string;
      readonly params: Parameters;
      readonly symbols: readonly string[];
      readonly interval: Interval;
    };

const KEYS = ['strategy_id', 'strategy_type', 'params', 'symbols', 'interval'];

/**
 * The job type, whose config is `{strategy_id}` or `{strategy_type, params?, symbols, interval?}`. What a saved strategy turned to
 * is told in the journal.
 */
export function marketScan(deps: SignalDeps & AnnounceDeps): JobType {
  return {
    name: 'market_scan',
    description: 'Computes the signals of a strategy.',
    placesOrders: false,
    catchupPolicy: 'skip',
    parseConfig: (raw, principal) => parseConfig(deps, principal, raw),
    run: (context) => scan(deps, context),
  };
}

/** As configs and outputs are written: in snake_case. */
function told({ previousTarget, ...signal }: Signal) {
  return { ...signal, previous_target: previousTarget };
}

/** A text as it is; anything else as words that no name can be. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : shown(value);
}

async function scan(deps: SignalDeps & AnnounceDeps, context: RunContext): Promise<RunOutput> {
  const { principal, config: stored, correlationId, causationId } = context;
  const config = readScan(stored);
  if ('strategy_id' in config) {
    const strategyId = config.strategy_id;
    const { name, mode, enabled } = await findStrategy(deps.database, principal, strategyId);
    if (!enabled) return { summary: `${name} is not enabled: nothing was scanned.`, output: { signals: [] } };
    const signals = await strategySignals(deps, principal, strategyId);
    await announceSignals(deps, { ownerId: principal.userId, strategyId, signals, correlationId, causationId });
    return mode === 'auto_trade' ? withoutOrders(outputOf(signals)) : outputOf(signals);
  }
  const { strategy_type: strategyType, ...rest } = config;
  return outputOf(await signalsOf(deps, principal.userId, { strategyType, ...rest }));
}

function outputOf(signals: readonly Signal[]): RunOutput {
  return { summary: summaryOf(signals), output: { signals: signals.map(told) } };
}

/** Who chose the mode `auto_trade` must not take a scan for an order. */
function withoutOrders({ summary, output }: RunOutput): RunOutput {
  return { summary: `Signals only, no orders: ${summary}`, output: { ...output, signals_only: true } };
}

function summaryOf(signals: readonly Signal[]): string {
  const turned = signals.filter(({ signal }) => signal !== 'hold');
  if (turned.length === 0) return `${signals.map(({ symbol }) => symbol).join(', ')}: nothing to do.`;
  return turned.map(({ signal, symbol, date }) => `${signal} ${symbol} (${date})`).join(', ');
}

/** Stored configs were made by `parseConfig`. */
function readScan(config: JsonObject): ScanConfig {
  return readJson<ScanConfig>(JSON.stringify(config));
}

async function parseConfig(deps: SignalDeps, principal: Principal, raw: unknown): Promise<JsonObject> {
  const config = configEntries(raw, 'market_scan', KEYS);
  if (config.size === 0) {
    throw invalid('config', 'config needs strategy_id of a saved strategy, or strategy_type with symbols.');
  }
  return config.has('strategy_id')
    ? await parseSaved(deps, principal, config)
    : await parseInline(deps, principal, config);
}

async function parseSaved(
  deps: SignalDeps,
  principal: Principal,
  config: ReadonlyMap<string, unknown>,
): Promise<JsonObject> {
  const id = config.get('strategy_id');
  if (config.size > 1) throw invalid('config', 'Give strategy_id alone, or strategy_type with symbols.');
  if (!isRowId(id)) {
    throw invalid('config.strategy_id', `strategy_id must be the id of a strategy; found ${shown(id)}.`);
  }
  const strategy = await findStrategy(deps.database, principal, id).catch((error: unknown) => {
    if (error instanceof DomainError && error.code === 'NOT_FOUND') throw invalid('config.strategy_id', error.message);
    throw error;
  });
  requirePosition(deps.registry, strategy.strategyType, 'config.strategy_id');
  return { strategy_id: id };
}

async function parseInline(
  { registry, models }: SignalDeps,
  { userId }: Principal,
  config: ReadonlyMap<string, unknown>,
): Promise<JsonObject> {
  const rawSymbols = config.get('symbols');
  const symbols = Array.isArray(rawSymbols) ? rawSymbols.map(textOf) : [];
  const parsed = under('config', () =>
    parseAll({
      symbols: () => parseSymbols(symbols),
      typed: () => parseTyped(registry, config, symbols.length),
      interval: () => parseInterval(textOf(config.get('interval') ?? '1d'), 'interval'),
    }),
  );
  const { typed, ...rest } = parsed;
  const use = { ...rest, type: registry.get(typed.strategy_type), params: typed.params, path: 'params' };
  await followedModel(models, userId, use).catch((error: unknown) => {
    throw below('config', error);
  });
  return { ...typed, ...rest };
}

function parseTyped(registry: StrategyRegistry, config: ReadonlyMap<string, unknown>, count: number) {
  const name = textOf(config.get('strategy_type') ?? '');
  const type = under('', () => registry.get(name), { strategyType: 'strategy_type' });
  requirePosition(registry, name, 'strategy_type');
  requireSymbolCount(type, count);
  return { strategy_type: type.name, params: { ...parseParameters(type, config.get('params') ?? {}, 'params') } };
}

/** @throws {DomainError} VALIDATION for a type that quotes instead of taking a position */
function requirePosition(registry: StrategyRegistry, name: string, path: string): void {
  if (registry.get(name).trades !== 'quotes') return;
  throw invalid(path, `A ${name} strategy quotes both sides and has no signals to scan for.`);
}

/** The same errors, at paths below `prefix`, first names exchanged by `renamed`. */
function under<T>(prefix: string, parse: () => T, renamed: Readonly<Record<string, string>> = {}): T {
  try {
    return parse();
  } catch (error) {
    throw below(prefix, error, renamed);
  }
}

function below(prefix: string, error: unknown, renamed: Readonly<Record<string, string>> = {}): unknown {
  if (!(error instanceof DomainError) || error.code !== 'VALIDATION') return error;
  const fields = error.fields.map(({ path: [first = '', ...rest], message }) => {
    const name = Object.hasOwn(renamed, first) ? (renamed[first] ?? first) : first;
    return { path: [...(prefix === '' ? [] : [prefix]), name, ...rest], message };
  });
  return new DomainError(error.code, error.message, { fields, facts: error.facts });
}
