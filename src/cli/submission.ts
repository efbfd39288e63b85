/** What `npm run optimize` takes, and the request that it becomes. */
import { DEFAULT_URL, messageOf } from './server.ts';

const USAGE = `Usage: npm run optimize -- STRATEGY|sweep SYMBOL[,SYMBOL…] START END [options]
  --csv FILE            import these prices first; once per symbol, in the order of the symbols
  --interval 1d         length of a bar
  --grid JSON           parameter -> list of values, e.g. '{"short_window": [10, 20], "long_window": [50, 100]}'
  --splits N            walk-forward windows (5)
  --train-ratio R       share of each window that trains (0.7)
  --method METHOD       grid, random or tpe
  --max-trials N        most combinations that random and tpe try
  --seed S              of the random choices
  --commission BPS      of the traded value (0)
  --slippage BPS        of the price (2)
  --short               allow short positions
  --url ${DEFAULT_URL}`;

const OPTIONS = {
  csv: { type: 'string', multiple: true, default: [] as string[] },
  interval: { type: 'string', default: '1d' },
  grid: { type: 'string' },
  splits: { type: 'string' },
  'train-ratio': { type: 'string' },
  method: { type: 'string' },
  'max-trials': { type: 'string' },
  seed: { type: 'string' },
  commission: { type: 'string' },
  slippage: { type: 'string' },
  short: { type: 'boolean' },
  url: { type: 'string', default: DEFAULT_URL },
} as const;

/** The command line of `npm run optimize`. */
export const SUBMISSION_LINE = { usage: USAGE, positionals: 4, options: OPTIONS } as const;

/** What the command is to do. */
export interface Submission {
  readonly url: string;
  readonly kind: 'strategy' | 'sweep';
  readonly symbols: readonly string[];
  readonly interval: string;
  /** Price files to import first: none, or one per symbol. */
  readonly files: readonly string[];
  /** Of `POST /api/optimize/{kind}`. */
  readonly body: object;
}

/** What was typed, by the names of `OPTIONS`. */
type OptionValues = {
  readonly [Name in Exclude<keyof typeof OPTIONS, 'csv' | 'short' | 'interval' | 'url'>]?: string | undefined;
} & {
  readonly csv: readonly string[];
  readonly short?: boolean | undefined;
  readonly interval: string;
  readonly url: string;
};

/** What the arguments ask for. @throws {Error} a sentence */
export function readSubmission(values: OptionValues, positionals: readonly string[]): Submission {
  const [strategyType = '', symbolList = '', start = '', end = ''] = positionals;
  const { url, interval, csv: files } = values;
  const symbols = symbolList.split(',').map((symbol) => symbol.trim());
  const isSweep = strategyType === 'sweep';
  if (isSweep && values.grid !== undefined) {
    throw new Error('A sweep searches the default grid of every strategy type: leave --grid out.');
  }
  if (files.length > 0 && files.length !== symbols.length) {
    throw new Error(
      `There are ${symbols.length} symbols and ${files.length} files: give --csv once per symbol, in their order.`,
    );
  }
  const body = {
    ...(isSweep ? {} : { strategy_type: strategyType }),
    symbols,
    start,
    end,
    interval,
    ...optionalFields(values),
    ...(files.length === 0 ? {} : { source: 'csv' }),
  };
  return { url, kind: isSweep ? 'sweep' : 'strategy', symbols, interval, files, body };
}

/** The optional fields of a submission; what was not given is left to the server. */
function optionalFields(values: OptionValues): object {
  return {
    ...(values.grid === undefined ? {} : { param_grid: parseGrid(values.grid) }),
    ...number('splits', values.splits, 'n_splits'),
    ...number('train-ratio', values['train-ratio'], 'train_ratio'),
    ...(values.method === undefined ? {} : { method: values.method }),
    ...number('max-trials', values['max-trials'], 'max_trials'),
    ...number('seed', values.seed, 'seed'),
    ...number('commission', values.commission, 'commission_bps'),
    ...number('slippage', values.slippage, 'slippage_bps'),
    ...(values.short === true ? { allow_short: true } : {}),
  };
}

/** @throws {Error} a sentence, when the text is no number */
function number(option: string, text: string | undefined, field: string): object {
  if (text === undefined) return {};
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new Error(`--${option} must be a number; it is "${text}".`);
  return { [field]: value };
}

/** @throws {Error} a sentence, when the text is no JSON */
function parseGrid(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`--grid must be JSON such as '{"short_window": [10, 20]}': ${messageOf(cause)}`, { cause });
  }
}
