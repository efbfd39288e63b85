/** Clients of the GraphQL API that know nothing but the schema: over HTTP, over server-sent events, over a WebSocket. */
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Json, JsonObject } from '../../src/core/index.ts';

/** An error as it stands in an answer. */
export interface AnsweredError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: JsonObject;
}

/** An answer to an operation. */
export interface GraphqlAnswer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly AnsweredError[];
}

/** Posts one operation as JSON. */
export async function post<Data>(url: string, query: string, variables: object = {}): Promise<GraphqlAnswer<Data>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return await response.json();
}

/** The data of an operation that has to succeed. */
export async function dataOf<Data>(url: string, query: string, variables: object = {}): Promise<Data> {
  return succeeded(await post<Data>(url, query, variables));
}

/** Runs a query or mutation over a WebSocket of its own. */
export async function overSocket<Data>(
  url: string,
  query: string,
  variables: object = {},
): Promise<GraphqlAnswer<Data>> {
  const stream = subscribeOverSocket<Data>(url, query, variables);
  const answer = await stream.answers.next();
  await stream.end();
  if (answer.done === true) throw new Error('The operation ended without an answer.');
  return answer.value;
}

/** A subscription under way. */
export interface AnswerStream<Data> {
  readonly answers: AsyncIterator<GraphqlAnswer<Data>>;
  /** Unsubscribes and closes the connection. */
  end(): Promise<void>;
}

/** Subscribes with the usual client of the protocol graphql-transport-ws, without retries. */
export function subscribeOverSocket<Data>(url: string, query: string, variables: object = {}): AnswerStream<Data> {
  const client: Client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    lazy: true,
  });
  const answers = client.iterate<Data>({ query, variables: { ...variables } });
  return {
    answers: { next: () => answers.next().catch(refused) } as AsyncIterator<GraphqlAnswer<Data>>,
    end: async () => {
      await answers.return?.();
      await client.dispose();
    },
  };
}

/** The client throws what the server answered with an `error` message: a list of errors. */
function refused(reason: unknown): { done: false; value: GraphqlAnswer<never> } {
  if (!Array.isArray(reason)) throw reason;
  return { done: false, value: { errors: reason } };
}

/** Subscribes by a POST that accepts `text/event-stream`. */
export async function subscribeOverSse<Data>(
  url: string,
  query: string,
  variables: object = {},
): Promise<AnswerStream<Data>> {
  const abort = new AbortController();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query, variables }),
    signal: abort.signal,
  });
  if (response.body === null) throw new Error('The answer has no body.');
  // Taken at once: a body that nobody reads yet is cancelled when its response is garbage-collected.
  const bytes = response.body[Symbol.asyncIterator]();
  const answers = eventsOf<Data>({ [Symbol.asyncIterator]: () => bytes });
  return {
    answers,
    end: async () => {
      abort.abort();
      await answers.return(undefined).catch(() => undefined);
    },
  };
}

async function* eventsOf<Data>(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<GraphqlAnswer<Data>, undefined> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of bytes) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = /^data: (.+)$/m.exec(block)?.[1];
      if (/^event: next$/m.test(block) && data !== undefined) yield JSON.parse(data);
    }
  }
}

/** The data of an answer without errors. */
export function succeeded<Data>(answer: GraphqlAnswer<Data>): Data {
  if (answer.errors !== undefined || answer.data === undefined || answer.data === null) {
    throw new Error(`The operation failed: ${JSON.stringify(answer.errors)}`);
  }
  return answer.data;
}

/** What a mutation answers beside its entity. */
export interface UserErrors {
  readonly errors: readonly { readonly code: string; readonly message: string; readonly path: readonly string[] }[];
}

/** Any JSON below a name, for answers whose shape a test does not need. */
export type Loose = Readonly<Record<string, Json>>;
