/** The schemas of the table as JSON Schema 2020-12, which is what OpenAPI 3.1 speaks, under names to refer to. */
import { z } from 'zod';
import type { Json, JsonObject } from '../core/index.ts';
import { problemSchema } from './problem.ts';
import { noBody, type Route } from './route.ts';

/** Reference to a component by its name. */
export function reference(name: string): string {
  return `#/components/schemas/${name}`;
}

/** Name of the schema of a row's body: its `title`, or one made from the operation. */
export function requestName(row: Route): string {
  return row.body.meta()?.title ?? `${capitalized(row.operationId)}Request`;
}

/** Name of the schema of a row's answer: its `title`, or one made from the operation. */
export function answerName(row: Route): string {
  return row.response.meta()?.title ?? `${capitalized(row.operationId)}Answer`;
}

/** Every body and answer of the table by its name, and the problem. */
export function componentSchemas(routes: readonly Route[]): JsonObject {
  const requests = routes.flatMap((row) => (row.body === noBody ? [] : [[row.body, requestName(row)] as const]));
  const answers = routes.map((row) => [row.response, answerName(row)] as const);
  return { ...named(requests, 'input'), ...named([...answers, [problemSchema, 'Problem']], 'output') };
}

/** One schema without the members that only a document of its own has. */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  return withoutIdentity(z.toJSONSchema(schema, { io, unrepresentable: 'any', override }));
}

function named(schemas: readonly (readonly [z.ZodType, string])[], io: 'input' | 'output'): JsonObject {
  const registry = z.registry<{ id: string }>();
  for (const [schema, id] of schemas) registry.add(schema, { id });
  const { schemas: byName } = z.toJSONSchema(registry, { io, uri: reference, unrepresentable: 'any', override });
  return Object.fromEntries(Object.entries(byName).map(([name, schema]) => [name, withoutIdentity(schema)]));
}

function withoutIdentity(schema: object): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema' && key !== '$id')) as Record<
    string,
    Json
  >;
}

/** Integers are bounded by what a double holds exactly; saying so at each of them tells a reader nothing. */
function override({ jsonSchema: schema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
