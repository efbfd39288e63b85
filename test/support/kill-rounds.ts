/** Kills among processes that send without end, and what the broker saw of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KillReport } from '../../src/orders/index.ts';
import { killTrading, resumeTrading, WORKING_STATUSES } from '../../src/orders/index.ts';
import type { KillPolicy } from '../../src/safety/index.ts';
import { BusyProcessors } from './busy-processors.ts';
import type { TestDatabase } from './database.ts';
import { eventually } from './eventually.ts';
import { COIN, codeOf, type Desk, liftLimits, openDesk } from './kill-desk.ts';
import { LineChild } from './line-child.ts';
import { machineNow } from './machine-clock.ts';
import { seededRandom } from './random.ts';
import { ScriptedBroker } from './scripted-broker/adapter.ts';
import { type StartedBroker, startScriptedBrokerProcess } from './scripted-broker/start.ts';

/** How long the phases of a kill took, as it logs them, in ms. */
export interface KillPhases {
  readonly haltMs: number;
  readonly drainMs: number;
  readonly cancelMs: number;
  readonly reportMs: number;
}

/** What came of one kill. */
export interface KillRound {
  readonly report: KillReport;
  /** From the question to the answer, also where it had to be asked again. */
  readonly answerMs: number;
  readonly phases: KillPhases;
  /** Orders that the broker took after the answer. */
  readonly late: number;
  /** Orders that the broker took before it, since the last kill. */
  readonly sent: number;
}

/** What kills are among. */
export interface KillRoundsOptions {
  readonly processes: number;
  /** Of each process. */
  readonly senders: number;
  readonly seed: number;
  /** Loops beside them, each of which would keep a processor busy by itself. Default 0. */
  readonly busyLoops?: number;
}

/** Processes, their broker, and kills at random times. */
export class KillRounds {
  readonly desk: Desk;
  readonly #broker: StartedBroker;
  /** Processes that send; see kill-child.ts. */
  readonly #senders: readonly LineChild[];
  readonly #busy: BusyProcessors;
  readonly #random: () => number;

  private constructor(
    { senders, ...parts }: { desk: Desk; broker: StartedBroker; senders: readonly LineChild[] },
    { seed, busyLoops = 0 }: KillRoundsOptions,
  ) {
    this.desk = parts.desk;
    this.#broker = parts.broker;
    this.#senders = senders;
    this.#busy = new BusyProcessors(busyLoops);
    this.#random = seededRandom(seed);
  }

  static async start(test: TestDatabase, options: KillRoundsOptions): Promise<KillRounds> {
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
    return new KillRounds({ desk, broker, senders }, options);
  }

  /** One of the processes kills after a while; then trading is resumed. */
  async round(policy: KillPolicy): Promise<KillRound> {
    await sleep(100 + this.#random() * 400);
    const sender = this.#senders[Math.floor(this.#random() * this.#senders.length)];
    if (sender === undefined) throw new Error('There is no sender.');
    const startedAt = machineNow();
    const { report, answeredAt, phases } = await killUntilStored(sender, policy);
    await sleep(150);
    const { accepted } = await this.#broker.control.log();
    await this.#cleared();
    await this.#broker.control.reset();
    await this.#broker.control.setQuote(COIN, '100');
    await resumeTrading(this.desk, this.desk.user, { reason: 'the next round' });
    const late = accepted.filter(({ at }) => at > answeredAt).length;
    return { report, answerMs: answeredAt - startedAt, phases, late, sent: accepted.length - late };
  }

  async end(): Promise<void> {
    await this.#busy.end();
    await Promise.all(this.#senders.map((sender) => sender.end()));
    await this.desk.close();
    await this.#broker.close();
  }

  /** Nothing works any more, after a kill that only blocks neither: the broker may forget everything. */
  async #cleared(): Promise<void> {
    await eventually('a kill that cancels', async () => {
      const report = await codeOf(killTrading(this.desk, this.desk.user, { policy: 'cancel' }));
      return report === 'UNAVAILABLE' ? null : report;
    });
    await eventually('every order to have ended', async () => {
      const open = await this.desk.database.read.order.count({ where: { status: { in: [...WORKING_STATUSES] } } });
      return open === 0 ? true : null;
    });
  }
}

/** What a process says of a kill. */
interface Answer {
  readonly report: KillReport | string;
  readonly answeredAt: number;
  readonly phases: KillPhases;
}

/** Kills again where a machine that is far too busy could not store the halt in time, as the answer says. */
async function killUntilStored(
  sender: LineChild,
  policy: KillPolicy,
): Promise<Omit<Answer, 'report'> & { readonly report: KillReport }> {
  for (;;) {
    sender.say(policy);
    const { report, ...answer } = await sender.heard<Answer>();
    if (typeof report !== 'string') return { ...answer, report };
    if (!report.includes('could not be stored yet')) throw new Error(report);
  }
}

/** The value below which a fraction of them lies. */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}
