/** How long to wait for something that cannot be ended from here. */
export interface Patience {
  /** Ends the waiting when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the waiting after so many ms. */
  readonly limitMs?: number;
}

/**
 * The work's result, unless the patience ends first: then the work goes on by itself, and nobody hears of it.
 *
 * @throws the reason of the signal, or an Error when the time is over
 */
export async function within<T>(work: Promise<T>, { signal, limitMs }: Patience): Promise<T> {
  let end = (): void => {};
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    end = () => reject(signal?.reason);
    if (limitMs !== undefined) {
      timer = setTimeout(() => reject(new Error(`There was no answer within ${limitMs} ms.`)), limitMs);
    }
  });
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted === true) end();
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}
