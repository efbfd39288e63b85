/** Reads the configuration, starts the app, says where everything is, and drains on a signal. */
import { inspect } from 'node:util';
import type { Logger } from 'pino';
import { type App, startApp } from './app.ts';
import { ConfigError, parseConfig } from './config.ts';
import { createLogger } from './rest/index.ts';
import { StartError } from './start-error.ts';

/** Longest time that draining may take before the process ends anyway; what was not answered then, is not. */
const DRAIN_MS = 4500;

/** Signals closer together than this are one: npm passes a Ctrl-C on that the terminal has sent to us too. */
const SAME_SIGNAL_MS = 300;

async function main(): Promise<void> {
  const config = parseConfig();
  const log = createLogger(config.logLevel);
  const starting = startApp(config, { log });
  drainOnSignal(starting, log);
  process.stdout.write(banner(await starting));
}

function banner({ url, services: { info, market, database } }: App): string {
  return `
Dunlin ${info.version} trades on paper: no order can reach a broker.
  GraphQL and GraphiQL   ${url}/graphql
  REST documentation     ${url}/docs
  Market data            ${market.provider.name}
  Database               ${database.provider} ${database.location}

`;
}

/** Ends the process: with 0 when everything was closed, with 1 when it was not in time or a second signal came. */
function drainOnSignal(starting: Promise<App>, log: Logger): void {
  let firstAt: number | null = null;
  const drain = (signal: NodeJS.Signals): void => {
    if (firstAt !== null) {
      if (performance.now() - firstAt > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    firstAt = performance.now();
    log.info({ signal }, 'Draining');
    setTimeout(() => {
      log.error(`Draining took longer than ${DRAIN_MS} ms`);
      process.exit(1);
    }, DRAIN_MS).unref();
    starting
      .then((app) => app.close())
      .then(
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
  const isExpected = error instanceof ConfigError || error instanceof StartError;
  process.stderr.write(isExpected ? `${error.message}\n` : 'Dunlin could not start, because of a bug:\n');
  if (!isExpected) process.stderr.write(`${inspect(error)}\n`);
  process.exitCode = 1;
});
