import { describe, expect, test } from 'vitest';
import { BlockColumns } from '../../../src/optimize/kernel/block-columns.ts';
import { BLOCK } from '../../../src/optimize/kernel/pieces.ts';

const BARS = 2 * BLOCK;
const ROOM = 3;

/** First and last of the numbers at an address. */
function ends(room: Float64Array, address: number, bars: number) {
  return endsOf(new Float64Array(room.buffer, address, bars));
}

function endsOf(values: Float64Array) {
  return [values[0], values.at(-1)];
}

describe('the columns of a block', () => {
  test('are at their addresses, however many there are and in whatever order they are asked for', () => {
    const room = new Float64Array(ROOM * BLOCK);
    const columns = new BlockColumns(room);
    const all = Array.from({ length: 7 }, (_, i) =>
      columns.column(Float64Array.from({ length: BARS }, (_value, t) => 10_000 * i + t)),
    );

    for (const [from, to] of [
      [0, BLOCK],
      [BLOCK, BARS - 3],
    ] as const) {
      columns.turnTo(from, to);
      for (const [place, shift] of all.flatMap((_, by) => all.map((_column, i) => [i, by] as const))) {
        const [one, other] = [all[place], all[(place + shift) % all.length]];
        if (one === undefined || other === undefined) throw new Error('there are seven');
        columns.place(one, other);
        expect(ends(room, one.address, to - from)).toEqual(endsOf(one.values.subarray(from, to)));
        expect(ends(room, other.address, to - from)).toEqual(endsOf(other.values.subarray(from, to)));
      }
    }
  });

  test('are copied once in a block as long as there is room', () => {
    const room = new Float64Array(ROOM * BLOCK);
    const columns = new BlockColumns(room);
    const values = new Float64Array(BARS).fill(1);
    const column = columns.column(values);
    columns.turnTo(0, BLOCK);
    columns.place(column, column);
    values.fill(2);

    columns.place(columns.column(values), columns.column(new Float64Array(BARS)));

    expect(ends(room, column.address, BLOCK)).toEqual([1, 1]);
  });
});
