import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/index.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { SocketClient } from '../support/sockets.ts';
import {
  dataOf,
  type GraphqlAnswer,
  overSocket,
  subscribeOverSocket,
  subscribeOverSse,
  succeeded,
} from './graphql-clients.ts';
import { listOf, objectOf, rest } from './rest-client.ts';

let server: TestApp;
beforeAll(async () => {
  server = await startTestApp();
});
afterAll(() => server.stop());

const range = { symbols: ['SPY'], start: '2005-01-01', end: '2024-12-31' };
const EVENTS = 'subscription ($after: Cursor) { events(after: $after) { cursor type subjectId payload } }';
const SLICE = '{ start end sharpe totalReturn maxDrawdown winRate trades }';
const LUCK = `fragment Luck on Overfitting { deflatedSharpe pbo walkForwardEfficiency oosSharpe nTrials stability gridEdge
  verdict reasons thresholds { accept { deflatedSharpe pbo oosSharpe positiveFolds } review { deflatedSharpe pbo } } }`;
const JOB = `query ($id: ID!) { optimization(id: $id) { id status totalCombinations bestParams bestSharpe dataHash
  progress { combo total fold nFolds } skipped { params reason } unranked { params reason }
  overfitting { ...Luck }
  results { rank params meanSharpe sharpeStd meanReturn maxDrawdown meanWinRate trades
    folds { fold train ${SLICE} test ${SLICE} } } } } ${LUCK}`;
const SWEEP = `query ($id: ID!) { optimization(id: $id) { overfitting { ...Luck }
  sweep { byStrategy { strategyType results { rank params meanSharpe } overfitting { ...Luck } }
    recommendation { strategyType bestParams meanSharpe sharpeStd confidence recommended } } } } ${LUCK}`;
const CANCEL =
  'mutation ($id: ID!) { cancelOptimization(input: {id: $id}) { optimization { status partial } errors { code } } }';

interface Entry {
  readonly events: { readonly cursor: string; readonly type: string; readonly subjectId: string };
}

/** A grid that takes seconds on one thread. */
const longGrid = {
  short_window: Array.from({ length: 60 }, (_, index) => index + 2),
  long_window: Array.from({ length: 60 }, (_, index) => index + 100),
};

async function startJob(grid?: JsonObject): Promise<number> {
  const body = { strategy_type: 'momentum', ...range, ...(grid === undefined ? {} : { param_grid: grid }) };
  const answer = await rest(server.url, 'POST /api/optimize/strategy', { body });
  expect(answer.status, answer.text).toBe(200);
  return Number(objectOf(answer)['job_id']);
}

async function endOf(id: number): Promise<JsonObject> {
  await expect
    .poll(async () => objectOf(await rest(server.url, `GET /api/optimize/${id}`))['status'], { timeout: 25_000 })
    .not.toMatch(/^(pending|running)$/);
  return objectOf(await rest(server.url, `GET /api/optimize/${id}`));
}

/** The names of REST for those of GraphQL, in values whose keys are fields. Parameters have the same names in both. */
function snake(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snake);
  if (typeof value !== 'object' || value === null) return value;
  const named = Object.entries(value).map(([key, inner]) => [
    key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    key === 'params' || key === 'bestParams' ? inner : snake(inner),
  ]);
  return Object.fromEntries(named);
}

/** The words of REST for the enums of GraphQL. */
function lowerCase(fields: unknown): unknown {
  const entries = Object.entries(fields as JsonObject).map(([key, value]) => [
    key,
    key === 'verdict' || key === 'confidence' ? String(value).toLowerCase() : value,
  ]);
  return Object.fromEntries(entries);
}

async function takeEntries(
  stream: AsyncIterator<GraphqlAnswer<Entry>>,
  count: number,
): Promise<readonly Entry['events'][]> {
  const entries: Entry['events'][] = [];
  while (entries.length < count) {
    const next = await stream.next();
    if (next.done === true) throw new Error('The stream ended.');
    entries.push(succeeded(next.value).events);
  }
  return entries;
}

/** What every transport replays after a cursor, as pairs of cursor and type. */
async function replays(after: string, count: number) {
  const journal = listOf(await rest(server.url, `GET /api/events?after=${after}`));
  const query = 'query ($after: Cursor) { journal(after: $after) { entries { cursor type subjectId } } }';
  const { journal: page } = await dataOf<{ journal: { entries: readonly Entry['events'][] } }>(server.url, query, {
    after,
  });
  const socket = subscribeOverSocket<Entry>(server.url, EVENTS, { after });
  const sse = await subscribeOverSse<Entry>(server.url, EVENTS, { after });
  const heard = [await takeEntries(socket.answers, count), await takeEntries(sse.answers, count)];
  await Promise.all([socket.end(), sse.end()]);
  const pairs = (entries: readonly Entry['events'][]) => entries.map(({ cursor, type }) => `${cursor} ${type}`);
  return {
    rest: journal.map((event) => `${String(event['cursor'])} ${String(event['type'])}`),
    others: [pairs(page.entries), ...heard.map(pairs)],
  };
}

describe('one job', () => {
  it('is the same to every client: progress, end, figures and cursors', async () => {
    const { system } = await dataOf<{ system: { journalHead: string } }>(server.url, '{ system { journalHead } }');
    const channel = await SocketClient.open(server, '/ws/optimize');
    expect(await channel.next()).toMatchObject({ type: 'connected', channel: 'optimize', cursor: system.journalHead });
    const socket = subscribeOverSocket<Entry>(server.url, EVENTS, { after: system.journalHead });
    const sse = await subscribeOverSse<Entry>(server.url, EVENTS, { after: system.journalHead });

    const id = await startJob();
    const heard: JsonObject[] = [];
    while (heard.at(-1)?.['type'] !== 'complete') heard.push(await channel.next());
    const fromRest = await endOf(id);
    const overHttp = await dataOf<{ optimization: object }>(server.url, JOB, { id: String(id) });
    const overWebSocket = await overSocket<{ optimization: object }>(server.url, JOB, { id: String(id) });

    expect(succeeded(overWebSocket)).toEqual(overHttp);
    const { overfitting, ...shown } = snake(overHttp.optimization) as { readonly overfitting: JsonObject };
    expect(fromRest).toMatchObject({ ...shown, id, status: 'complete' });
    expect(fromRest['overfitting']).toEqual(lowerCase(overfitting));
    const progress = {
      job_id: id,
      combo: expect.any(Number),
      total: 18,
      fold: expect.any(Number),
      n_folds: 5,
      status: 'running',
    };
    expect(heard.slice(0, -1)).toEqual(
      heard.slice(0, -1).map(() => expect.objectContaining({ type: 'progress', ...progress })),
    );
    expect(heard.length).toBeGreaterThan(1);
    const overSockets = await takeEntries(socket.answers, 2);
    expect(overSockets.map(({ type }) => type)).toEqual(['OptimizationStarted', 'OptimizationCompleted']);
    expect(await takeEntries(sse.answers, 2)).toEqual(overSockets);
    expect(heard.at(-1)).toMatchObject({
      cursor: overSockets[1]?.cursor,
      job_id: id,
      status: 'complete',
      best_sharpe: fromRest['best_sharpe'],
      total_combos: 18,
    });
    await Promise.all([socket.end(), sse.end(), channel.leave()]);
  });

  it('is replayed from the same cursors over every transport, also after a restart', async () => {
    await endOf(await startJob({ short_window: 10 }));
    const before = await replays('0', 4);

    await server.restart();
    const after = await replays('0', 4);

    expect(before.others).toEqual([before.rest, before.rest, before.rest]);
    expect(after).toEqual(before);
    const channel = await SocketClient.open(server, '/ws/optimize?after=0');
    const [, first, second] = await channel.take(3);
    expect([first?.['cursor'], second?.['cursor']]).toEqual(['2', '4']);
    await channel.leave();
  });

  it('is followed across a reconnect without a gap or a repeat', async () => {
    const first = subscribeOverSocket<Entry>(server.url, EVENTS, { after: '0' });
    const seen = [...(await takeEntries(first.answers, 3))];
    await first.end();
    await endOf(await startJob({ short_window: 12 }));
    const second = await subscribeOverSse<Entry>(server.url, EVENTS, { after: seen.at(-1)?.cursor });
    seen.push(...(await takeEntries(second.answers, 3)));
    await second.end();

    expect(seen.map(({ cursor }) => cursor)).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it.each([
    [
      'REST',
      async (id: number) =>
        expect((await rest(server.url, `DELETE /api/optimize/${id}`)).body).toEqual({ status: 'cancelled' }),
    ],
    ['GraphQL over HTTP', async (id: number) => expectCancelled(await dataOf(server.url, CANCEL, { id: String(id) }))],
    [
      'GraphQL over a WebSocket',
      async (id: number) => expectCancelled(succeeded(await overSocket(server.url, CANCEL, { id: String(id) }))),
    ],
  ])('is cancelled over %s, and every client sees it', async (_transport, cancel) => {
    const id = await startJob(longGrid);
    const channel = await SocketClient.open(server, `/ws/optimize?job_id=${id}`);

    await cancel(id);

    const heard: JsonObject[] = [];
    while (heard.at(-1)?.['type'] !== 'complete') heard.push(await channel.next());
    expect(heard.at(-1)).toMatchObject({ job_id: id, status: 'cancelled' });
    expect(await endOf(id)).toMatchObject({ status: 'cancelled', partial: true });
    const { optimization } = await dataOf<{ optimization: object }>(server.url, JOB, { id: String(id) });
    expect(optimization).toMatchObject({ status: 'CANCELLED' });
    expect((await rest(server.url, `DELETE /api/optimize/${id}`)).status).toBe(409);
    await channel.leave();
  });

  it('that is a sweep has the same verdict and recommendation over REST, GraphQL and a subscription', async () => {
    const ends = subscribeOverSocket<{ optimizationEvents: object }>(
      server.url,
      'subscription { optimizationEvents { __typename status ... on OptimizationProgressed { currentStrategy strategyIndex totalStrategies } ... on OptimizationCompleted { jobType bestSharpe } } }',
    );
    const heard: object[] = [];
    const listening = (async () => {
      while (heard.length === 0 || !('bestSharpe' in (heard.at(-1) ?? {}))) {
        const next = await ends.answers.next();
        if (next.done === true) throw new Error('The stream ended.');
        heard.push(succeeded(next.value).optimizationEvents);
      }
    })();
    await expect.poll(() => server.app.services.journal.subscriberCount).toBe(1);

    const answer = await rest(server.url, 'POST /api/optimize/sweep', { body: range });
    const fromRest = await endOf(Number(objectOf(answer)['job_id']));
    const { optimization } = await dataOf<{ optimization: Record<'sweep' | 'overfitting', JsonObject> }>(
      server.url,
      SWEEP,
      {
        id: String(fromRest['id']),
      },
    );
    await listening;

    const {
      by_strategy: byStrategy,
      overfitting_by_strategy: luck,
      recommendation,
    } = fromRest['results'] as Record<string, Record<string, readonly JsonObject[]>>;
    expect(lowerCase(snake(optimization.overfitting))).toEqual(fromRest['overfitting']);
    expect(lowerCase(snake(optimization.sweep['recommendation']))).toEqual(recommendation);
    for (const each of optimization.sweep['byStrategy'] as readonly JsonObject[]) {
      const type = String(each['strategyType']);
      expect(byStrategy?.[type]).toMatchObject(snake(each['results']) as object[]);
      expect(lowerCase(snake(each['overfitting']))).toEqual(luck?.[type]);
    }
    const [started, ...others] = heard;
    expect(started).toMatchObject({ __typename: 'OptimizationStarted' });
    expect(others.at(-1)).toMatchObject({ jobType: 'SWEEP', status: 'COMPLETE', bestSharpe: fromRest['best_sharpe'] });
    for (const tick of others.slice(0, -1)) {
      expect(tick).toMatchObject({ currentStrategy: expect.any(String), totalStrategies: 3 });
    }
    await ends.end();
  });
});

function expectCancelled(data: unknown): void {
  expect(data).toEqual({ cancelOptimization: { optimization: { status: 'CANCELLED', partial: true }, errors: [] } });
}
