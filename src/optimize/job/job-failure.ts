import { ComputeFailure } from '../../compute/index.ts';
import { DomainError } from '../../core/index.ts';

/** Why a job failed, for its owner, with what to do; null when the cause is a bug, which only the log explains. */
export function failureReason(error: unknown): string | null {
  if (error instanceof DomainError) return error.message;
  if (!(error instanceof ComputeFailure)) return null;
  switch (error.reason) {
    case 'timed_out':
      return `Computing took too long: ${error.message} Ask for fewer bars, or have the server's limit raised.`;
    case 'out_of_memory':
      return `Computing took too much memory: ${error.message} Ask for fewer bars, or have the server's limit raised.`;
    case 'crashed':
      return `A thread that computed this job died: ${error.message} Submit the job again.`;
    case 'aborted':
      return 'The server stopped computing before this job was done. Submit it again.';
    case 'threw':
      return null;
  }
}
