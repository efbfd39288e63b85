import { expect, it } from 'vitest';
import { inPieces } from '../../src/optimize/in-pieces.ts';

it('gives others their turn while a long list is mapped, in order', async () => {
  const items = Array.from({ length: 10_000 }, (_, i) => i);
  let turns = 0;
  const count = (): void => {
    turns += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);

  const squares = await inPieces(items, (item, place) => item * place);
  clearImmediate(next);

  expect(squares).toEqual(items.map((item) => item ** 2));
  // 10,000 combinations are 40 pieces.
  expect(turns).toBeGreaterThanOrEqual(39);
});
