/** Waits for a job to end: told by the server over a WebSocket, or by asking again and again where there is none. */
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { hasEnded, type Job, type JobProgress, parseMessage, readJob } from './job.ts';
import { NoAnswer } from './server.ts';

/** Between two questions, in ms. */
const POLL_MS = 500;
/** How long a server may be away, in ms: jobs go on after its restart. */
const PATIENCE_MS = 60_000;

/** How the caller hears of the job. */
export interface FollowOptions {
  readonly id: number;
  readonly onProgress: (progress: JobProgress) => void;
}

/**
 * Resolves with the job when it has ended, in whatever way.
 *
 * @throws {Error} a sentence, when the server stays away
 */
export async function followJob(url: string, options: FollowOptions): Promise<Job> {
  return (await overSocket(url, options)) ?? (await byAsking(url, options));
}

/** The job once it has ended; null when the socket cannot be opened, or is closed before. */
async function overSocket(url: string, { id, onProgress }: FollowOptions): Promise<Job | null> {
  const address = new URL(`/ws/optimize?job_id=${id}`, url);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(address);
  try {
    return await new Promise<Job | null>((resolve, reject) => {
      const look = () =>
        readJob(url, id).then(
          (job) => hasEnded(job) && resolve(job),
          (error: unknown) => (error instanceof NoAnswer ? resolve(null) : reject(error)),
        );
      socket.on('error', () => resolve(null));
      socket.on('close', () => resolve(null));
      socket.on('message', (data: Buffer) => {
        const message = parseMessage(data.toString('utf8'));
        if (message?.type === 'progress') onProgress(message);
        // Whatever ended before the server heard of us is not told, so the job is looked at once.
        else if (message !== null) void look();
      });
    });
  } finally {
    socket.terminate();
  }
}

async function byAsking(url: string, { id, onProgress }: FollowOptions): Promise<Job> {
  for (let missing = 0; ; ) {
    try {
      const job = await readJob(url, id);
      if (hasEnded(job)) return job;
      onProgress(job.progress);
      missing = 0;
    } catch (error) {
      missing += POLL_MS;
      if (!(error instanceof NoAnswer) || missing > PATIENCE_MS) throw error;
    }
    await sleep(POLL_MS);
  }
}
