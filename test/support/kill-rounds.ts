/** Kills among processes that send without end, and what the broker saw of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KillReport } from '../../src/orders/index.ts';
import { resumeTrading } from '../../src/orders/index.ts';
import type { TestDatabase } from './database.ts';
import { eventually } from './eventually.ts';
import { COIN, type Desk, liftLimits, openDesk } from './kill-desk.ts';
import { LineChild } from './line-child.ts';
import { machineNow } from './machine-clock.ts';
import { seededRandom } from './random.ts';
import { ScriptedBroker } from './scripted-broker/adapter.ts';
import { type StartedBroker, startScriptedBrokerProcess } from './scripted-broker/start.ts';

/** What came of one kill. */
export interface KillRound {
  readonly report: KillReport;
  readonly answerMs: number;
  /** Orders that the broker took after the answer. */
  readonly late: number;
  /** Orders that the broker took before it, since the last kill. */
  readonly sent: number;
}

/** Processes, their broker, and kills at random times. */
export class KillRounds {
  readonly desk: Desk;
  readonly #broker: StartedBroker;
  /** Processes that send; see kill-child.ts. */
  readonly #senders: readonly LineChild[];
  readonly #random: () => number;

  private constructor(parts: { desk: Desk; broker: StartedBroker; senders: readonly LineChild[]; seed: number }) {
    this.desk = parts.desk;
    this.#broker = parts.broker;
    this.#senders = parts.senders;
    this.#random = seededRandom(parts.seed);
  }

  static async start(
    test: TestDatabase,
    options: { readonly processes: number; readonly senders: number; readonly seed: number },
  ): Promise<KillRounds> {
    const broker = await startScriptedBrokerProcess({ seed: options.seed });
    await broker.control.setQuote(COIN, '100');
    await broker.control.setLatency({ ms: 5, jitterMs: 3 });
    const desk = await openDesk(await test.open(), new ScriptedBroker({ url: broker.url }));
    await liftLimits(desk);
    const senders = Array.from(
      { length: options.processes },
      () => new LineChild('kill-child.ts', [test.url, broker.url, String(options.senders)]),
    );
    await Promise.all(senders.map((sender) => sender.heard<{ readonly ready: true }>()));
    return new KillRounds({ desk, broker, senders, seed: options.seed });
  }

  /** One of the processes kills after a while; then trading is resumed. */
  async round(): Promise<KillRound> {
    await sleep(100 + this.#random() * 400);
    const sender = this.#senders[Math.floor(this.#random() * this.#senders.length)];
    if (sender === undefined) throw new Error('There is no sender.');
    const startedAt = machineNow();
    const { report, answeredAt } = await killUntilStored(sender);
    await sleep(150);
    const { accepted } = await this.#broker.control.log();
    await this.#settled();
    await this.#broker.control.reset();
    await this.#broker.control.setQuote(COIN, '100');
    await resumeTrading(this.desk, this.desk.user, { reason: 'the next round' });
    const late = accepted.filter(({ at }) => at > answeredAt).length;
    return { report, answerMs: answeredAt - startedAt, late, sent: accepted.length - late };
  }

  async end(): Promise<void> {
    await Promise.all(this.#senders.map((sender) => sender.end()));
    await this.desk.close();
    await this.#broker.close();
  }

  /** Nothing works any more: the broker may forget everything. */
  async #settled(): Promise<void> {
    await eventually('every order to have ended', async () => {
      const open = await this.desk.database.read.order.count({ where: { endedAt: null, status: { not: 'denied' } } });
      return open === 0 ? true : null;
    });
  }
}

/** Kills again where a machine that is far too busy could not store the halt in time, as the answer says. */
async function killUntilStored(sender: LineChild): Promise<{ report: KillReport; answeredAt: number }> {
  for (;;) {
    sender.say('kill');
    const { report, answeredAt } = await sender.heard<{ report: KillReport | string; answeredAt: number }>();
    if (typeof report !== 'string') return { report, answeredAt };
    if (!report.includes('could not be stored yet')) throw new Error(report);
  }
}

/** The value below which a fraction of them lies. */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}
