/** The environment, read once into one frozen `Config`. Nothing else reads `process.env`. */
import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { isLoopback } from './access/index.ts';
import { DAY_MS, type Decimal, decimal, readDecimal } from './core/index.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const MARKET_DATA = ['simulated', 'yahoo'] as const;

const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `must be a whole number from ${minimum} to ${maximum}`)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, `must be a whole number from ${minimum} to ${maximum}`);

const integer = (minimum: number, maximum: number, fallback: number) => wholeNumber(minimum, maximum).default(fallback);

const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values, fallback: Values[number]) =>
  z.enum(values, `must be one of: ${values.join(', ')}`).default(fallback);

/** An exact decimal, both ends inclusive. */
const decimalIn = (minimum: string, maximum: string) =>
  z
    .string()
    .refine((text) => {
      const value = readDecimal(text);
      return value?.gte(minimum) === true && value.lte(maximum);
    }, `must be a decimal number from ${minimum} to ${maximum}`)
    .transform((text) => decimal(text));

const originList = z
  .string()
  .default('')
  .transform((text) => text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()])))
  .refine((origins) => origins.every(isOrigin), 'must be origins such as https://app.example.com, separated by commas');

const databaseUrl = z
  .string()
  .refine(
    (url) => /^file:./.test(url) || (/^postgres(ql)?:\/\/./.test(url) && URL.canParse(url)),
    'must be postgresql://user:password@host:port/database or file:/path/to.db',
  );

/** `true`, `false`, or the networks themselves. */
const privateNetworks = z
  .string()
  .default('false')
  .transform((text): boolean | readonly string[] =>
    text === 'true' || text === 'false' ? text === 'true' : text.split(',').map((part) => part.trim()),
  )
  .refine(
    (value) => typeof value === 'boolean' || value.every(isNetwork),
    'must be true, false, or networks such as 10.1.0.0/16, separated by commas',
  );

/** Keys whose values may hold a password, so that an error does not show them. */
const SECRET_KEYS: ReadonlySet<string> = new Set(['DATABASE_URL', 'SECRETS_KEY']);

const environment = z.object({
  HOST: z
    .string()
    .refine(isLoopback, 'must be a loopback address (127.0.0.1, ::1 or localhost): there is no access control yet')
    .default('127.0.0.1'),
  PORT: integer(0, 65_535, 8000),
  DATA_DIR: z.string().min(1, 'must be a folder').default('./data'),
  DATABASE_URL: databaseUrl.optional(),
  DATABASE_POOL_SIZE: integer(1, 1000, 10),
  SECRETS_KEY: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hex digits, as `openssl rand -hex 32` prints them')
    .optional(),
  MARKET_DATA: oneOf(MARKET_DATA, 'simulated'),
  QUOTE_POLL_SECONDS: wholeNumber(1, 3600).optional(),
  SIMULATION_SEED: z.string().max(64, 'must have at most 64 characters').default('dunlin'),
  ALLOWED_ORIGINS: originList,
  // Whatever is not exactly this word leaves trading on paper, so that a slip of the pen costs no money.
  LIVE_TRADING: z.string().default('disabled'),
  PAPER_INITIAL_CASH: decimalIn('1', '1000000000').default(decimal('100000')),
  PAPER_SLIPPAGE_BPS: decimalIn('0', '1000').default(decimal('2')),
  PAPER_COMMISSION_BPS: decimalIn('0', '1000').default(decimal('0')),
  PAPER_COMMISSION_PER_TRADE: decimalIn('0', '1000').default(decimal('0')),
  PAPER_MAX_VOLUME_SHARE: decimalIn('0.0001', '1').optional(),
  PAPER_ALLOW_SHORT: oneOf(['true', 'false'], 'true'),
  LOG_LEVEL: oneOf(LOG_LEVELS, 'info'),
  COMPUTE_THREADS: integer(1, 1024, availableParallelism()),
  COMPUTE_MEMORY_MB: integer(64, 1_048_576, 2048),
  COMPUTE_TIMEOUT_SECONDS: integer(1, 86_400, 600),
  OPTIMIZE_MIN_BARS_PER_SPLIT: integer(10, 1_000_000, 100),
  OPTIMIZE_MAX_COMBINATIONS: integer(1, 1_000_000, 10_000),
  OPTIMIZE_MAX_RUNNING_JOBS: integer(1, 1000, 4),
  OPTIMIZE_MAX_WAITING_JOBS: integer(1, 100_000, 1000),
  IMPORT_MAX_BYTES: integer(1024, 2_147_483_647, 134_217_728),
  WEBHOOK_ALLOW_HTTP: oneOf(['true', 'false'], 'false'),
  WEBHOOK_ALLOW_PRIVATE: privateNetworks,
  EVENT_RETENTION_DAYS: integer(1, 3650, 7),
  EVENT_RETENTION_MAX: integer(1000, 1_000_000_000, 1_000_000),
});

/** Everything that the environment decides; see the README's table for what each key means. */
export interface Config {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Absolute path of the folder for the embedded database. */
  readonly dataDir: string;
  /** `file:…` or `postgresql://…`. */
  readonly databaseUrl: string;
  /** Most connections to PostgreSQL for transactions, and as many for plain reads. */
  readonly databasePoolSize: number;
  readonly marketData: (typeof MARKET_DATA)[number];
  /** Pause between two looks at the prices that alerts watch, in ms; null: what suits the source. */
  readonly quotesEveryMs: number | null;
  /** Another seed is another simulated world. */
  readonly simulationSeed: string;
  /** Origins allowed beside loopback ones, e.g. `https://app.example.com`. */
  readonly allowedOrigins: readonly string[];
  /** Whether the operator allows money to be traded; alone it does nothing. */
  readonly isLiveEnabled: boolean;
  readonly paper: {
    /** What a paper account begins with, in dollars. */
    readonly initialCash: Decimal;
    /** Basis points of the price, against us. */
    readonly slippageBps: Decimal;
    /** Basis points of the traded value. */
    readonly commissionBps: Decimal;
    /** Dollars for each order that is filled. */
    readonly commissionPerTrade: Decimal;
    /** Greatest part of the volume of a minute that an account gets; null: all of it. */
    readonly maxVolumeShare: Decimal | null;
    readonly allowShort: boolean;
  };
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly compute: { readonly threads: number; readonly memoryMb: number; readonly timeoutMs: number };
  readonly optimize: {
    readonly minBarsPerSplit: number;
    readonly maxCombinations: number;
    readonly maxRunningJobs: number;
    readonly maxWaitingJobs: number;
  };
  readonly importMaxBytes: number;
  /** Key that stored secrets are sealed with, 64 hex digits; null: a file in `dataDir`. */
  readonly secretsKey: string | null;
  /** Where webhooks may go beside public addresses behind https. */
  readonly webhooks: { readonly allowHttp: boolean; readonly allowPrivate: boolean | readonly string[] };
  /** What the journal keeps for replay: events that are within both. */
  readonly retention: { readonly maxAgeMs: number; readonly maxEvents: number };
}

/** The configuration cannot be used; the message has a line per key, with the allowed values. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Parses the environment. Empty values count as absent.
 *
 * @throws {ConfigError} naming each key that is wrong and what it may be
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => {
      const key = String(issue.path[0]);
      const found = SECRET_KEYS.has(key) ? 'something else' : JSON.stringify(given[key]);
      return `  ${key} ${issue.message}; it is ${found}`;
    });
    throw new ConfigError(`The configuration cannot be used:\n${lines.join('\n')}`);
  }
  return freezeConfig(parsed.data);
}

/** Where a server listens that was started in this environment; nothing is checked. */
export function serverUrl(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const host = env['HOST'] || '127.0.0.1';
  return `http://${host.includes(':') ? `[${host}]` : host}:${env['PORT'] || '8000'}`;
}

function freezeConfig(values: z.output<typeof environment>): Config {
  const dataDir = resolve(values.DATA_DIR);
  return Object.freeze({
    host: values.HOST,
    port: values.PORT,
    dataDir,
    databaseUrl: values.DATABASE_URL ?? `file:${join(dataDir, 'dunlin.db')}`,
    databasePoolSize: values.DATABASE_POOL_SIZE,
    marketData: values.MARKET_DATA,
    quotesEveryMs: values.QUOTE_POLL_SECONDS === undefined ? null : values.QUOTE_POLL_SECONDS * 1000,
    simulationSeed: values.SIMULATION_SEED,
    allowedOrigins: values.ALLOWED_ORIGINS,
    isLiveEnabled: values.LIVE_TRADING === 'enabled',
    paper: Object.freeze({
      initialCash: values.PAPER_INITIAL_CASH,
      slippageBps: values.PAPER_SLIPPAGE_BPS,
      commissionBps: values.PAPER_COMMISSION_BPS,
      commissionPerTrade: values.PAPER_COMMISSION_PER_TRADE,
      maxVolumeShare: values.PAPER_MAX_VOLUME_SHARE ?? null,
      allowShort: values.PAPER_ALLOW_SHORT === 'true',
    }),
    logLevel: values.LOG_LEVEL,
    compute: Object.freeze({
      threads: values.COMPUTE_THREADS,
      memoryMb: values.COMPUTE_MEMORY_MB,
      timeoutMs: values.COMPUTE_TIMEOUT_SECONDS * 1000,
    }),
    optimize: Object.freeze({
      minBarsPerSplit: values.OPTIMIZE_MIN_BARS_PER_SPLIT,
      maxCombinations: values.OPTIMIZE_MAX_COMBINATIONS,
      maxRunningJobs: values.OPTIMIZE_MAX_RUNNING_JOBS,
      maxWaitingJobs: values.OPTIMIZE_MAX_WAITING_JOBS,
    }),
    importMaxBytes: values.IMPORT_MAX_BYTES,
    secretsKey: values.SECRETS_KEY ?? null,
    webhooks: Object.freeze({
      allowHttp: values.WEBHOOK_ALLOW_HTTP === 'true',
      allowPrivate: values.WEBHOOK_ALLOW_PRIVATE,
    }),
    retention: Object.freeze({
      maxAgeMs: values.EVENT_RETENTION_DAYS * DAY_MS,
      maxEvents: values.EVENT_RETENTION_MAX,
    }),
  });
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text && text.startsWith('http');
}

/** An address with the length of its network: `10.1.0.0/16`, `fd00::/8`. */
function isNetwork(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  const version = isIP(address);
  return version !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
}
