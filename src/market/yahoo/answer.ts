/** An answer over HTTP: its body within limits, and what a refusal says. */
import { faultOfDescription, YahooFault } from './fault.ts';

/** Largest body that is read: sixty years of daily bars are 2 MB. */
const MAX_BYTES = 32 * 1024 * 1024;
/** Statuses that have no body. */
const BODILESS: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/**
 * The same answer with its body in memory, so that a connection that breaks does so here.
 *
 * @throws {YahooFault} when the body is too large; whatever the stream throws when it breaks
 */
export async function readAnswer(response: Response): Promise<Response> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new YahooFault('garbage', `The answer is larger than ${MAX_BYTES} bytes.`);
    chunks.push(chunk);
  }
  const { status, statusText, headers } = response;
  return new Response(BODILESS.has(status) ? null : Buffer.concat(chunks), { status, statusText, headers });
}

/** The fault of an answer of the API that is not 2xx or 3xx; `undefined` for others. */
export async function refusalOf(response: Response): Promise<YahooFault | undefined> {
  const { status } = response;
  if (status < 400) return undefined;
  const description = descriptionIn(await response.text());
  if (status >= 500) return new YahooFault('unreachable', `It answered ${status}.`);
  if (status === 401 || status === 403) return new YahooFault('unauthorized', `It answered ${status}.`);
  const described = description === undefined ? undefined : faultOfDescription(description);
  if (described !== undefined) return described;
  return new YahooFault('refused', `It answered ${status}${description === undefined ? '' : `: ${description}`}.`);
}

/** Yahoo's words in `{chart: {error: {code, description}}}`, whatever the outer key is called. */
function descriptionIn(body: string): string | undefined {
  const found = /"description"\s*:\s*("(?:[^"\\]|\\.){0,400}")/.exec(body)?.[1];
  if (found === undefined) return undefined;
  try {
    const description: unknown = JSON.parse(found);
    return typeof description === 'string' ? description : undefined;
  } catch {
    // A broken escape: the status has to tell.
    return undefined;
  }
}
