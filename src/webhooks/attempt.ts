/** One attempt: signs a delivery, checks where it goes, posts it, and says what came of it. It stores nothing. */
import { dateOf } from '../core/index.ts';
import { SecretUnreadable } from '../storage/index.ts';
import type { Claim } from './claim.ts';
import type { AttemptEnd } from './delivery.ts';
import type { WebhookDeps } from './deps.ts';
import { secretsOf } from './destination.ts';
import type { Post } from './post.ts';
import { signatureOf } from './signature.ts';
import { checkTarget, type Resolve, TargetRefused } from './target.ts';

/** Who is told that posts. */
const USER_AGENT = 'Dunlin-Webhooks/1';

/** What an attempt needs of the world outside. */
export interface Outside {
  readonly post: Post;
  readonly resolve: Resolve;
  /** Longest time of an attempt, in ms. */
  readonly timeoutMs: number;
}

/** Makes an attempt; null when `closing` aborts it. Never rejects. */
export async function attempt(
  deps: WebhookDeps,
  claim: Claim,
  { post, resolve, timeoutMs, closing }: Outside & { readonly closing: AbortSignal },
): Promise<AttemptEnd | null> {
  const stop = new AbortController();
  const close = (): void => stop.abort();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    stop.abort();
  }, timeoutMs);
  closing.addEventListener('abort', close, { once: true });
  if (closing.aborted) close();
  try {
    const { signal } = stop;
    const headers = headersOf(deps, claim);
    const url = new URL(claim.destination.url);
    const target = await checkTarget(url, { policy: deps.webhookTargets, resolve, signal });
    return judged(await post(target, { headers, body: claim.delivery.body, signal }));
  } catch (error) {
    if (closing.aborted) return null;
    return failed(isLate ? `It did not answer within ${timeoutMs / 1000} s.` : sentenceOf(error));
  } finally {
    clearTimeout(timer);
    closing.removeEventListener('abort', close);
  }
}

function headersOf(deps: WebhookDeps, { delivery, destination }: Claim): Readonly<Record<string, string>> {
  const now = dateOf(deps.clock);
  return {
    'content-type': 'application/json',
    'user-agent': USER_AGENT,
    'x-delivery-id': delivery.key,
    'x-event': delivery.event,
    'x-attempt': String(delivery.attempts + 1),
    'x-signature': signatureOf(delivery.body, secretsOf(deps.secrets, destination, now), now.getTime()),
  };
}

function judged(status: number): AttemptEnd {
  if (status >= 200 && status < 300) return { isDelivered: true, status };
  const isRedirect = status >= 300 && status < 400;
  return { ...failed(`It answered ${status}${isRedirect ? '; redirects are not followed' : ''}.`), status };
}

function failed(error: string) {
  return { isDelivered: false, status: null, error } as const;
}

/** What a person can do something about; never a stack, an address or a secret. */
function sentenceOf(error: unknown): string {
  if (error instanceof TargetRefused) return error.message;
  if (error instanceof SecretUnreadable) return `${error.message} Give the destination another secret.`;
  const code = codeOf(error);
  if (code === null) return 'The request failed.';
  return (
    SENTENCES[code] ??
    (/CERT|SELF_SIGNED|TLS|SSL/.test(code) ? `Its certificate is refused: ${code}.` : `The request failed: ${code}.`)
  );
}

/** System codes that are worth a sentence. */
const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'It refused the connection.',
  ECONNRESET: 'It cut the connection.',
  ENOTFOUND: 'Its name leads to no address.',
  ENODATA: 'Its name leads to no address.',
  EHOSTUNREACH: 'It cannot be reached.',
  ENETUNREACH: 'It cannot be reached.',
};

function codeOf(error: unknown): string | null {
  // With several addresses to try, there is an error for each.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const code = first instanceof Error && 'code' in first ? first.code : null;
  return typeof code === 'string' && /^\w{1,60}$/.test(code) ? code : null;
}
