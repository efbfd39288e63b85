import { unavailable } from '../core/index.ts';
import { ComputeFailure } from './compute.ts';

/**
 * Waits for what worker threads compute for somebody who waits for the answer.
 *
 * @param what is computed, the subject of the sentence
 * @throws {DomainError} UNAVAILABLE when a thread gave up, as by its limits of time and memory; what the task threw is a bug
 *   and passes
 */
export async function computedOrUnavailable<Output>(what: string, run: () => Promise<Output>): Promise<Output> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof ComputeFailure) || error.reason === 'threw') throw error;
    throw unavailable(`${what} could not be computed: ${error.message}`, error);
  }
}
