/** A process that tells five things to the receiver of its second argument, on the database of its first, and begins to send them. */
import { openTestDatabase } from './open-database.ts';
import { composeWebhooks } from './webhooks.ts';

const [, , url = '', receiver = ''] = process.argv;
const webhooks = await composeWebhooks({ open: () => openTestDatabase(url) });
await webhooks.addDestination(receiver);
await webhooks.tell(5);
webhooks.dispatcher.start();
