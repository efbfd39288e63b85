/** What travels between the pool and its threads. Both sides are of one build, so nothing here is versioned. */
import type { MessagePort } from 'node:worker_threads';

/** One run, handed to a thread. */
export interface TaskRequest<Input> {
  readonly taskName: string;
  readonly input: Input;
  /** One shared Int32: 0 = go on, 1 = cancelled. */
  readonly cancelled: Int32Array;
  /** Takes the frames of this run back to the pool; transferred with the request. */
  readonly port: MessagePort;
}

/**
 * What a thread sends over the port of a run: `started` once, then any messages, then one of the last two. One port
 * for all of them, because two ports keep no order between each other.
 */
export type TaskFrame<Output, Message> =
  | { readonly kind: 'started' }
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'returned'; readonly output: Output }
  /** `error` is what the task threw, as far as it can be cloned. */
  | { readonly kind: 'threw'; readonly message: string; readonly error?: unknown };

/** Position of the flag in `TaskRequest.cancelled`. */
export const CANCELLED_FLAG = 0;
