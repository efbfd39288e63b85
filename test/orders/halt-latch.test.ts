import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unavailable } from '../../src/core/index.ts';
import { killTrading, resumeTrading } from '../../src/orders/index.ts';
import { readSafety } from '../../src/safety/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { eachDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { COIN, codeOf, type Desk, liftLimits, openDesk, placeResting } from '../support/kill-desk.ts';
import { ScriptedBroker } from '../support/scripted-broker/adapter.ts';
import { type StartedBroker, startScriptedBroker } from '../support/scripted-broker/start.ts';

/** What a database does with its transactions. */
type Behaviour = 'works' | 'fails' | 'hangs';

/** A database that a test can spoil. */
class Spoiled {
  behaviour: Behaviour = 'works';
  readonly database: Database;
  readonly #held: (() => void)[] = [];

  constructor(database: Database) {
    this.database = {
      ...database,
      read: database.read,
      transaction: async (work, options) => {
        if (this.behaviour === 'fails') throw unavailable('The database is not available for now: try again.');
        if (this.behaviour === 'hangs') await new Promise<void>((resolve) => this.#held.push(resolve));
        return database.transaction(work, options);
      },
    };
  }

  heal(): void {
    this.behaviour = 'works';
    for (const release of this.#held.splice(0)) release();
  }
}

describe('a halt that cannot be stored', () => {
  eachDatabase((_provider, create) => {
    let spoiled: Spoiled;
    let broker: StartedBroker;
    let desk: Desk;

    beforeEach(async () => {
      spoiled = new Spoiled(await (await create()).open());
      broker = await startScriptedBroker();
      await broker.control.setQuote(COIN, '100');
      desk = await openDesk(spoiled.database, new ScriptedBroker({ url: broker.url }));
      await liftLimits(desk);
    });

    afterEach(async () => {
      spoiled.heal();
      await desk.close();
      await broker.close();
    });

    it.each(['fails', 'hangs'] as const)('closes the gate of its process at once when the database %s', async (how) => {
      await placeResting(desk);
      spoiled.behaviour = how;
      const startedAt = performance.now();

      const answer = await codeOf(killTrading(desk, desk.user));

      expect(answer).toBe('UNAVAILABLE');
      expect(performance.now() - startedAt).toBeLessThan(3_000);
      expect(desk.gateway.gate.admits(desk.user.userId, 0)).toBe(false);
      expect(await codeOf(resumeTrading(desk, desk.user))).toBe('CONFLICT');
      spoiled.heal();
      await eventually('the halt to be stored', async () => {
        const { state } = await readSafety(desk.database.read, desk.user.userId);
        return state === 'halted' ? true : null;
      });
      await eventually('what is open to be canceled', async () => {
        const open = await desk.database.read.order.count({ where: { endedAt: null, status: { not: 'denied' } } });
        return open === 0 ? true : null;
      });
    });

    it('sends nothing while no intent can be stored', async () => {
      await placeResting(desk);
      const { accepted: before } = await broker.control.log();
      spoiled.behaviour = 'hangs';
      const placing = [placeResting(desk), placeResting(desk)].map((attempt) => attempt.catch(() => undefined));
      await sleep(300);

      expect((await broker.control.log()).accepted).toHaveLength(before.length);

      spoiled.heal();
      await Promise.all(placing);
    });
  });
});
