/** The byte-level reader of price files against plain readers of the same: `Number`, `cells.ts`, and text split by hand. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDayCell, parseInstantCell, parseNumberCell } from '../../src/market/csv/cells.ts';
import { readDecimal } from '../../src/market/csv/decimal.ts';
import { parseBarsCsv } from '../../src/market/csv/index.ts';
import { CsvRecords, cellText } from '../../src/market/csv/records.ts';
import { TimeReader } from '../../src/market/csv/time-reader.ts';

const encoder = new TextEncoder();

/** What the reader of decimals makes of a cell that lies somewhere in a file. */
function decimalOf(cell: string): number {
  return readDecimal(encoder.encode(`,${cell},`), 1, 1 + encoder.encode(cell).length);
}

/** The records of a file that arrives in pieces of the given lengths, again and again. */
function recordsOf(
  file: string,
  lengths: readonly number[],
): { readonly row: number; readonly cells: readonly string[] }[] {
  const found: { readonly row: number; readonly cells: readonly string[] }[] = [];
  const records = new CsvRecords((record) => {
    found.push({
      row: record.row,
      cells: Array.from({ length: record.fields }, (_, field) => cellText(record, field)),
    });
  });
  const bytes = encoder.encode(file);
  for (let from = 0, piece = 0; from < bytes.length; piece++) {
    const length = lengths[piece % lengths.length] ?? 1;
    records.read(bytes.subarray(from, from + length));
    from += length;
  }
  records.end();
  return found;
}

describe('numbers in bytes', () => {
  it('are what Number makes of them, whenever the quick way is sure', () => {
    const digits = fc.stringMatching(/^\d{0,20}\.?\d{0,26}$/);
    let sure = 0;

    fc.assert(
      fc.property(digits, (cell) => {
        const quickly = decimalOf(cell);
        if (Number.isNaN(quickly)) return;
        sure += 1;
        expect(Object.is(quickly, parseNumberCell(cell))).toBe(true);
      }),
      { numRuns: 10_000 },
    );
    expect(sure).toBeGreaterThan(2000);
  });

  it('are sure for prices and volumes as files have them', () => {
    const numbers = fc.oneof(
      fc.tuple(fc.nat(99_999), fc.nat(999_999)).map(([whole, part]) => `${whole}.${String(part).padStart(6, '0')}`),
      fc.nat().map(String),
      fc
        .nat(9_000_000_000_000_000)
        .map((whole) => `${whole / 1e6}`)
        .filter((cell) => !cell.includes('e')),
    );

    fc.assert(
      fc.property(numbers, (cell) => {
        expect(decimalOf(cell)).toBe(Number(cell));
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    '',
    '.',
    '-1',
    '+1',
    '1e5',
    '1.2.3',
    '1,5',
    'NaN',
    '0x10',
    '9007199254740993',
    '0.00000000000000000000001',
    '١',
  ])('are left to the slow way for %j', (cell) => {
    expect(decimalOf(cell)).toBeNaN();
  });

  it.each(['9007199254740991', '9007199254740.991', '0.0000000000000000000001', '7.', '.5', '0000012.50'])(
    'are sure and exact for %j',
    (cell) => {
      expect(decimalOf(cell)).toBe(Number(cell));
    },
  );
});

describe('times in bytes', () => {
  const two = (max: number) => fc.nat(max).map((value) => String(value).padStart(2, '0'));
  const date = fc
    .tuple(fc.integer({ min: 0, max: 9999 }), two(13), two(32))
    .map(([year, month, day]) => `${String(year).padStart(4, '0')}-${month}-${day}`);
  const cells = fc
    .tuple(
      date,
      fc.constantFrom('T', ' ', 't', '\t', ''),
      two(25),
      two(61),
      fc.option(two(61)),
      fc.constantFrom('', 'Z', 'z', ' Z', '+05:30', '-05:00', '+0530', '+15:00', '-00:61', '.5Z', 'x'),
    )
    .map(
      ([day, separator, hours, minutes, seconds, zone]) =>
        `${day}${separator}${hours}:${minutes}${seconds === null ? '' : `:${seconds}`}${zone}`,
    );

  it('are what the plain reader makes of them, or are left to it', () => {
    const reader = new TimeReader();
    let sure = 0;

    fc.assert(
      fc.property(cells, (cell) => {
        const bytes = encoder.encode(cell);
        const quickly = reader.instant(bytes, 0, bytes.length);
        if (Number.isNaN(quickly)) return;
        sure += 1;
        expect(quickly).toBe(parseInstantCell(cell));
      }),
      { numRuns: 10_000 },
    );
    expect(sure).toBeGreaterThan(500);
  });

  it('are what the plain reader makes of dates, the same one again and others', () => {
    const reader = new TimeReader();

    fc.assert(
      fc.property(fc.oneof(date, fc.constantFrom('2020-02-29', '2021-02-29', '20200102', '2020/01/02')), (cell) => {
        const bytes = encoder.encode(cell);
        const quickly = reader.day(bytes, 0, bytes.length);
        if (Number.isNaN(quickly)) return;
        expect(quickly).toBe(parseDayCell(cell));
      }),
      { numRuns: 5000 },
    );
  });

  it.each(['2020-01-02T14:30:00Z', '2020-01-02 14:30', '2020-01-02 09:30:00-05:00'])('are sure for %s', (cell) => {
    const bytes = encoder.encode(cell);

    expect(new TimeReader().instant(bytes, 0, bytes.length)).toBe(Date.UTC(2020, 0, 2, 14, 30));
  });
});

describe('records in bytes', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
  const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
  const bare = fc.stringMatching(/^[a-z0-9.é€ \t]{0,6}$/);
  const quoted = fc.stringMatching(/^[a-z,"\n é]{0,6}$/);

  it('are the lines split at their commas, however they are cut into pieces', () => {
    const lines = fc.array(fc.array(bare, { minLength: 1, maxLength: 5 }), { maxLength: 12 });

    fc.assert(
      fc.property(lines, lineEnd, lengths, fc.boolean(), (rows, end, cuts, hasMark) => {
        const file = (hasMark ? '\uFEFF' : '') + rows.map((cells) => cells.join(',')).join(end);

        const expected = rows
          .map((cells, index) => ({ row: index + 1, cells: cells.map((cell) => cell.trim()) }))
          .filter(({ cells }) => cells.length > 1 || cells[0] !== '');
        expect(recordsOf(file, cuts)).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('give back what was quoted, and count the lines within', () => {
    const cell = fc.oneof(
      bare.map((text) => ({ written: text, read: text.trim() })),
      quoted.map((text) => ({ written: ` "${text.replaceAll('"', '""')}" `, read: text })),
    );
    const lines = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 8 });

    fc.assert(
      fc.property(lines, fc.constantFrom('\n', '\r\n'), lengths, (rows, end, cuts) => {
        const file = rows.map((cells) => cells.map(({ written }) => written).join(',')).join(end);

        const found = recordsOf(file, cuts);
        expect(found.map(({ cells }) => cells)).toEqual(rows.map((cells) => cells.map(({ read }) => read)));
        if (rows.length > 0) expect(found.at(-1)?.row).toBe(file.split('\n').length);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['x'.repeat(4096), 1],
    [`${'x'.repeat(4096)}\r\n`, 1],
    [`"${'x'.repeat(4094)}"\n`, 1],
  ])('may be 4096 bytes long', (file, count) => {
    for (const length of [1, 1000, 100_000]) expect(recordsOf(file, [length])).toHaveLength(count);
  });

  it.each([
    ['x'.repeat(4097), /^Row 1: it is longer than 4096 bytes/],
    [`a\n${'x'.repeat(4097)}\n`, /^Row 2: it is longer/],
    [`a\n"${'x'.repeat(5000)}"\n`, /^Row 2: it is longer/],
    ['a\n"b\n\nc', /^Row 2: a quote is opened and never closed/],
    ['a\nb"c"\n', /^Row 2: .* misplaced quote/],
    ['a\n"b"c\n', /^Row 2: .* misplaced quote/],
    ['a\n"b\nb"c\n', /^Row 3: .* misplaced quote/],
  ])('are refused when they are too long or their quotes are wrong', (file, message) => {
    for (const length of [1, 1000, 100_000]) expect(() => recordsOf(file, [length])).toThrow(message);
  });
});

describe('price files in bytes', () => {
  it('are the same bars in any pieces, exact in every digit', async () => {
    const price = fc.integer({ min: 1, max: 10_000_000 });
    const bar = fc.record({ price, decimals: fc.nat(9), volume: fc.double({ min: 0, max: 1e12, noNaN: true }) });
    const size = fc.integer({ min: 1, max: 100 });

    await fc.assert(
      fc.asyncProperty(fc.array(bar, { minLength: 1, maxLength: 30 }), size, async (bars, length) => {
        const cells = bars.map(({ price: ticks, decimals }) => String(ticks / 10 ** decimals));
        const rows = bars.map(({ volume }, index) => {
          const time = new Date(Date.UTC(2020, 0, 2, 14, 30 + index)).toISOString();
          const cell = cells[index] ?? '';
          return `${time},${cell},${cell},${cell},${cell},${volume}`;
        });
        const bytes = encoder.encode(['time,open,high,low,close,volume', ...rows].join('\n'));
        async function* pieces(): AsyncGenerator<Uint8Array> {
          for (let from = 0; from < bytes.length; from += length) yield bytes.subarray(from, from + length);
        }

        const columns = await parseBarsCsv(pieces(), '1m');

        expect([...columns.close]).toEqual(cells.map(Number));
        expect([...columns.volume]).toEqual(bars.map(({ volume }) => Math.abs(volume)));
        expect(columns.time.at(-1)).toBe(Date.UTC(2020, 0, 2, 14, 30 + bars.length - 1));
      }),
      { numRuns: 200 },
    );
  });

  it('of more bars than a block holds come back in their order', async () => {
    const start = Date.UTC(2020, 0, 1);
    const count = 16_384 * 2 + 1;
    const rows = Array.from({ length: count }, (_, minute) => `${start + minute * 60_000},1,2,0.5,1,${minute}`);

    const columns = await parseBarsCsv(`time,open,high,low,close,volume\n${rows.join('\n')}`, '1m');

    expect(columns.volume).toEqual(Float64Array.from({ length: count }, (_, minute) => minute));
  });
});
