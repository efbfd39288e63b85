import { Resolver } from 'node:dns/promises';

/** How long one question to a name server may take, in ms, and how often it is asked. */
const QUESTION = { timeout: 2500, tries: 2 } as const;

/**
 * Asks the name servers of this machine. Not its `hosts` file: that goes through the few threads that Node has for files too,
 * which names that are slow to resolve would hold up for everybody. `localhost` is what RFC 6761 says.
 */
export async function resolveName(hostname: string, signal: AbortSignal): Promise<readonly string[]> {
  if (/(^|\.)localhost\.?$/.test(hostname)) return ['127.0.0.1', '::1'];
  const resolver = new Resolver(QUESTION);
  const cancel = (): void => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    signal.throwIfAborted();
    const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (found.length === 0 && failed !== undefined) throw failed.reason;
    return found;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
