/** A process that places one order and kills itself at the point that its argument names, see kills.ts. */
import { localUser } from '../../../src/access/index.ts';
import { placeOrder } from '../../../src/orders/index.ts';
import { ManualClock } from '../clock.ts';
import { openTestDatabase } from '../open-database.ts';
import { ScriptedBroker } from '../scripted-broker/adapter.ts';
import { remoteControl } from '../scripted-broker/start.ts';
import type { KillOrder } from './kills.ts';
import { Life } from './life.ts';
import { planOf } from './run.ts';
import { startProcess } from './scene.ts';

const order = JSON.parse(process.argv[2] ?? '') as KillOrder;
const { clientOrderId, input } = planOf(order.seed);
const life = new Life({
  database: await openTestDatabase(order.databaseUrl),
  broker: new ScriptedBroker({ url: order.brokerUrl }),
  control: remoteControl(order.controlUrl),
  url: order.brokerUrl,
  ownerId: order.ownerId,
  clientOrderId,
  trap: { point: order.point, blow: 'crash' },
  fault: { kind: 'silence', isDone: false },
  die: () => process.kill(process.pid, 'SIGKILL'),
});
const { deps } = await startProcess({ clock: new ManualClock(order.now) }, life);
await placeOrder(deps, localUser(order.ownerId), input);
