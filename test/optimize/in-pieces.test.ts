import { expect, it } from 'vitest';
import { inPieces } from '../../src/optimize/in-pieces.ts';
import { turnsOf } from '../support/turns.ts';

it('gives others their turn while a long list is mapped, in order', async () => {
  const items = Array.from({ length: 10_000 }, (_, i) => i);

  const [turns, squares] = await turnsOf(() => inPieces(items, (item, place) => item * place));

  expect(squares).toEqual(items.map((item) => item ** 2));
  // 10,000 combinations are 40 pieces.
  expect(turns).toBeGreaterThanOrEqual(39);
});
