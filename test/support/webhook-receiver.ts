/** A receiver of webhooks on this machine that answers as a test tells it, and remembers what it got. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that came. */
export interface Received {
  /** `X-Delivery-Id`. */
  readonly id: string;
  /** `X-Attempt`. */
  readonly attempt: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How a request is answered: a status, or whatever is done with it. */
export type Answer = number | ((response: ServerResponse) => void);

/** A receiver. */
export interface WebhookReceiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** Requests that were answered at the same time, at most. */
  readonly mostAtOnce: number;
  /** Answers the next requests; default 204. */
  answer: (request: Received) => Answer;
  close(): Promise<void>;
}

/** Starts one; `host` is an address of the loopback network. */
export async function startReceiver(host = '127.0.0.1'): Promise<WebhookReceiver> {
  const received: Received[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    response.once('close', () => {
      atOnce -= 1;
    });
    const body = Buffer.concat(await request.toArray()).toString();
    const { headers } = request;
    const told = { id: String(headers['x-delivery-id']), attempt: Number(headers['x-attempt']), headers, body };
    received.push(told);
    const answer = receiver.answer(told);
    if (typeof answer === 'number') response.writeHead(answer).end();
    else answer(response);
  };
  const server = createServer((request, response) => void take(request, response));
  server.listen(0, host);
  await once(server, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It listens on a port.
  const { port } = server.address() as AddressInfo;
  const receiver: WebhookReceiver = {
    url: `http://${host}:${port}/hook`,
    received,
    get mostAtOnce() {
      return mostAtOnce;
    },
    answer: () => 204,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}
