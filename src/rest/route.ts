/**
 * A row of the route table: one method and path, the GraphQL document behind it, and how the request becomes its
 * variables and its data the answer. The same row serves requests and describes itself in the OpenAPI document, so the
 * two cannot part. Rows check shapes only; what a value may be is the use case's to say.
 */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { ExecutionResult } from 'graphql';
import { z } from 'zod';
import { type ErrorCode, type Json, LARGEST_ROW_ID, notFound } from '../core/index.ts';
import { parsePart } from './issues.ts';
import { succeeded } from './outcome.ts';
import { quote } from './quote.ts';

/** Runs one of the facade's documents for the caller of this request. */
export type Execute = <Data, Variables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
) => Promise<ExecutionResult<Data>>;

/** Names between braces in a path: `'/api/optimize/{id}'` has `'id'`. */
type PathParameters<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathParameters<Rest>
  : never;

/** An answer whose arrays nobody will change. */
type Immutable<Value> = Value extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Immutable<Value[Key]> }
    : Value;

/** A strict object of query parameters. */
type QuerySchema = z.ZodObject<Readonly<Record<string, z.ZodType>>>;

/** For rows that take no query parameters. */
export const noQuery = z.strictObject({});

/** For rows that take no body. */
export const noBody = z.strictObject({});

/** A request after its shape was checked. */
export interface RouteRequest<Name extends string, Query, Body> {
  /** Ids from the path: positive integers. */
  readonly params: Readonly<Record<Name, number>>;
  readonly query: Query;
  readonly body: Body;
}

/** What a row says of itself, to the server and to the OpenAPI document alike. */
interface RouteDescription {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Unique over the table, camelCase. */
  readonly operationId: string;
  /** A few words, imperative. */
  readonly summary: string;
  /** What the summary cannot say; CommonMark. */
  readonly description: string;
  /** Group on the documentation page. */
  readonly tag: string;
  /** The path of the row that this one is another name of. */
  readonly aliasOf?: string;
  /** What the first id in the path names, e.g. `optimization`: for the sentence of a 404. A later `{delivery_id}` is of a delivery. */
  readonly resource?: string;
  /** Media type of the body; default `application/json`. With `text/csv` the body is the stream of bytes. */
  readonly consumes?: 'application/json' | 'text/csv';
  /**
   * For rows that answer a page to look at: the Content-Security-Policy that it is sent with. The answer is then the text
   * of the page, sent as `text/html`; a refusal is a problem as everywhere.
   */
  readonly page?: { readonly policy: string };
  /** Status of success. */
  readonly status: 200 | 201;
  /**
   * Whether the work must wait for nothing, such as a place in a queue of writers, and is let in however much the server has to
   * do. An Idempotency-Key is then accepted, whatever it is, and not kept: the work is done anew each time, and doing it again
   * has to change nothing.
   */
  readonly isUrgent?: boolean;
  /** An example of the body. */
  readonly bodyExample?: Json;
  /** An example of the answer. */
  readonly answerExample: Json;
  /** Codes that this route answers with, beside those that every route may. */
  readonly errors: readonly ErrorCode[];
}

/** A row as it is written, with the types of its document and schemas. */
export interface RouteDefinition<
  Data,
  Variables,
  Path extends string,
  Query extends QuerySchema,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> extends RouteDescription {
  /** Ids between braces, no trailing slash. */
  readonly path: Path;
  /** A strict object of the query parameters. */
  readonly query: Query;
  /** A strict object of the body's fields, or `csvBody`. */
  readonly body: Body;
  readonly document: TypedDocumentNode<Data, Variables>;
  /** Schema of the answer, described field by field. */
  readonly response: Answer;
  variables(request: RouteRequest<PathParameters<Path>, z.output<Query>, z.output<Body>>): Variables;
  /** The answer, or `null` when the thing that the path names does not exist. */
  answer(
    data: Data,
    request: RouteRequest<PathParameters<Path>, z.output<Query>, z.output<Body>>,
  ): Immutable<z.input<Answer>> | null;
  /** Whether the answer says that the work goes on; its status is then 202. */
  goesOn?(answer: Immutable<z.input<Answer>>): boolean;
  /**
   * Where a wrong field stands in the body, when its path there is not the one of the use case; `path` is in the facade's names.
   */
  errorPath?(
    path: readonly string[],
    request: RouteRequest<PathParameters<Path>, z.output<Query>, z.output<Body>>,
  ): readonly string[];
  /** The answer as it is kept under an Idempotency-Key, where some of it must not be; default: as it is. */
  kept?(answer: Immutable<z.input<Answer>>): Immutable<z.input<Answer>>;
  /** Path of what was created, for the `Location` header. */
  location?(answer: Immutable<z.input<Answer>>): string;
  /** For lists: the query parameters that lead to the next page, or `null` on the last one. */
  next?(data: Data, query: z.output<Query>): Readonly<Record<string, string>> | null;
}

/** A request as the HTTP host received it. */
export interface RawRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** Parsed JSON, a stream of bytes for `text/csv`, or `undefined` without a body. */
  readonly body: unknown;
  /** Path of the request without its query, for `Link`. */
  readonly path: string;
}

/** A success or a problem, ready to be sent, and to be stored under an idempotency key. */
export interface RouteAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** What is stored instead of the body, when that tells a secret. */
  readonly keptBody?: unknown;
}

/** A row with its types sealed in: it can stand in a table with others. */
export interface Route extends RouteDescription {
  readonly path: string;
  readonly query: QuerySchema;
  readonly body: z.ZodType;
  readonly response: z.ZodType;
  /** Whether the answer may carry `Link: <…>; rel="next"`. */
  readonly isPaged: boolean;
  /** Whether the status of success may also be 202. */
  readonly mayGoOn: boolean;
  /** @throws {DomainError} for everything that is not the status of success */
  run(request: RawRequest, execute: Execute): Promise<RouteAnswer>;
}

/** Seals a definition into a row of the table. */
export function route<
  Data,
  Variables,
  const Path extends string,
  Answer extends z.ZodType,
  Query extends QuerySchema,
  Body extends z.ZodType,
>(definition: RouteDefinition<Data, Variables, Path, Query, Body, Answer>): Route {
  return {
    ...definition,
    isPaged: definition.next !== undefined,
    mayGoOn: definition.goesOn !== undefined,
    async run(raw, execute) {
      const request = {
        params: parseIds(raw.params, definition.resource ?? 'resource') as Record<PathParameters<Path>, number>,
        query: parsePart(definition.query, raw.query, 'query'),
        // No body counts as an empty object, so that a body is optional where no field is required.
        body: parsePart(definition.body, raw.body ?? {}, 'body'),
      };
      const result = await execute(definition.document, definition.variables(request));
      const data = succeeded(result, (path) => definition.errorPath?.(path, request) ?? path);
      const answer = definition.answer(data, request);
      if (answer === null) throw notFound(definition.resource ?? 'resource', Object.values(raw.params).join('/'));
      const next = definition.next?.(data, request.query) ?? null;
      return {
        status: definition.goesOn?.(answer) === true ? 202 : definition.status,
        headers: {
          ...(definition.page === undefined ? {} : pageHeaders(definition.page.policy)),
          ...(definition.location === undefined ? {} : { location: definition.location(answer) }),
          ...(next === null ? {} : { link: nextLink(raw, next) }),
        },
        body: answer,
        ...(definition.kept === undefined ? {} : { keptBody: definition.kept(answer) }),
      };
    },
  };
}

/** They replace what the guard set for answers that show nothing. */
function pageHeaders(policy: string): Readonly<Record<string, string>> {
  return { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy };
}

/** @throws {DomainError} NOT_FOUND when one is no positive integer that a row could have */
function parseIds(params: Readonly<Record<string, string>>, resource: string): Record<string, number> {
  return Object.fromEntries(
    Object.entries(params).map(([name, text], at) => {
      const id = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
      if (id > LARGEST_ROW_ID) throw notFound(at === 0 ? resource : name.replace(/_id$/, ''), quote(text));
      return [name, id];
    }),
  );
}

function nextLink(raw: RawRequest, next: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(next);
  for (const [name, value] of Object.entries(raw.query)) if (!query.has(name)) query.set(name, String(value));
  return `<${raw.path}?${query.toString()}>; rel="next"`;
}
