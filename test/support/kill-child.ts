/**
 * `node --import tsx kill-child.ts DATABASE BROKER SENDERS`: a process of a server that places orders without end from SENDERS
 * places. A line on its input is a policy to kill trading with; the report, the times of question and answer, and what the log
 * says of the phases are a line of its output.
 */
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '../../src/core/index.ts';
import { killTrading } from '../../src/orders/index.ts';
import { openDesk, placeResting } from './kill-desk.ts';
import { machineNow } from './machine-clock.ts';
import { openTestDatabase } from './open-database.ts';
import { ScriptedBroker } from './scripted-broker/adapter.ts';

const [databaseUrl = '', brokerUrl = '', senders = '1'] = process.argv.slice(2);
const database = await openTestDatabase(databaseUrl);
const desk = await openDesk(database, new ScriptedBroker({ url: brokerUrl }));

function say(facts: object): void {
  process.stdout.write(`${JSON.stringify(facts)}\n`);
}

async function send(): Promise<void> {
  for (;;) {
    try {
      await placeResting(desk);
    } catch (error) {
      // Denied, or the database is too busy: both are no reason to stop.
      if (!(error instanceof DomainError)) throw error;
      await sleep(10);
    }
  }
}

// The test that started it is gone: so is its end of the pipe.
process.stdin.once('close', () => process.exit(0));
createInterface({ input: process.stdin }).on('line', (policy) => {
  void (async () => {
    const startedAt = machineNow();
    const input = { reason: 'a test', policy };
    const report = await killTrading(desk, desk.user, input).catch((error: unknown) => String(error));
    const answeredAt = machineNow();
    const phases = desk.logged.findLast(({ message }) => message === 'Trading was killed')?.facts;
    say({ startedAt, answeredAt, report, phases });
  })();
});
say({ ready: true });
await Promise.all(Array.from({ length: Number(senders) }, send));
