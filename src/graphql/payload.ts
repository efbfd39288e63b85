import type { OutputRef } from '@pothos/core';
import { builder } from './builder.ts';
import { type Outcome, UserError } from './errors.ts';

/**
 * The payload type of a mutation: the entity under its own name, null when there are errors, and `errors`.
 *
 * @param name the type's name, e.g. `CancelOptimizationPayload`
 * @param field the entity's name, e.g. `optimization`
 */
export function payloadType<Value>(
  name: string,
  field: string,
  { type, description }: { readonly type: OutputRef<Value> | 'ID'; readonly description: string },
) {
  return builder.objectRef<Outcome<Value>>(name).implement({
    description: `What the mutation came to: \`${field}\`, or \`errors\`.`,
    fields: (t) => ({
      [field]: t.field({
        type,
        nullable: true,
        description: `${description} Null when there are errors.`,
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The types of a computed key are lost.
        resolve: (outcome) => outcome.value as never,
      }),
      errors: t.field({
        type: [UserError],
        description: 'Empty when it succeeded.',
        resolve: (outcome) => [...outcome.errors],
      }),
    }),
  });
}
