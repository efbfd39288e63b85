/** `npm run import -- FILE --symbol SPY [--interval 1d] [--url http://127.0.0.1:8000]`: sends a price file to a running server. */
import { runCommand } from './command.ts';
import { importFile } from './price-file.ts';
import { DEFAULT_URL } from './server.ts';

const USAGE = `Usage: npm run import -- FILE --symbol SPY [--interval 1d] [--url ${DEFAULT_URL}]`;

const line = {
  usage: USAGE,
  positionals: 1,
  options: {
    symbol: { type: 'string' },
    interval: { type: 'string', default: '1d' },
    url: { type: 'string', default: DEFAULT_URL },
  },
} as const;

await runCommand(line, async ({ values: { symbol, interval, url }, positionals: [file = ''] }) => {
  if (symbol === undefined) throw new Error(USAGE);
  process.stdout.write(`${await importFile(url, { file, symbol, interval })}\n`);
  return 0;
});
