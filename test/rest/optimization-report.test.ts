/** `GET /api/optimize/{id}/report`: a page for what has ended, a problem for everything else. */
import { expect, it } from 'vitest';
import { REST_ROUTES } from '../../src/rest/index.ts';
import { openApiDocument } from '../../src/rest/openapi.ts';
import { REPORT_POLICY } from '../../src/rest/report/page.ts';
import { readMarkup } from '../support/markup.ts';
import { describedServer, endOf } from './described.ts';

const { call, server } = describedServer();

const job = { strategy_type: 'momentum', symbols: ['SPY'], start: '2016-01-01', end: '2024-12-31' };
const many = Array.from({ length: 100 }, (_, at) => at + 2);
const endless = {
  ...job,
  start: '1990-01-02',
  param_grid: { short_window: many, long_window: many.map((window) => window + 120) },
};

async function submit(body: object): Promise<number> {
  const { body: answer } = await call('POST', '/api/optimize/strategy', { body });
  return answer.job_id;
}

function report(id: number | string): Promise<Response> {
  return fetch(`${server().url}/api/optimize/${id}/report`);
}

it('is a page with a policy of its own, which nothing may frame or store', async () => {
  const id = await submit(job);
  await endOf(call, id);

  const response = await report(id);
  const page = await response.text();

  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': REPORT_POLICY,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  expect(REPORT_POLICY).toMatch(/^default-src 'none'; .*frame-ancestors 'none'$/);
  const [all] = readMarkup(page);
  expect(all?.text).toContain('momentum on SPY');
  expect(all?.text).toContain('Simulated prices.');
  expect(all?.text).toContain('18 combinations');
});

it('has the same figures as the job', async () => {
  const id = await submit(job);
  const { results, data_hash: hash } = await endOf(call, id);

  const elements = readMarkup(await (await report(id)).text());

  const text = elements[0]?.text ?? '';
  expect(text).toContain(hash);
  expect(text).toContain(`Mean test Sharpe${results[0].mean_sharpe.toFixed(2).replace('-', '−')}`);
  const rows = elements.filter(({ name, around }) => name === 'tr' && around.includes('tbody'));
  expect(rows.filter(({ text: row }) => /trained .* tested /.test(row))).toHaveLength(results[0].folds.length);
});

it('is a conflict until the job has ended, then has what was computed', async () => {
  const id = await submit(endless);

  const early = await report(id);
  await call('DELETE', `/api/optimize/${id}`);
  const late = await report(id);

  expect(early.status).toBe(409);
  expect(early.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(await early.json()).toMatchObject({
    code: 'CONFLICT',
    detail: expect.stringContaining(`Optimization ${id} is`),
  });
  expect(late.status).toBe(200);
  expect(await late.text()).toContain('Only a part was computed.');
});

it.each(['2000000', '0', 'x', '1e3'])('knows no job %s', async (id) => {
  const response = await report(id);

  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ code: 'NOT_FOUND' });
});

it('is described as a page', () => {
  const document = openApiDocument(REST_ROUTES, '1.0.0') as {
    paths: Record<string, { get: { responses: Record<string, { content: object }> } }>;
  };

  const { responses } = document.paths['/api/optimize/{id}/report']?.get ?? { responses: {} };

  expect(Object.keys(responses['200']?.content ?? {})).toEqual(['text/html']);
  expect(Object.keys(responses)).toContain('409');
});

it('is offered in GraphQL with the pictures as data, and says that a job has not ended', async () => {
  const id = await submit(job);
  await endOf(call, id);
  const query = `query ($id: ID!) { optimization(id: $id) { id report {
    winner { rank strategyType } sections { ranked heatMaps { x { parameter labels } y { parameter } best ranked explained } } } } }`;
  const ask = async (variables: object) => {
    const response = await fetch(`${server().url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return await response.json();
  };

  const ended = await ask({ id });
  const running = await submit(endless);
  const early = await ask({ id: running });
  await call('DELETE', `/api/optimize/${running}`);

  expect(ended).toMatchObject({
    data: {
      optimization: {
        report: {
          winner: { rank: 1 },
          sections: [{ ranked: 16, heatMaps: [{ explained: expect.any(Number) }, {}, {}] }],
        },
      },
    },
  });
  expect(early).toMatchObject({
    data: { optimization: { id: String(running), report: null } },
    errors: [{ extensions: { code: 'CONFLICT' } }],
  });
});
