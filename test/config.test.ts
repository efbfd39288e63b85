/** What the environment may say, and how the parser answers when it says something else. */
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig, serverUrl } from '../src/config.ts';
import { decimal } from '../src/core/index.ts';

function refusal(env: Readonly<Record<string, string>>): string {
  try {
    parseConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('The configuration was accepted.');
}

describe('the configuration', () => {
  it('listens on this machine only and keeps its data in ./data by default', () => {
    const config = parseConfig({});

    expect(config).toMatchObject({ host: '127.0.0.1', port: 8000, marketData: 'simulated', logLevel: 'info' });
    expect(config.dataDir).toBe(resolve('data'));
    expect(config.databaseUrl).toBe(`file:${join(resolve('data'), 'dunlin.db')}`);
  });

  it('trades on paper by default, with 100,000 dollars, 2 bps of slippage and no commission', () => {
    expect(parseConfig({})).toMatchObject({
      isLiveEnabled: false,
      paper: {
        initialCash: decimal(100_000),
        slippageBps: decimal(2),
        commissionBps: decimal(0),
        commissionPerTrade: decimal(0),
        maxVolumeShare: null,
        allowShort: true,
      },
    });
  });

  it('takes empty values for absent ones', () => {
    expect(parseConfig({ PORT: '', DATABASE_URL: '' })).toEqual(parseConfig({}));
  });

  it('cannot be changed', () => {
    const config = parseConfig({});

    expect([config, config.compute, config.optimize, config.paper].every(Object.isFrozen)).toBe(true);
  });

  it.each([
    ['HOST', '::1', { host: '::1' }],
    ['PORT', '0', { port: 0 }],
    ['PORT', '65535', { port: 65_535 }],
    ['MARKET_DATA', 'yahoo', { marketData: 'yahoo' }],
    ['DATABASE_POOL_SIZE', '3', { databasePoolSize: 3 }],
    ['COMPUTE_TIMEOUT_SECONDS', '2', { compute: { timeoutMs: 2000 } }],
    ['ALLOWED_ORIGINS', 'https://a.test, http://b.test:81', { allowedOrigins: ['https://a.test', 'http://b.test:81'] }],
    ['SECRETS_KEY', 'aB'.repeat(32), { secretsKey: 'aB'.repeat(32) }],
    ['WEBHOOK_ALLOW_HTTP', 'true', { webhooks: { allowHttp: true, allowPrivate: false } }],
    ['WEBHOOK_ALLOW_PRIVATE', 'true', { webhooks: { allowHttp: false, allowPrivate: true } }],
    [
      'WEBHOOK_ALLOW_PRIVATE',
      '10.1.0.0/16, fd00::/8',
      { webhooks: { allowHttp: false, allowPrivate: ['10.1.0.0/16', 'fd00::/8'] } },
    ],
    ['LIVE_TRADING', 'enabled', { isLiveEnabled: true }],
    ['LIVE_TRADING', 'disabled', { isLiveEnabled: false }],
    ['LIVE_TRADING', 'Enabled ', { isLiveEnabled: false }],
    ['LIVE_TRADING', 'yes', { isLiveEnabled: false }],
    ['PAPER_INITIAL_CASH', '2500.5', { paper: { initialCash: decimal('2500.5') } }],
    ['PAPER_SLIPPAGE_BPS', '0', { paper: { slippageBps: decimal(0) } }],
    ['PAPER_MAX_VOLUME_SHARE', '0.1', { paper: { maxVolumeShare: decimal('0.1') } }],
    ['PAPER_ALLOW_SHORT', 'false', { paper: { allowShort: false } }],
    ['EVENT_RETENTION_DAYS', '30', { retention: { maxAgeMs: 30 * 86_400_000, maxEvents: 1_000_000 } }],
    ['EVENT_RETENTION_MAX', '1000', { retention: { maxAgeMs: 7 * 86_400_000, maxEvents: 1000 } }],
    ['DATABASE_URL', 'postgres://u:p@h:1/d', { databaseUrl: 'postgres://u:p@h:1/d' }],
    ['DATABASE_URL', 'file:/tmp/x.db', { databaseUrl: 'file:/tmp/x.db' }],
  ])('accepts %s=%s', (key, value, expected) => {
    expect(parseConfig({ [key]: value })).toMatchObject(expected);
  });

  it.each([
    ['HOST', '0.0.0.0'],
    ['HOST', '192.168.1.5'],
    ['HOST', '::'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '8e3'],
    ['PORT', ' 8000'],
    ['DATABASE_URL', 'mysql://u:p@h/d'],
    ['DATABASE_URL', 'postgresql://u:p@h:nowhere/d'],
    ['MARKET_DATA', 'moon'],
    ['LOG_LEVEL', 'loud'],
    ['SIMULATION_SEED', 'x'.repeat(65)],
    ['ALLOWED_ORIGINS', 'https://a.test/path'],
    ['ALLOWED_ORIGINS', 'null'],
    ['PAPER_INITIAL_CASH', '0'],
    ['PAPER_INITIAL_CASH', '1e5'],
    ['PAPER_INITIAL_CASH', 'Infinity'],
    ['PAPER_SLIPPAGE_BPS', '-1'],
    ['PAPER_COMMISSION_BPS', '1001'],
    ['PAPER_COMMISSION_PER_TRADE', 'NaN'],
    ['PAPER_MAX_VOLUME_SHARE', '1.1'],
    ['PAPER_ALLOW_SHORT', '1'],
    ['COMPUTE_THREADS', '0'],
    ['COMPUTE_MEMORY_MB', '63'],
    ['OPTIMIZE_MIN_BARS_PER_SPLIT', '1'],
    ['OPTIMIZE_MAX_COMBINATIONS', '1000001'],
    ['IMPORT_MAX_BYTES', '1023'],
    ['SECRETS_KEY', 'ab'.repeat(31)],
    ['WEBHOOK_ALLOW_HTTP', 'yes'],
    ['WEBHOOK_ALLOW_PRIVATE', '10.0.0.0/33'],
    ['WEBHOOK_ALLOW_PRIVATE', '10.0.0.1'],
    ['WEBHOOK_ALLOW_PRIVATE', '10.0.0.0/8,true'],
    ['EVENT_RETENTION_DAYS', '0'],
    ['EVENT_RETENTION_MAX', '999'],
  ])('refuses %s=%s and names the key', (key, value) => {
    expect(refusal({ [key]: value })).toContain(`\n  ${key} must `);
  });

  it('names every key that is wrong at once, with what was found', () => {
    const message = refusal({ PORT: 'x', LOG_LEVEL: 'loud' });

    expect(message).toContain('PORT must be a whole number from 0 to 65535; it is "x"');
    expect(message).toContain('LOG_LEVEL must be one of: fatal, error, warn, info, debug, trace, silent; it is "loud"');
  });

  it('does not show the password in a database url that is wrong, or a key', () => {
    expect(refusal({ DATABASE_URL: 'mysql://user:hunter2@host/db' })).not.toContain('hunter2');
    expect(refusal({ SECRETS_KEY: 'hunter2' })).not.toContain('hunter2');
  });
});

it.each([
  [{}, 'http://127.0.0.1:8000'],
  [{ PORT: '8471' }, 'http://127.0.0.1:8471'],
  [{ HOST: '::1', PORT: '9000' }, 'http://[::1]:9000'],
  [{ HOST: 'localhost', PORT: '' }, 'http://localhost:8000'],
])('a command looks for the server where its settings %j put it', (environment, url) => {
  expect(serverUrl(environment)).toBe(url);
});
