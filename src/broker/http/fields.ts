/** Fields of brokers' answers that need more than a type. */
import { z } from 'zod';
import { type Decimal, readDecimal } from '../../core/index.ts';

/** A decimal as a text. A JSON number is refused: it may have lost digits before we saw it. */
export const decimalField = z.string().transform((text, context): Decimal => {
  const value = readDecimal(text);
  if (value !== null) return value;
  context.addIssue({ code: 'custom', message: 'Expected a decimal as a text.' });
  return z.NEVER;
});

/** An instant with its offset, e.g. `2026-03-12T15:00:00.123Z`. */
export const instantField = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
