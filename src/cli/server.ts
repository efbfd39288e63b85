/** What the commands have in common: requests to a running server, and sentences for whatever goes wrong. */
import { z } from 'zod';
import { serverUrl } from '../config.ts';

/** Where a server listens unless told otherwise: by the settings of this environment. */
export const DEFAULT_URL = serverUrl();

/** What a server answered. */
export interface Answer {
  readonly status: number;
  /** Whether the status is one of success. */
  readonly ok: boolean;
  readonly text: string;
}

/** The body of a request. */
export interface RequestBody {
  readonly type: 'application/json' | 'text/csv';
  readonly content: string | Uint8Array<ArrayBuffer>;
}

/** What a problem (RFC 9457) says to a person; the fields that are wrong are there only where fields are. */
const problem = z.object({
  detail: z.string(),
  errors: z.array(z.object({ message: z.string() })).default([]),
});

/** That no server answers: it may be starting again. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/**
 * Sends a request.
 *
 * @param target method and path, e.g. `GET /api/optimize/12`
 * @throws {NoAnswer} a sentence that says where, why and how to start one
 */
export async function request(url: string, target: string, body?: RequestBody): Promise<Answer> {
  const [method = 'GET', path = '/'] = target.split(' ');
  const response = await fetch(new URL(path, url), {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': body.type }, body: body.content }),
  }).catch((cause: unknown) => {
    throw new NoAnswer(
      `No server answers at ${url} (${reasonOf(cause)}). Start it with npm start, or say with --url where it is.`,
      { cause },
    );
  });
  return { status: response.status, ok: response.ok, text: await response.text() };
}

/**
 * The JSON of an answer.
 *
 * @param what was asked for: begins the sentence when the server refuses it
 * @throws {Error} a sentence, when the server refuses or is another program
 */
export function accepted<Schema extends z.ZodType>(schema: Schema, answer: Answer, what: string): z.output<Schema> {
  if (!answer.ok) throw refused(answer, what);
  const parsed = schema.safeParse(jsonOf(answer.text));
  if (parsed.success) return parsed.data;
  throw new Error(`${what}: ${NOT_OURS} Does --url name a Dunlin server of this version?`, { cause: parsed.error });
}

const NOT_OURS = 'the answer is not from this program.';

/** A refusal as an error: every wrong row or field on a line of its own. */
export function refused(answer: Answer, what: string): Error {
  return new Error(`${what} was refused (${answer.status}): ${refusalOf(answer)}`);
}

function refusalOf({ text }: Answer): string {
  const { success, data } = problem.safeParse(jsonOf(text));
  if (!success) return NOT_OURS;
  return data.errors.length === 0 ? data.detail : data.errors.map(({ message }) => message).join('\n');
}

/** Null for what is no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** `fetch` hides why a connection failed in the cause of its error. */
function reasonOf(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
}

/** What an error says. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}
