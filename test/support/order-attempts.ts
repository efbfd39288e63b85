/**
 * `node --import tsx order-attempts.ts URL COUNT TAG`: a process that, for each id of an owner on its input, places COUNT orders
 * of that owner at once through a gateway of its own, and prints how many times each outcome came, and how many orders its broker
 * has seen.
 */
import { createInterface } from 'node:readline';
import { localUser } from '../../src/access/index.ts';
import { openTestDatabase } from './open-database.ts';
import { startTrading, type Trading } from './trading.ts';

const [url = '', count = '0', tag = '0'] = process.argv.slice(2);
const database = await openTestDatabase(url);
// The test that started it is gone: so is its end of the pipe.
process.stdin.once('close', () => process.exit(0));
for await (const owner of createInterface({ input: process.stdin })) {
  const trading = await startTrading(database, { user: localUser(Number(owner)) });
  const outcomes = await Promise.all(Array.from({ length: Number(count) }, (_, i) => attempt(trading, i)));
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  process.stdout.write(`${JSON.stringify({ counts, submissions: trading.broker.submissions.length })}\n`);
  await trading.close();
}

/** Each of another quantity, so that none is taken for a repeat. */
async function attempt(trading: Trading, i: number): Promise<string> {
  try {
    return (await trading.place({ quantity: `1.${tag}${String(i).padStart(5, '0')}` })).status;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
