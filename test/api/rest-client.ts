/** A client of the REST API that knows nothing but its documentation. */
import type { Json, JsonObject } from '../../src/core/index.ts';

/** What the server answered. */
export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON; the text as it is when it is none. */
  readonly body: Json;
  readonly text: string;
}

/** What is sent beside method and path. */
export interface RestRequest {
  /** Sent as JSON, unless it is a string: that is sent as it is. */
  readonly body?: JsonObject | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends one request; `call` is the method and the path, as in `GET /api/optimize/12`. */
export async function rest(url: string, call: string, { body, headers }: RestRequest = {}): Promise<RestAnswer> {
  const [method = '', path = ''] = call.split(/ (.*)/, 2);
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: parsed(text), text };
}

/** The body of an answer, which has to be an object. */
export function objectOf({ body, text }: RestAnswer): JsonObject {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as JsonObject;
  throw new Error(`Expected a JSON object, got ${text.slice(0, 200)}`);
}

/** The body of an answer, which has to be an array of objects. */
export function listOf({ body, text }: RestAnswer): readonly JsonObject[] {
  if (Array.isArray(body)) return body as readonly JsonObject[];
  throw new Error(`Expected a JSON array, got ${text.slice(0, 200)}`);
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
