/** Price files: read here, checked and stored by the server. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { accepted, messageOf, request } from './server.ts';

/** A file and what its bars are. */
export interface PriceFile {
  readonly file: string;
  readonly symbol: string;
  /** Length of a bar, e.g. `1d`. */
  readonly interval: string;
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

/**
 * Sends a file to the server.
 *
 * @returns what was imported, in a sentence
 * @throws {Error} whose message is for the person at the terminal
 */
export async function importFile(url: string, { file, symbol, interval }: PriceFile): Promise<string> {
  const content = await readFile(file).catch((cause: unknown) => {
    throw new Error(`${file} cannot be read: ${messageOf(cause)}`, { cause });
  });
  const query = new URLSearchParams({ symbol, interval }).toString();
  const answer = await request(url, `POST /api/data/import?${query}`, { type: 'text/csv', content });
  const { rows, inserted, updated, first, last, ...series } = accepted(importResult, answer, file);
  return `${series.symbol} ${series.interval}: ${rows} rows from ${first} to ${last}, ${inserted} new, ${updated} changed.`;
}
