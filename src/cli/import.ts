/** `npm run import -- FILE --symbol SPY [--interval 1d] [--url http://127.0.0.1:8000]`: sends a price file to a running server. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

const USAGE = 'Usage: npm run import -- FILE --symbol SPY [--interval 1d] [--url http://127.0.0.1:8000]';

interface Arguments {
  readonly file: string;
  readonly symbol: string;
  readonly interval: string;
  readonly url: string;
}

/** @throws {Error} whose message is for the person at the terminal */
function readArguments(): Arguments {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      symbol: { type: 'string' },
      interval: { type: 'string', default: '1d' },
      url: { type: 'string', default: 'http://127.0.0.1:8000' },
    },
  });
  const [file] = positionals;
  if (file === undefined || positionals.length > 1 || values.symbol === undefined) throw new Error(USAGE);
  return { file, symbol: values.symbol, interval: values.interval, url: values.url };
}

async function send({ file, symbol, interval, url }: Arguments): Promise<string> {
  const body = await readFile(file);
  const target = new URL('/api/data/import', url);
  target.search = new URLSearchParams({ symbol, interval }).toString();
  const headers = { 'content-type': 'text/csv' };
  const response = await fetch(target, { method: 'POST', headers, body }).catch((cause: unknown) => {
    throw new Error(`No server answers at ${url}. Start it with: npm start`, { cause });
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${file} was refused (${response.status}): ${text}`);
  return text;
}

try {
  process.stdout.write(`${await send(readArguments())}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
