/**
 * Subscribers of whom a twentieth stops reading (G3): how soon the others hear, against a run in which all read; what the server
 * holds meanwhile; and whether those who stopped are told so and miss nothing when they come back. Prints a row.
 */

import { quantile } from '../measure.ts';
import { openFleet, Subscriber } from './fleet.ts';
import { type BenchServer, pause, startServer } from './server.ts';

const SUBSCRIBERS = 400;
const STALLED = SUBSCRIBERS / 20;
const SECONDS = 20;
const EVENTS_PER_SECOND = 8;
/**
 * Makes messages of a stalled reader some 8 KB, of which it asks for all that there were, several times: the system buffers
 * some megabytes for it, and only when that is full does the server notice that it does not read.
 */
const LARGE = Array.from({ length: 14 }, (_, index) => `p${index}: payload`).join(' ');
const REPLAYS = 10;
const REASON = 'x'.repeat(480);

const server = await startServer();
try {
  const readers = await openFleet(server.url, SUBSCRIBERS - STALLED);
  const others = await openFleet(server.url, STALLED, LARGE);
  await publish(server, 2);
  const all = await latencies(readers, () => publish(server, SECONDS));
  const before = await server.held();
  for (const reader of others) reader.stall(REPLAYS);
  const some = await latencies(readers, () => publish(server, SECONDS));
  const during = await server.held();
  for (const { socket } of others) socket.resume();
  await pause(2000);
  const complete = await Promise.all(others.map((each) => comesBack(each, readers[0])));
  console.log(
    JSON.stringify({
      readers: readers.length,
      stalled: STALLED,
      'p99 ms, all read': quantile(all, 0.99),
      'p99 ms, some stalled': quantile(some, 0.99),
      ratio: Math.round((100 * quantile(some, 0.99)) / quantile(all, 0.99)) / 100,
      'MiB held for the stalled': Math.round(
        (during.heapUsed + during.external - before.heapUsed - before.external) / 2 ** 20,
      ),
      'closed 1013': others.filter(({ closedWith }) => closedWith === 1013).length,
      'came back, nothing missed or twice': complete.filter(Boolean).length,
    }),
  );
} finally {
  server.stop();
  process.exit();
}

/** Two kinds of events, in turns. */
async function publish(to: BenchServer, seconds: number): Promise<void> {
  for (let event = 0; event < seconds * EVENTS_PER_SECOND; event += 1) {
    const due = pause(1000 / EVENTS_PER_SECOND);
    const field = event % 2 === 0 ? 'stopScheduler' : 'startScheduler';
    await to.send('POST /graphql', {
      query: `mutation { ${field}(input: { reason: "${REASON}" }) { errors { code } } }`,
    });
    await due;
  }
}

/** Of the time between the first reader that hears of an event and each. */
async function latencies(readers: readonly Subscriber[], work: () => Promise<void>): Promise<readonly number[]> {
  for (const { heard } of readers) heard.clear();
  await work();
  await pause(500);
  const firsts = new Map<string, number>();
  for (const { heard } of readers) {
    for (const [cursor, at] of heard) firsts.set(cursor, Math.min(at, firsts.get(cursor) ?? at));
  }
  return readers.flatMap(({ heard }) => [...heard].map(([cursor, at]) => at - (firsts.get(cursor) ?? at)));
}

/** Whether the cursors before and after the break are all there were, once each. */
async function comesBack({ heard }: Subscriber, witness: Subscriber | undefined): Promise<boolean> {
  const before = [...heard.keys()];
  const last = [...(witness?.heard.keys() ?? [])].at(-1) ?? '0';
  const again = new Subscriber(server.url, { after: before.at(-1) ?? '0' });
  for (let waited = 0; waited < 10_000 && !again.heard.has(last); waited += 20) await pause(20);
  again.socket.terminate();
  const cursors = [...before, ...again.heard.keys()].map(Number);
  const [first = 0] = cursors;
  return cursors.at(-1) === Number(last) && cursors.every((cursor, index) => cursor === first + index);
}
