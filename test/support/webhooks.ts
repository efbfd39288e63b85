/** The webhooks of one process on a test database: what sends, and commands of the default user. */
import { localUser, type Principal } from '../../src/access/index.ts';
import { type Clock, randomIds, systemClock } from '../../src/core/index.ts';
import { Journal } from '../../src/events/index.ts';
import { ensureDefaultUser, type WebhookDeliveryRow } from '../../src/storage/index.ts';
import {
  createWebhookDestination,
  type DispatcherOptions,
  enqueueDeliveries,
  type WebhookDeps,
  WebhookDispatcher,
  type WebhookEvent,
} from '../../src/webhooks/index.ts';
import type { TestDatabase } from './database.ts';
import { keptLog } from './log.ts';
import { testSecrets } from './secrets.ts';

/** The process. */
export interface TestWebhooks extends WebhookDeps {
  readonly user: Principal;
  readonly dispatcher: WebhookDispatcher;
  /** What was logged as an error. */
  readonly errors: readonly string[];
  /** Adds a destination; answers its id and its secret. */
  addDestination(url: string, events?: readonly string[]): Promise<{ readonly id: number; readonly secret: string }>;
  /** Commits `count` notices of an event; answers how many there are now. */
  tell(count?: number, event?: WebhookEvent): Promise<number>;
  /** Deliveries to a destination, oldest first. */
  deliveriesTo(id: number): Promise<readonly WebhookDeliveryRow[]>;
  close(): Promise<void>;
}

/** Composes it; the dispatcher is not started, so that a test says when it looks (`settle`). */
export async function composeWebhooks(
  on: Pick<TestDatabase, 'open'>,
  options: Partial<DispatcherOptions> & { readonly clock?: Clock } = {},
): Promise<TestWebhooks> {
  const { clock = systemClock } = options;
  const database = await on.open();
  const user = localUser(await ensureDefaultUser(database, clock));
  const journal = new Journal({ database, clock, pollMs: 20 });
  await journal.start();
  const { log, errors } = keptLog();
  const webhookTargets = { allowHttp: true, allowPrivate: ['127.0.0.0/8'] };
  const deps = { database, journal, clock, log, ids: randomIds, secrets: testSecrets(), webhookTargets };
  const dispatcher = new WebhookDispatcher({ ...deps, ...options });
  let told = 0;
  return {
    ...deps,
    ...options,
    user,
    dispatcher,
    errors,
    addDestination: async (url, events) => {
      const { destination, secret } = await createWebhookDestination(deps, user, { url, events });
      return { id: destination.id, secret };
    },
    tell: async (count = 1, event = 'price') => {
      await journal.write(async (write) => {
        for (let each = 0; each < count; each += 1) {
          told += 1;
          const payload = { number: told };
          const notice = { ownerId: user.userId, event, subjectId: told, payload, correlationId: deps.ids.next() };
          await enqueueDeliveries(write, { ...notice, at: new Date(clock.now()) });
        }
      });
      return told;
    },
    deliveriesTo: (destinationId) =>
      database.read.webhookDelivery.findMany({ where: { destinationId }, orderBy: { id: 'asc' } }),
    close: async () => {
      await dispatcher.close();
      await journal.close();
    },
  };
}
