import type { OutputRef } from '@pothos/core';
import { builder } from './builder.ts';
import { type Outcome, UserError } from './errors.ts';

/**
 * The payload type of a mutation: the entity under its own name, null when there are errors, and `errors`.
 *
 * @param name the type's name, e.g. `CancelOptimizationPayload`
 * @param field the entity's name, e.g. `optimization`
 */
export function payloadType<Value>(name: string, field: string, type: OutputRef<Value> | 'ID') {
  return builder.objectRef<Outcome<Value>>(name).implement({
    description: `What the mutation came to: \`${field}\`, or \`errors\`.`,
    fields: (t) => ({
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The types of a computed key are lost.
      [field]: t.field({ type, nullable: true, resolve: (outcome) => outcome.value as never }),
      errors: t.field({
        type: [UserError],
        description: 'Empty when it succeeded.',
        resolve: (outcome) => [...outcome.errors],
      }),
    }),
  });
}
