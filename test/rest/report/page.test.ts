/** The report as a page: complete in itself, safe whatever it is drawn from, readable without colours and eyes. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { REPORT_POLICY, reportPage } from '../../../src/rest/report/page.ts';
import type { ReportJob, SweepFigures } from '../../../src/rest/report/report-job.ts';
import { type Element, readMarkup } from '../../support/markup.ts';
import { completeJob, curve } from '../../support/report-jobs.ts';

const HOSTILE = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&lt;\u0000\ud800</style><!--`;

/** The same value with every text in it replaced, keys of parameters too. */
function poisoned(value: unknown, key = ''): unknown {
  if (typeof value === 'string')
    return ['status', 'jobType', 'verdict', 'part', 'confidence', 'method'].includes(key) ? value : HOSTILE;
  if (Array.isArray(value)) return value.map((item) => poisoned(item, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      key === 'params' ? `${HOSTILE}${name}` : name,
      poisoned(member, name),
    ]),
  );
}

const SWEEP: SweepFigures = {
  byStrategy: [
    { strategyType: 'momentum', best: completeJob().winner, overfitting: completeJob().overfitting },
    { strategyType: 'mean_reversion', best: null, overfitting: null },
  ],
  recommendation: { strategyType: 'momentum', confidence: 'medium', recommended: true },
  skippedTypes: [{ strategyType: 'stat_arb', reason: 'It trades exactly 2 symbols; there is 1.' }],
};

const JOBS: Readonly<Record<string, ReportJob>> = {
  'a complete job': completeJob(),
  'a sweep': completeJob({ jobType: 'sweep', sweep: SWEEP, ranking: [] }),
  'a cancelled job': completeJob({ status: 'cancelled', partial: true, overfitting: null, curve: [] }),
  'a job that failed before it found anything': completeJob({
    status: 'error',
    partial: true,
    error: 'The bars are gone.',
    overfitting: null,
    winner: null,
    ranking: [],
    curve: [],
    sections: [{ strategyType: 'momentum', ranked: 0, unranked: 0, skipped: 0, heatMaps: [] }],
  }),
  'a job of many windows': completeJob({ curve: curve(60, 30) }),
};

function named(elements: readonly Element[], name: string): readonly Element[] {
  return elements.filter((element) => element.name === name);
}

describe.each(Object.entries(JOBS))('the page of %s', (_name, job) => {
  const page = reportPage(job);
  const elements = readMarkup(page);

  it('is well-formed and finds everything in itself', () => {
    const attributes = elements.flatMap((element) => Object.keys(element.attributes));

    expect(page.startsWith('<!doctype html>\n<html lang="en">')).toBe(true);
    expect(elements.length).toBeGreaterThan(50);
    expect(attributes.filter((name) => /^(src|href|style|srcset|action|on\w+)$/.test(name))).toEqual([]);
    expect(elements.filter(({ name }) => /^(script|link|iframe|object|img|base|form)$/.test(name))).toEqual([]);
    expect(page).not.toMatch(/https?:|url\(|@import/);
  });

  it('has one style sheet, which its policy names by hash', () => {
    const [style, ...more] = named(elements, 'style');
    const hash = createHash('sha256')
      .update(page.split('<style>')[1]?.split('</style>')[0] ?? '')
      .digest('base64');

    expect(style).toBeDefined();
    expect(more).toEqual([]);
    expect(REPORT_POLICY).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(page).toContain(`content="default-src 'none'; style-src 'sha256-${hash}'`);
  });

  it('names its tables, pictures and parts', () => {
    const ids = elements.flatMap(({ attributes }) => (attributes['id'] === undefined ? [] : [attributes['id']]));
    const pictures = named(elements, 'svg').filter(({ attributes }) => attributes['aria-hidden'] !== 'true');
    const labelled = elements.flatMap(({ attributes }) =>
      (attributes['aria-labelledby'] ?? '').split(' ').filter(Boolean),
    );

    expect(named(elements, 'caption').length).toBe(named(elements, 'table').length);
    expect(named(elements, 'th').filter(({ attributes }) => attributes['scope'] === undefined)).toEqual([]);
    expect(named(elements, 'h1')).toHaveLength(1);
    expect(new Set(ids).size).toBe(ids.length);
    expect(labelled.filter((id) => !ids.includes(id))).toEqual([]);
    for (const { attributes } of pictures) {
      expect(attributes).toMatchObject({ role: 'img' });
      expect(attributes['aria-label'] ?? attributes['aria-labelledby']).toBeDefined();
    }
  });

  it('holds whatever texts it is drawn from', () => {
    const hostile = poisoned(job) as ReportJob;

    const drawn = reportPage(hostile);

    const shape = (all: readonly Element[]) => new Set(all.map((element) => element.name));
    expect(shape(readMarkup(drawn))).toEqual(shape(elements));
    expect(drawn).not.toMatch(/<script|<img|\p{Cs}/u);
    expect(drawn.includes('\u0000')).toBe(false);
    expect(readMarkup(drawn).some(({ text }) => text.includes('<script>alert(1)</script>'))).toBe(true);
  });
});

describe('the page', () => {
  it('says loudly that prices are simulated, and only then', () => {
    const { basis } = completeJob();
    const simulated = reportPage(completeJob({ basis: { ...basis, dataSource: 'simulated' } }));

    expect(simulated).toMatch(/role="note"><strong>Simulated prices\.<\/strong>.*say nothing about SPY/);
    expect(reportPage(completeJob())).not.toContain('Simulated prices');
  });

  it.each([
    ['accept', 'The best result is more than luck'],
    ['review', 'The best result may be more than luck'],
    ['reject', 'The best result is likely luck'],
  ] as const)('says what %s means and what to do', (verdict, headline) => {
    const { overfitting } = completeJob();
    if (overfitting === null) throw new Error('The example has a verdict.');

    const text = readMarkup(reportPage(completeJob({ overfitting: { ...overfitting, verdict } })))[0]?.text;

    expect(text).toContain(headline);
    expect(text).toContain('What to do.');
    expect(text).toContain(overfitting.reasons[0]);
  });

  it('writes figures as people do, and none where there is none', () => {
    const { overfitting } = completeJob();
    if (overfitting === null) throw new Error('The example has a verdict.');
    const undefinedFigures = { ...overfitting, deflatedSharpe: null, pbo: null, oosSharpe: -0.001, stability: null };

    const rows = named(readMarkup(reportPage(completeJob({ overfitting: undefinedFigures }))), 'tr').map(
      ({ text }) => text,
    );

    expect(rows.find((text) => text.startsWith('Deflated Sharpe'))).toMatch(/^Deflated Sharpe .*\.–at least 0\.95$/);
    expect(rows.find((text) => text.startsWith('Out-of-sample'))).toMatch(/✕not reached −0\.001above 0$/);
  });

  it('numbers the cells of a heat map and tells invalid ones from those that never traded', () => {
    const cells = named(readMarkup(reportPage(completeJob())), 'td').filter(
      ({ attributes }) => attributes['title'] !== undefined,
    );

    expect(
      cells.find(({ attributes }) => attributes['title']?.startsWith('long_window 100, short_window 10:'))?.text,
    ).toMatch(/^0\.\d\d/);
    expect(cells.filter(({ text }) => text.includes('★'))).not.toEqual([]);
    expect(
      cells.find(({ attributes }) => attributes['title']?.startsWith('long_window 20, short_window 40'))?.text,
    ).toBe('✕invalid (2 combinations)');
    expect(
      cells.find(({ attributes }) => attributes['title']?.startsWith('long_window 250, short_window 80'))?.text,
    ).toBe('○never traded in a test window (2 combinations)');
  });

  it('draws each slice by itself, tested ones apart from those that trained', () => {
    const paths = named(readMarkup(reportPage(completeJob())), 'path').map(({ attributes }) => attributes['class']);

    expect(paths.filter((kind) => kind === 'line test')).toHaveLength(5);
    expect(paths.filter((kind) => kind === 'line train')).toHaveLength(5);
    expect(paths.filter((kind) => kind === 'area test')).toHaveLength(5);
  });

  it('draws a bar for each value of a single parameter', () => {
    const [section] = completeJob().sections;
    if (section === undefined) throw new Error('The example has a section.');
    const [map] = section.heatMaps;
    if (map === undefined) throw new Error('The example has a map.');
    const heatMaps = [{ ...map, y: null, best: map.best.slice(0, 1) }];

    const elements = readMarkup(reportPage(completeJob({ sections: [{ ...section, heatMaps }] })));

    expect(
      named(elements, 'rect').filter(({ attributes }) => /gain|loss/.test(attributes['class'] ?? '')),
    ).toHaveLength(6);
  });
});

it('says that one trade decides little', () => {
  const { winner } = completeJob();

  expect(reportPage(completeJob({ winner: winner && { ...winner, trades: 1 } }))).toContain('closed 1 trade in all');
});
