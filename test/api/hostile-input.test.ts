/**
 * Hostile input as a table: each row is sent over REST, GraphQL over HTTP and GraphQL over a WebSocket, as it stands and with
 * random changes. What is refused is refused by its path on every transport, nothing is a 5xx, and the server goes on.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Json, type JsonObject, seededRandom } from '../../src/core/index.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { overSocket, post } from './graphql-clients.ts';
import { rest } from './rest-client.ts';

const SEED = process.env['SEED'] ?? 'hostile-1';
const MUTATIONS = 20;

const VALID: JsonObject = { strategy_type: 'momentum', symbols: ['SPY'], start: '2020-01-01', end: '2024-12-31' };

const START = `mutation ($input: StartStrategyOptimizationInput!) {
  startStrategyOptimization(input: $input) { optimization { id } errors { code path message } }
}`;

const drawn: JsonObject = { method: 'random' };
const ranges = (range: JsonObject): JsonObject => ({ ...drawn, param_grid: { short_window: range } });

/** What is hostile, the fields that make it so, and the field that the refusal names (in snake_case). */
const ROWS: readonly (readonly [string, JsonObject, string])[] = [
  [
    '10^12 combinations',
    { param_grid: { short_window: steps(10_000), long_window: steps(10_000), signal_threshold: steps(10_000) } },
    'param_grid',
  ],
  ['an empty axis', { param_grid: { short_window: [] } }, 'param_grid.short_window'],
  ['a thousand axes', { param_grid: Object.fromEntries(steps(1000).map((i) => [`k${i}`, [1]])) }, 'param_grid.k1'],
  ['an axis called constructor', { param_grid: { constructor: [1] } }, 'param_grid.constructor'],
  ['an axis called __proto__', JSON.parse('{"param_grid": {"__proto__": [1]}}'), 'param_grid.__proto__'],
  ['an axis called toString', { param_grid: { toString: [1] } }, 'param_grid.toString'],
  ['a number in words', { param_grid: { short_window: ['1e5'] } }, 'param_grid.short_window.0'],
  ['NaN as text', { param_grid: { signal_threshold: ['NaN'] } }, 'param_grid.signal_threshold.0'],
  ['a window beyond 2^53', { param_grid: { short_window: [2 ** 53 + 2] } }, 'param_grid.short_window.0'],
  ['a window of 1e308', { param_grid: { short_window: [1e308] } }, 'param_grid.short_window.0'],
  ['a window of -0', { param_grid: { short_window: [-0] } }, 'param_grid.short_window.0'],
  ['a window within a window', { param_grid: { short_window: [[[5]]] } }, 'param_grid.short_window.0'],
  ['a grid that is a list', { param_grid: [1, 2] }, 'param_grid'],
  ['a range that runs backwards', { start: '2024-01-01', end: '2020-01-01' }, 'start'],
  ['a day that does not exist', { start: '2026-02-30' }, 'start'],
  ['the year 275760', { end: '275760-09-13' }, 'end'],
  ['a date with a time', { start: '2020-01-01T00:00:00Z' }, 'start'],
  ['a Cyrillic look-alike', { symbols: ['\u0405PY'] }, 'symbols'],
  ['a full-width look-alike', { symbols: ['\uff33PY'] }, 'symbols'],
  ['a right-to-left mark', { symbols: ['SPY\u200f'] }, 'symbols'],
  ['a path', { symbols: ['../../etc/passwd'] }, 'symbols'],
  ['SQL', { symbols: ["SPY'; DROP TABLE User; --"] }, 'symbols'],
  ['wildcards', { symbols: ['%', '_'] }, 'symbols'],
  ['a formula', { symbols: ['=1+1'] }, 'symbols'],
  ['10,000 symbols', { symbols: steps(10_000).map((i) => `S${i}`) }, 'symbols'],
  ['no symbol', { symbols: [] }, 'symbols'],
  ['the same symbol in two cases', { symbols: ['SPY', 'spy'] }, 'symbols'],
  ['a type called __proto__', { strategy_type: '__proto__' }, 'strategy_type'],
  ['no window', { n_splits: 0 }, 'n_splits'],
  ['more windows than bars', { n_splits: 1_000_000_000 }, 'n_splits'],
  ['a share of 5 %', { train_ratio: 0.05 }, 'train_ratio'],
  ['negative capital', { initial_capital: -1 }, 'initial_capital'],
  ['a commission of 100 %', { commission_bps: 10_000 }, 'commission_bps'],
  ['a year without periods', { periods_per_year: 0 }, 'periods_per_year'],
  ['a method in capitals', { method: 'TPE' }, 'method'],
  ['a method that does not exist', { method: '__proto__' }, 'method'],
  ['trials of a grid', { max_trials: 10 }, 'max_trials'],
  ['a seed of a grid', { seed: 1 }, 'seed'],
  ['no trials', { ...drawn, max_trials: 0 }, 'max_trials'],
  ['2^31 - 1 trials', { ...drawn, max_trials: 2 ** 31 - 1 }, 'max_trials'],
  ['2^53 + 1 trials', { ...drawn, max_trials: 2 ** 53 + 2 }, 'max_trials'],
  ['half a trial', { ...drawn, max_trials: 1.5 }, 'max_trials'],
  ['a seed of -1', { ...drawn, seed: -1 }, 'seed'],
  ['a seed beyond 2^53', { ...drawn, seed: 2 ** 53 + 2 }, 'seed'],
  ['a seed of 1e308', { ...drawn, seed: 1e308 }, 'seed'],
  ['a seed in words', { ...drawn, seed: '1' }, 'seed'],
  ['a range with NaN', ranges({ min: 'NaN', max: 20 }), 'param_grid.short_window.min'],
  ['a range without an end', ranges({ min: 2 }), 'param_grid.short_window.max'],
  ['a range from 20 to 2', ranges({ min: 20, max: 2 }), 'param_grid.short_window.min'],
  ['a range with a step of 0', ranges({ min: 2, max: 20, step: 0 }), 'param_grid.short_window.step'],
  ['a range to 1e308', ranges({ min: 2, max: 1e308 }), 'param_grid.short_window.max'],
  ['a range within a range', ranges({ min: { min: 2 }, max: 20 }), 'param_grid.short_window.min'],
  ['a range with more', ranges({ min: 2, max: 20, toString: 1 }), 'param_grid.short_window.toString'],
  ['a grid of real numbers', { param_grid: { signal_threshold: { min: 0, max: 1 } } }, 'param_grid.signal_threshold'],
  ['a source that does not exist', { source: 'https://169.254.169.254/' }, 'source'],
];

let server: TestApp;

beforeAll(async () => {
  server = await startTestApp();
});

afterAll(async () => {
  await server.stop();
});

describe.each(ROWS)('%s', (_what, hostile, path) => {
  it('is refused by its path over REST', async () => {
    const answer = await rest(server.url, 'POST /api/optimize/strategy', { body: { ...VALID, ...hostile } });

    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ code: 'VALIDATION' });
    expect(pathsOf(answer.body)).toContain(path);
    expectNothingInner(answer.text);
  });

  it('is refused by its path over GraphQL, by HTTP and by WebSocket', async () => {
    const input = camelCase({
      ...VALID,
      ...hostile,
      ...('method' in hostile ? { method: enumName(hostile['method']) } : {}),
    });

    // A larger message closes its socket with 1009; that has a test of its own.
    const fitsSocket = JSON.stringify(input).length < 60_000;
    const answers = [
      await post<Started>(server.url, START, { input }),
      ...(fitsSocket ? [await overSocket<Started>(server.url, START, { input })] : []),
    ];

    for (const { data, errors } of answers) {
      // A number beyond GraphQL's Int and nothing else is refused with the document.
      const refused = data?.startStrategyOptimization.errors ?? [];
      expect(refused.length + (errors?.length ?? 0)).toBeGreaterThan(0);
      if (refused.length > 0) expect(refused.map((each) => each.path.join('.'))).toContain(`input.${camelPath(path)}`);
      expectNothingInner(JSON.stringify({ data, errors }));
    }
  });

  it(`never breaks the server, however it is changed (seed ${SEED})`, async () => {
    const random = seededRandom(`${SEED} ${path}`);
    for (let round = 0; round < MUTATIONS; round += 1) {
      const text = mutated(JSON.stringify({ ...VALID, ...hostile }).slice(0, 20_000), () => random.uniform());
      const answer = await rest(server.url, 'POST /api/optimize/strategy', { body: text });
      expect(answer.status, text.slice(0, 300)).toBeLessThan(500);
      expectNothingInner(answer.text);
    }
  });
});

const SWEEP = 'mutation ($input: StartSweepInput!) { startSweep(input: $input) { errors { path } } }';

describe('a sweep', () => {
  const { strategy_type: _type, ...base } = VALID;

  it.each([
    ['a strategy type', { strategy_type: 'momentum' }, 'strategy_type'],
    ['a grid', { param_grid: {} }, 'param_grid'],
    ['more trials than any job may have', { ...drawn, max_trials: 10_001 }, 'max_trials'],
    ['a seed of -1', { ...drawn, seed: -1 }, 'seed'],
    ['no symbol', { symbols: [] }, 'symbols'],
    ['more windows than bars', { n_splits: 1_000_000_000 }, 'n_splits'],
  ])('with %s is refused over REST, GraphQL and a WebSocket', async (_what, hostile: JsonObject, path) => {
    const body = { ...base, ...hostile };
    const input = camelCase({ ...body, ...('method' in hostile ? { method: 'RANDOM' } : {}) });

    const answer = await rest(server.url, 'POST /api/optimize/sweep', { body });
    const others = [
      await post<Swept>(server.url, SWEEP, { input }),
      await overSocket<Swept>(server.url, SWEEP, { input }),
    ];

    expect([answer.status, pathsOf(answer.body)]).toEqual([422, [path]]);
    for (const { data, errors } of others) {
      const refused = data?.startSweep.errors ?? [];
      expect(refused.length + (errors?.length ?? 0)).toBeGreaterThan(0);
      if (refused.length > 0) expect(refused.map((each) => each.path.join('.'))).toEqual([`input.${camelPath(path)}`]);
    }
  });
});

describe('numbers that JSON and GraphQL read as infinite', () => {
  it('are refused in a REST body', async () => {
    const body = JSON.stringify({ ...VALID, initial_capital: 0 }).replace(
      '"initial_capital":0',
      '"initial_capital":1e999',
    );

    const answer = await rest(server.url, 'POST /api/optimize/strategy', { body });

    expect(answer.status).toBe(422);
    expect(pathsOf(answer.body)).toContain('initial_capital');
  });

  it.each([
    'commissionBps: 1e309',
    'paramGrid: {signal_threshold: [1e309]}',
    'method: RANDOM, seed: 1e309',
    'method: RANDOM, paramGrid: {signal_threshold: {min: 0, max: 1e309}}',
  ])('are refused in a document: %s', async (field) => {
    const answer = await post<Started>(
      server.url,
      `mutation { startStrategyOptimization(input: {strategyType: "momentum", symbols: ["SPY"], start: "2020-01-01", end: "2024-12-31", ${field}}) { optimization { id } errors { path } } }`,
    );

    expect(answer.data?.startStrategyOptimization.optimization ?? null).toBeNull();
  });
});

describe('price files', () => {
  it.each([
    ['a row with too few cells', '2020-01-03,1,1,1'],
    ['not a number', '2020-01-03,1,NaN,1,1,1'],
    ['a negative price', '2020-01-03,1,1,-1,1,1'],
    ['a time that repeats', '2020-01-02,1,1,1,1,1'],
    ['a time that runs backwards', '2019-12-31,1,1,1,1,1'],
    ['a formula', '2020-01-03,=cmd(),1,1,1,1'],
  ])('with %s are refused with the row, over REST and GraphQL', async (_what, row) => {
    const csv = `date,open,high,low,close,volume\n2020-01-02,1,1,1,1,1\n${row}\n`;
    const headers = { 'content-type': 'text/csv' };
    const document = 'mutation ($input: ImportBarsInput!) { importBars(input: $input) { errors { path } } }';

    const answer = await rest(server.url, 'POST /api/data/import?symbol=HOSTILE', { body: csv, headers });
    const other = await post<{ importBars: { errors: readonly { path: readonly string[] }[] } }>(server.url, document, {
      input: { symbol: 'HOSTILE', csv },
    });

    expect([answer.status, pathsOf(answer.body)]).toEqual([422, ['csv.3']]);
    expect(other.data?.importBars.errors.map(({ path }) => path)).toEqual([['input', 'csv', '3']]);
  });
});

describe('afterwards', () => {
  it('the server is well, has stored nothing of it, and has met no bug', async () => {
    const health = await rest(server.url, 'GET /healthz');
    const symbols = await rest(server.url, 'GET /api/data/symbols');

    expect(health.status).toBe(200);
    expect(symbols.text).not.toContain('HOSTILE');
    expect(server.bugs()).toEqual([]);
  });
});

interface Swept {
  readonly startSweep: { readonly errors: readonly { readonly path: readonly string[] }[] };
}

interface Started {
  readonly startStrategyOptimization: {
    readonly optimization: { readonly id: string } | null;
    readonly errors: readonly { readonly path: readonly string[] }[];
  };
}

/** 1, 2, ... up to `count`. */
function steps(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

function pathsOf(body: unknown): readonly string[] {
  return (body as { readonly errors?: readonly { readonly path: string }[] }).errors?.map(({ path }) => path) ?? [];
}

/** Stacks, queries, files and prototypes are nobody's business. */
function expectNothingInner(text: string): void {
  expect(text).not.toMatch(/node_modules|\.ts:\d|\.js:\d|SELECT |INSERT |at Object\.|prisma/i);
}

function camelCase(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [camelPath(key), value]));
}

/** What GraphQL calls a method; what is no method stays as it is, but for a case that REST has not. */
function enumName(method: unknown): Json {
  return method === 'random' ? 'RANDOM' : method === 'TPE' ? 'tpe' : String(method);
}

/** The first step of a path; what follows are names of parameters. */
function camelPath(path: string): string {
  const [first = '', ...names] = path.split('.');
  return [first.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase()), ...names].join('.');
}

/** Cuts, doubles, replaces or swaps a piece of the text. */
function mutated(text: string, random: () => number): string {
  const at = Math.floor(random() * text.length);
  const to = Math.min(text.length, at + 1 + Math.floor(random() * 12));
  const piece = text.slice(at, to);
  const noise = ['\u0000', '"', '{', ']', '-', '1e999', 'null', '__proto__', '\ud800', '\u202e'][
    Math.floor(random() * 10)
  ];
  return (
    text.slice(0, at) +
    ([`${piece}${piece}`, noise, '', piece.split('').toReversed().join('')][Math.floor(random() * 4)] ?? '') +
    text.slice(to)
  );
}
