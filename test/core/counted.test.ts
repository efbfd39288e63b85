import { expect, it } from 'vitest';
import { counted } from '../../src/core/index.ts';

it('one thing is told of as one', () => {
  expect([0, 1, 2].map((count) => counted(count, 'trade'))).toEqual(['0 trades', '1 trade', '2 trades']);
});
