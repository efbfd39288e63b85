/**
 * The whole server on a database of its own, listening on a free port of 127.0.0.1, as `src/main.ts` starts it. Worker
 * threads run from `dist`, which `npm test` builds first. What it logs is kept.
 */
import { type App, startApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import type { JsonObject } from '../../src/core/index.ts';
import type { MarketDataProvider } from '../../src/market/index.ts';
import { createLogger } from '../../src/rest/index.ts';
import type { DatabaseProvider } from '../../src/storage/index.ts';
import { createTestDatabase } from './database.ts';
import { TEST_POOL_SIZE } from './open-database.ts';
import { TEST_SECRETS_KEY } from './secrets.ts';
import { builtWorkerUrl } from './worker-url.ts';

/** A running server of a test. */
export interface TestApp {
  /** Of the process as it runs now: another one after `restart`. */
  readonly app: App;
  readonly url: string;
  readonly port: number;
  /** Every line of the log so far, over restarts too. */
  readonly log: readonly JsonObject[];
  /** Lines of the log that tell of bugs; a test ends by expecting none. */
  bugs(): readonly JsonObject[];
  /** Closes the server as a signal does, and starts it again on the same database and port. */
  restart(): Promise<void>;
  /** Closes the server and removes its database. */
  stop(): Promise<void>;
}

/** Starts the server. `env` goes over the settings of a test: one worker thread, a log of all that is worth a line. */
export async function startTestApp(
  options: {
    readonly provider?: DatabaseProvider;
    readonly env?: Readonly<Record<string, string>>;
    readonly fetch?: typeof globalThis.fetch;
    /** Prices in place of the simulated ones. */
    readonly market?: MarketDataProvider;
  } = {},
): Promise<TestApp> {
  const database = await createTestDatabase(options.provider ?? 'sqlite');
  const log: JsonObject[] = [];
  const logger = createLogger('info', { write: (line) => void log.push(JSON.parse(line)) });
  const start = (port: number) =>
    startApp(
      parseConfig({
        PORT: String(port),
        DATABASE_URL: database.url,
        DATABASE_POOL_SIZE: String(TEST_POOL_SIZE),
        COMPUTE_THREADS: '1',
        SIMULATION_SEED: 'test',
        SECRETS_KEY: TEST_SECRETS_KEY,
        ...options.env,
      }),
      {
        ...{ log: logger, workerUrl: builtWorkerUrl, warmsUp: false },
        ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
        ...(options.market === undefined ? {} : { provider: options.market }),
      },
    );
  let app = await start(0);
  const port = Number(new URL(app.url).port);
  return {
    get app() {
      return app;
    },
    url: app.url,
    port,
    log,
    bugs: () => log.filter((line) => line['level'] === 'error'),
    restart: async () => {
      await app.close();
      app = await start(port);
    },
    stop: async () => {
      await app.close();
      await database.drop();
    },
  };
}
