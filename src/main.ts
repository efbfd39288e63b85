/** Reads the configuration, starts the app, says where everything is, and drains on a signal. */
import { startApp } from './app.ts';
import { ConfigError, parseConfig } from './config.ts';
import { createLogger } from './rest/index.ts';

/** Longest time that draining may take before the process ends anyway; what was not answered then, is not. */
const DRAIN_MS = 4500;

async function main(): Promise<void> {
  const config = parseConfig();
  const log = createLogger(config.logLevel);
  const app = await startApp(config, { log });
  const { database, market } = app.services;
  process.stdout.write(`
Dunlin ${app.services.info.version} trades on paper: no order can reach a broker.
  GraphQL and GraphiQL   ${app.url}/graphql
  REST documentation     ${app.url}/docs
  Market data            ${market.provider.name}
  Database               ${database.provider} ${database.location}

`);
  let draining = false;
  const drain = (signal: NodeJS.Signals): void => {
    if (draining) process.exit(1);
    draining = true;
    log.info({ signal }, 'Draining');
    setTimeout(() => process.exit(1), DRAIN_MS).unref();
    app.close().then(
      () => process.exit(0),
      (err: unknown) => {
        log.error({ err }, 'Draining failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', drain);
  process.on('SIGTERM', drain);
}

main().catch((error: unknown) => {
  process.stderr.write(
    error instanceof ConfigError ? `${error.message}\n` : `Dunlin could not start: ${String(error)}\n`,
  );
  process.exitCode = 1;
});
