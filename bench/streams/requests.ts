/** Requests over kept connections, timed: as fast as they are answered, or at a rate that does not wait for answers. */
import { Agent, request } from 'node:http';

/** One request. */
export interface Shot {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

/** What came of it. */
export interface Outcome {
  /** 0 when the connection broke. */
  readonly status: number;
  readonly ms: number;
}

/** Sends requests to one server; closes its connections at the end. */
export class Gun {
  readonly #url: string;
  readonly #agent: Agent;

  /** `connections`: at most so many requests are under way. `keepAlive` false: each comes over a new one. */
  constructor(url: string, connections: number, { keepAlive = true } = {}) {
    this.#url = url;
    this.#agent = new Agent({ keepAlive, maxSockets: connections });
  }

  fire({ method, path, body }: Shot): Promise<Outcome> {
    const since = performance.now();
    const headers =
      body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    return new Promise((resolve) => {
      const end = (status: number): void => resolve({ status, ms: performance.now() - since });
      const sent = request(`${this.#url}${path}`, { method, headers, agent: this.#agent }, (answer) => {
        answer.resume().once('end', () => end(answer.statusCode ?? 0));
        answer.once('error', () => end(0));
      });
      sent.once('error', () => end(0));
      sent.end(body);
    });
  }

  /** The outcomes of `lanes` clients that send one after the other for so long, each pausing `paceMs` between two. */
  async volley(
    shots: readonly Shot[],
    { lanes, ms, paceMs = 0 }: { readonly lanes: number; readonly ms: number; readonly paceMs?: number },
  ): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    const until = performance.now() + ms;
    const lane = async (offset: number): Promise<void> => {
      for (let round = offset; performance.now() < until; round += 1) {
        const shot = shots[round % shots.length];
        if (shot !== undefined) outcomes.push(await this.fire(shot));
        if (paceMs > 0) await new Promise((resolve) => setTimeout(resolve, paceMs));
      }
    };
    await Promise.all(Array.from({ length: lanes }, (_, index) => lane(index)));
    return outcomes;
  }

  /** The outcomes of requests that are sent at a rate, however slowly they are answered. */
  async stream(
    shots: readonly Shot[],
    { perSecond, ms }: { readonly perSecond: number; readonly ms: number },
  ): Promise<readonly Outcome[]> {
    const answers: Promise<Outcome>[] = [];
    const start = performance.now();
    for (let now = start; now - start < ms; now = performance.now()) {
      const due = Math.floor(((now - start) / 1000) * perSecond);
      while (answers.length < due) {
        const shot = shots[answers.length % shots.length];
        if (shot !== undefined) answers.push(this.fire(shot));
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return await Promise.all(answers);
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** A GraphQL operation as a request. */
export function graphqlShot(query: string): Shot {
  return { method: 'POST', path: '/graphql', body: JSON.stringify({ query }) };
}
