/** Clients of every transport that are cut at random while things happen, and what they have heard in the end. */
import { seededRandom } from '../../src/core/index.ts';
import { ResumingClient, TRANSPORTS } from './resuming-client.ts';
import { pause } from './server-process.ts';

/** What is tried. */
export interface CutStreams {
  /** Of the server, which may end and come back under the same address. */
  readonly url: string;
  /** Cuts of each client. */
  readonly cuts: number;
  readonly seed: string;
  /** Called after half of the cuts, e.g. to restart the server. */
  readonly halfway: () => Promise<void>;
}

/** What each client heard, by its transport, and what there was to hear. */
export interface HeardStreams {
  readonly heard: Readonly<Record<string, readonly string[]>>;
  /** Cursors of all events, as `GET /api/events` tells them. */
  readonly events: readonly string[];
  /** The fewest times that a client was cut. */
  readonly cuts: number;
}

/** Changes of limits: each is an event, of which every transport tells. */
const WRITERS = 4;

/** Changes from one cut to the next at least, however slow the machine is. */
const EVENTS_PER_CUT = 3;

/** Cuts clients at random while writers write, lets them hear the rest, and answers what they heard. */
export async function cutStreams({ url, cuts, seed, halfway }: CutStreams): Promise<HeardStreams> {
  const random = seededRandom(seed);
  const names = Object.keys(TRANSPORTS) as (keyof typeof TRANSPORTS)[];
  const clients = names.map((name) => new ResumingClient(url, name));
  const state = { isWriting: true, count: 0 };
  const writers = Array.from({ length: WRITERS }, (_, writer) => write(url, writer, state));
  for (const client of clients) client.start();
  for (let cut = 0; cut < cuts; cut += 1) {
    if (cut === Math.floor(cuts / 2)) await halfway();
    while (state.count < EVENTS_PER_CUT * (cut + 1)) await pause(2);
    for (const client of clients) {
      await pause(random.uniform() * 40);
      client.cut();
    }
    await untilAllBack(clients, cut + 1);
  }
  state.isWriting = false;
  await Promise.all(writers);
  const events = await allEvents(url);
  await untilHeard(clients, events.at(-1) ?? '0');
  await Promise.all(clients.map((client) => client.leave()));
  return {
    heard: Object.fromEntries(names.map((name, at) => [name, clients[at]?.heard ?? []])),
    events,
    cuts: Math.min(...clients.map((client) => client.cuts)),
  };
}

async function write(
  url: string,
  writer: number,
  state: { readonly isWriting: boolean; count: number },
): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  for (let round = 0; state.isWriting; round += 1) {
    const body = JSON.stringify({ max_daily_trades: 1000 * writer + (round % 1000) });
    // While the server restarts nobody answers.
    const answer = await fetch(`${url}/api/safety`, { method: 'PATCH', headers, body }).catch(() => null);
    await answer?.arrayBuffer().catch(() => undefined);
    if (answer?.ok === true) state.count += 1;
    await pause(answer === null ? 20 : 2);
  }
}

/** A cut counts when the connection was there: the next one comes after its end. */
async function untilAllBack(clients: readonly ResumingClient[], cuts: number): Promise<void> {
  while (clients.some((client) => client.cuts < cuts)) {
    for (const client of clients) if (client.cuts < cuts) client.cut();
    await pause(5);
  }
}

async function untilHeard(clients: readonly ResumingClient[], last: string): Promise<void> {
  const until = performance.now() + 60_000;
  while (clients.some(({ heard }) => BigInt(heard.at(-1) ?? '0') < BigInt(last))) {
    if (performance.now() > until) return;
    await pause(10);
  }
}

async function allEvents(url: string): Promise<readonly string[]> {
  const cursors: string[] = [];
  for (;;) {
    const answer = await fetch(`${url}/api/events?limit=500&after=${cursors.at(-1) ?? 0}`);
    const page: readonly { readonly cursor: string }[] = await answer.json();
    if (page.length === 0) return cursors;
    cursors.push(...page.map(({ cursor }) => cursor));
  }
}
