/**
 * How the host ends: it accepts no more connections, answers the requests under way, and then cuts the rest. Node alone
 * closes connections that have answered before; one that never sent a whole request (browsers open such ahead of need)
 * would keep the process for ever, because Node stops looking for slow clients once its server closes.
 */
import type { FastifyInstance } from 'fastify';

/** Makes `close` take as long as the requests under way, and at most `drainMs` milliseconds. */
export function addDrain(app: FastifyInstance, drainMs: number): void {
  let underWay = 0;
  let isClosing = false;
  const cutWhenDone = () => {
    if (isClosing && underWay === 0) app.server.closeAllConnections();
  };
  app.addHook('onRequest', async (_request, reply) => {
    underWay += 1;
    reply.raw.once('close', () => {
      underWay -= 1;
      cutWhenDone();
    });
  });
  app.addHook('preClose', async () => {
    isClosing = true;
    const cut = setTimeout(() => app.server.closeAllConnections(), drainMs);
    app.server.once('close', () => clearTimeout(cut));
    // Not within the hook: the server listens until it has returned.
    setImmediate(cutWhenDone);
  });
}
