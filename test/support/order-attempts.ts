/**
 * `node --import tsx order-attempts.ts URL OWNER COUNT TAG`: a process that places COUNT orders at once through a gateway of its
 * own, and prints how many times each outcome came, and how many orders its broker has seen.
 */
import { localUser } from '../../src/access/index.ts';
import { systemClock } from '../../src/core/index.ts';
import { openDatabase } from '../../src/storage/index.ts';
import { startTrading } from './trading.ts';

const [url = '', owner = '', count = '0', tag = '0'] = process.argv.slice(2);
const database = await openDatabase(url, systemClock);
const trading = await startTrading(database, { user: localUser(Number(owner)) });
const outcomes = await Promise.all(Array.from({ length: Number(count) }, (_, i) => attempt(i)));
const counts: Record<string, number> = {};
for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
process.stdout.write(JSON.stringify({ counts, submissions: trading.broker.submissions.length }));
await trading.close();
await database.close();

/** Each of another quantity, so that none is taken for a repeat. */
async function attempt(i: number): Promise<string> {
  try {
    return (await trading.place({ quantity: `1.${tag}${String(i).padStart(5, '0')}` })).status;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
