/** `npm run import -- FILE --symbol SPY [--interval 1d] [--url http://127.0.0.1:8000]`: sends a price file to a running server. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';

const USAGE = 'Usage: npm run import -- FILE --symbol SPY [--interval 1d] [--url http://127.0.0.1:8000]';

interface Arguments {
  readonly file: string;
  readonly symbol: string;
  readonly interval: string;
  readonly url: string;
}

const importResult = z.object({
  symbol: z.string(),
  interval: z.string(),
  rows: z.int(),
  inserted: z.int(),
  updated: z.int(),
  first: z.string(),
  last: z.string(),
});

/** What a problem (RFC 9457) says to a person; the fields that are wrong are there only where fields are. */
const problem = z.object({
  detail: z.string(),
  errors: z.array(z.object({ message: z.string() })).default([]),
});

/** @throws {Error} whose message is for the person at the terminal */
function readArguments(): Arguments {
  const { values, positionals } = parsed();
  const [file] = positionals;
  if (file === undefined || positionals.length > 1 || values.symbol === undefined) throw new Error(USAGE);
  if (!URL.canParse(values.url)) throw new Error(`--url must be like http://127.0.0.1:8000; it is "${values.url}".`);
  return { file, symbol: values.symbol, interval: values.interval, url: values.url };
}

function parsed() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        symbol: { type: 'string' },
        interval: { type: 'string', default: '1d' },
        url: { type: 'string', default: 'http://127.0.0.1:8000' },
      },
    });
  } catch (cause) {
    throw new Error(`${messageOf(cause)}\n${USAGE}`, { cause });
  }
}

/** @throws {Error} whose message is for the person at the terminal */
async function send({ file, symbol, interval, url }: Arguments): Promise<string> {
  const body = await readFile(file).catch((cause: unknown) => {
    throw new Error(`${file} cannot be read: ${messageOf(cause)}`, { cause });
  });
  const target = new URL('/api/data/import', url);
  target.search = new URLSearchParams({ symbol, interval }).toString();
  const headers = { 'content-type': 'text/csv' };
  const response = await fetch(target, { method: 'POST', headers, body }).catch((cause: unknown) => {
    throw new Error(`No server answers at ${url} (${reasonOf(cause)}). Start it with: npm start`, { cause });
  });
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new Error(`${file} was refused (${response.status}): ${refusalOf(answer)}`);
  const { rows, inserted, updated, first, last, ...series } = importResult.parse(answer);
  return `${series.symbol} ${series.interval}: ${rows} rows from ${first} to ${last}, ${inserted} new, ${updated} changed.`;
}

/** Every wrong row or field on a line of its own. */
function refusalOf(answer: unknown): string {
  const { success, data } = problem.safeParse(answer);
  if (!success) return 'the answer is not from this program.';
  return data.errors.length === 0 ? data.detail : data.errors.map(({ message }) => message).join('\n');
}

/** `fetch` hides why a connection failed in the cause of its error. */
function reasonOf(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

try {
  process.stdout.write(`${await send(readArguments())}\n`);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
