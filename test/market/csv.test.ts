import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError } from '../../src/core/index.ts';
// The parser is the folder's own affair; its refusals are easier to read without a database.
import { parseBarsCsv } from '../../src/market/csv/index.ts';
import { formatBarTime, type Interval } from '../../src/market/index.ts';
import { sessionDates, sp500Csv } from './price-file.ts';

const HEADER = 'date,open,high,low,close,volume';

async function read(csv: string, interval: Interval = '1d'): Promise<{ times: string[]; bars: number[][] }> {
  const columns = await parseBarsCsv(csv, interval);
  const bars = [...columns.time].map((_, row) =>
    [columns.open, columns.high, columns.low, columns.close, columns.volume].map((column) => column[row] ?? Number.NaN),
  );
  return { times: [...columns.time].map((time) => formatBarTime(time, interval)), bars };
}

async function refusal(csv: Parameters<typeof parseBarsCsv>[0], interval: Interval = '1d'): Promise<DomainError> {
  const error: unknown = await parseBarsCsv(csv, interval).then(
    () => 'it was read',
    (reason: unknown) => reason,
  );
  if (error instanceof DomainError) return error;
  throw new Error(`Expected a DomainError, found ${String(error)}.`);
}

async function* broken(): AsyncGenerator<string> {
  yield `${HEADER}\n2020-01-02,1,1,1,1,1\n`;
  throw new Error('connection lost');
}

describe('price files', () => {
  it.each([
    ['Yahoo', 'Date,Open,High,Low,Close,Adj Close,Volume\n2020-01-02,10,12,9,11,5.5,1000\n'],
    ['Stooq', 'Date,Open,High,Low,Close,Volume\r\n2020-01-02,10,12,9,11,1000\r\n'],
    ['Stooq in bulk', '<TICKER>,<DATE>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\nX,20200102,10,12,9,11,1000,0\n'],
    ['pandas with a nameless index', ',open,high,low,close,volume\n2020-01-02,10,12,9,11,1000\n'],
    [
      'yfinance with a zone',
      'Date,Open,High,Low,Close,Volume,Dividends,Stock Splits\n2020-01-02 00:00:00-05:00,10.0,12.0,9.0,11.0,1000,0.0,0.0\n',
    ],
    ['any order and case', 'VOLUME,Close,lOW,High,OPEN,TimeStamp\n1000,11,9,12,10,2020-01-02\n'],
    ['epoch seconds', 'timestamp,open,high,low,close,volume\n1577923200,10,12,9,11,1000\n'],
    ['epoch milliseconds', 'time,open,high,low,close,volume\n1577923200000,10,12,9,11,1000\n'],
    [
      'a byte order mark, quotes and blanks',
      '\uFEFF"Date", "Open","High","Low","Close","Volume"\n"2020-01-02", 10 ,"12",9,1.1e1,1000\n',
    ],
    ['empty lines and no last line feed', `\n${HEADER}\n\n2020-01-02,10,12,9,11,1000`],
  ])('are read as written by %s', async (_, csv) => {
    expect(await read(csv)).toEqual({ times: ['2020-01-02'], bars: [[10, 12, 9, 11, 1000]] });
  });

  it('have volume 0 where there is none', async () => {
    const expected = [[10, 12, 9, 11, 0]];

    expect((await read('Date,Open,High,Low,Close\n2020-01-02,10,12,9,11')).bars).toEqual(expected);
    expect((await read(`${HEADER}\n2020-01-02,10,12,9,11,`)).bars).toEqual(expected);
  });

  it.each([
    ['2020-01-02T14:30:00Z', '2020-01-02T14:30:00Z'],
    ['2020-01-02 14:30', '2020-01-02T14:30:00Z'],
    ['2020-01-02 09:30:00-05:00', '2020-01-02T14:30:00Z'],
    ['2020-01-02T20:00:00.000+0530', '2020-01-02T14:30:00Z'],
    ['1577975400', '2020-01-02T14:30:00Z'],
    ['1577975400000', '2020-01-02T14:30:00Z'],
  ])('have intraday times such as %s', async (cell, time) => {
    expect((await read(`datetime,open,high,low,close\n${cell},10,12,9,11`, '5m')).times).toEqual([time]);
  });

  it.each([
    '2020-01-02',
    '20200102',
    '2020-01-02T24:00:00Z',
    '2020-01-02T14:60:00Z',
    '2020-02-30T10:00:00Z',
    '2020-01-02 14:30 EST',
  ])('may not have %s as an intraday time', async (cell) => {
    expect((await refusal(`datetime,open,high,low,close\n${cell},10,12,9,11`, '5m')).message).toMatch(
      /^Row 2: expected a date and time/,
    );
  });

  it('are read whole from pieces that cut anything, characters too', async () => {
    const bytes = new TextEncoder().encode('Date,Open,High,Low,Close,Währung\r\n2020-01-02,10,12,9,11,€\r\n');
    async function* single(): AsyncGenerator<Uint8Array> {
      for (const byte of bytes) yield Uint8Array.of(byte);
    }

    const columns = await parseBarsCsv(single(), '1d');

    expect([...columns.close]).toEqual([11]);
  });

  it('of the S&P 500 are read bar by bar', async () => {
    const { times, bars } = await read(sp500Csv());

    expect(times).toHaveLength(5105);
    // An independent witness of the exchange's calendar, too.
    expect(times).toEqual(sessionDates('SPY', '2000-01-03', '2020-04-17'));
    expect(bars[0]).toEqual([1469.25, 1478, 1438.359985, 1455.219971, 931_800_000]);
  });

  it('may miss a high or low by rounding, which is mended, and by no more', async () => {
    expect((await read(`${HEADER}\n2020-01-02,10,10.999995,10.000005,11,1`)).bars).toEqual([[10, 11, 10, 11, 1]]);
    expect((await refusal(`${HEADER}\n2020-01-02,10,10.9999,10,11,1`)).message).toContain(
      'the high 10.9999 is below 11',
    );
    expect((await refusal(`${HEADER}\n2020-01-02,10,11,10.0001,11,1`)).message).toContain(
      'the low 10.0001 is above 10',
    );
  });

  it.each([
    ['a missing field', `${HEADER}\n2020-01-02,1,1,1,1,1\n2020-01-03,1,1,1,1`, 3, /expected 6 fields.*found 5/],
    ['a field too many', `${HEADER}\n2020-01-02,1,1,1,1,1,1`, 2, /expected 6 fields.*found 7/],
    ['NaN', `${HEADER}\n2020-01-02,NaN,1,1,1,1`, 2, /open, found "NaN"/],
    ['infinity', `${HEADER}\n2020-01-02,1,1e999,1,1,1`, 2, /high, found "1e999"/],
    ['hexadecimal', `${HEADER}\n2020-01-02,0x10,1,1,1,1`, 2, /open, found "0x10"/],
    ['a negative price', `${HEADER}\n2020-01-02,1,1,1,1,1\n\n2020-01-03,1,1,-1,1,1`, 4, /low, found "-1"/],
    ['a price of 0', `${HEADER}\n2020-01-02,1,1,1,0,1`, 2, /close, found "0"/],
    ['an empty price', `${HEADER}\n2020-01-02,,1,1,1,1`, 2, /open, found ""/],
    ['null, as Yahoo writes holidays', `${HEADER}\n2020-01-02,null,null,null,null,null`, 2, /found "null"/],
    ['a formula', `${HEADER}\n2020-01-02,=cmd(),1,1,1,1`, 2, /open, found "=cmd\(\)"/],
    ['a formula as volume', `${HEADER}\n2020-01-02,1,1,1,1,=1+1`, 2, /volume of 0 or more, found "=1\+1"/],
    ['a negative volume', `${HEADER}\n2020-01-02,1,1,1,1,-5`, 2, /volume of 0 or more, found "-5"/],
    ['a high below the low', `${HEADER}\n2020-01-02,1,1,2,1,1`, 2, /high 1 is below 2/],
    ['a date that does not exist', `${HEADER}\n2026-02-30,1,1,1,1,1`, 2, /date such as 2020-01-02, found "2026-02-30"/],
    ['a date of another order', `${HEADER}\n01/02/2020,1,1,1,1,1`, 2, /found "01\/02\/2020"/],
    ['a far year', `${HEADER}\n275760-09-13,1,1,1,1,1`, 2, /found "275760-09-13"/],
    ['times that repeat', `${HEADER}\n2020-01-02,1,1,1,1,1\n2020-01-02,2,2,2,2,2`, 3, /2020-01-02 is there twice/],
    [
      'times that go back',
      `${HEADER}\n2020-01-03,1,1,1,1,1\n2020-01-02,1,1,1,1,1`,
      3,
      /ascending times, found 2020-01-02 after 2020-01-03/,
    ],
    ['no header', '2020-01-02,1,1,1,1,1\n2020-01-03,1,1,1,1,1', 1, /header; it has no column of dates/],
    ['one column', 'date\n2020-01-02', 1, /no column "open"/],
    ['a column twice', 'date,open,high,low,close,close\n2020-01-02,1,1,1,1,1', 1, /two columns "close"/],
    ['semicolons', 'date;open;high;low;close\n2020-01-02;1;1;1;1', 1, /no column of dates/],
    [
      'keys of every object',
      '__proto__,constructor,toString,open,high,low,close\n1,1,1,1,1,1,1',
      1,
      /no column of dates/,
    ],
    ['a quote that never closes', `${HEADER}\n"2020-01-02,1,1,1,1,1`, 2, /never closed/],
    ['a stray quote', `${HEADER}\n2020-01-02,1"1,1,1,1,1`, 2, /misplaced quote/],
    ['a row without end', `${HEADER}\n${'1'.repeat(1_000_000)}`, 2, /longer than 4096/],
    ['a header without end', 'x'.repeat(1_000_000), 1, /longer than 4096/],
    ['bytes that are no text', '\u0000\u0001\u0002\ufffd\ufffd\u0000PK\u0003\u0004', 1, /header/],
  ])('are refused for %s, with the row', async (_, csv, row, message) => {
    const error = await refusal(csv);

    expect(error.code).toBe('VALIDATION');
    expect(error.fields.map(({ path }) => path)).toEqual([['csv', String(row)]]);
    expect(error.message).toMatch(message);
    expect(error.message.startsWith(`Row ${row}`)).toBe(true);
    expect(error.message.length).toBeLessThan(400);
  });

  it.each([
    ['', /empty file/],
    ['\n\n', /empty file/],
    [HEADER, /after the header, found none/],
    [`${HEADER}\n\n`, /found none/],
  ])('are refused when there is nothing in them (%j)', async (csv, message) => {
    const error = await refusal(csv);

    expect(error.fields.map(({ path }) => path)).toEqual([['csv']]);
    expect(error.message).toMatch(message);
  });

  it('are refused when intraday bars overlap, because they are of a shorter interval', async () => {
    const csv = 'datetime,open,high,low,close\n2020-01-02 14:30,1,1,1,1\n2020-01-02 14:31,1,1,1,1';

    expect((await refusal(csv, '5m')).message).toContain('is less than 5m after');
    expect((await read(csv, '1m')).times).toHaveLength(2);
  });

  it('hand on what breaks while they arrive', async () => {
    await expect(parseBarsCsv(broken(), '1d')).rejects.toThrow('connection lost');
  });

  it('never bring down the reader, however they are damaged', async () => {
    const lines = sp500Csv().split('\n').slice(0, 40).join('\n');
    const damage = fc.record({
      at: fc.nat(lines.length - 1),
      cut: fc.nat(20),
      text: fc.string({ unit: 'binary', maxLength: 12 }),
    });

    await fc.assert(
      fc.asyncProperty(damage, async ({ at, cut, text }) => {
        const outcome: unknown = await parseBarsCsv(lines.slice(0, at) + text + lines.slice(at + cut), '1d').catch(
          (error: unknown) => error,
        );
        if (outcome instanceof Error) expect(outcome).toMatchObject({ name: 'DomainError', code: 'VALIDATION' });
      }),
      { numRuns: 200 },
    );
  });

  it('of 100,000 rows leave the event loop its turns', async () => {
    const start = Date.UTC(2020, 0, 1);
    const rows = Array.from({ length: 100_000 }, (_, minute) => `${start + minute * 60_000},1,2,0.5,1,${minute}`);
    const csv = `time,open,high,low,close,volume\n${rows.join('\n')}`;
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 1);

    const columns = await parseBarsCsv(csv, '1m').finally(() => clearInterval(ticking));

    expect(columns.time).toHaveLength(100_000);
    expect(turns).toBeGreaterThan(20);
  });
});
