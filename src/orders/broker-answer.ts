/** Questions to a broker have an end: one that is never answered must not stop the fills and the orders behind it. */
import type { BrokerCall } from '../broker/index.ts';
import { unavailable } from '../core/index.ts';

/** How long a broker may take to answer, in ms, unless somebody says otherwise. */
export const BROKER_TIMEOUT_MS = 10_000;

/**
 * What the broker answers to a question.
 *
 * @throws {DomainError} UNAVAILABLE when it has not after `timeoutMs`, whether the adapter heeds the signal or not; whatever the
 * question throws
 */
export async function answerOf<Answer>(
  question: (call: BrokerCall) => Promise<Answer>,
  timeoutMs = BROKER_TIMEOUT_MS,
): Promise<Answer> {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(unavailable(`The broker did not answer within ${timeoutMs} ms: try again.`));
      abort.abort();
    }, timeoutMs);
  });
  try {
    return await Promise.race([question({ signal: abort.signal }), late]);
  } finally {
    clearTimeout(timer);
  }
}
