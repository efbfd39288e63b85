/** The order in which events are handed on, whoever committed them, with a table that answers when a test says so. */
import { setImmediate as breathe } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { JournalEvent } from '../../src/events/event.ts';
import { Tail } from '../../src/events/tail.ts';
import type { Db } from '../../src/storage/index.ts';

const at = {
  ownerId: 1,
  type: 'GoalCreated',
  subjectType: 'goal',
  subjectId: 1,
  correlationId: 'c',
  causationId: null,
};

function eventOf(cursor: number): JournalEvent {
  return { ...at, cursor: BigInt(cursor), mode: 'paper', payload: {}, occurredAt: new Date(0) };
}

/** Rows with the cursors from 1 on, as many as were committed. */
class Table {
  committed = 0;
  /** What a read waits for after it has seen the rows. */
  answered: Promise<unknown> = Promise.resolve();
  reads = 0;

  async $queryRaw(_: TemplateStringsArray, after: bigint) {
    this.reads += 1;
    const rows = Array.from({ length: this.committed }, (_each, place) => ({ ...eventOf(place + 1), payload: '{}' }));
    await this.answered;
    return rows.filter(({ cursor }) => cursor > after);
  }
}

describe('the tail of the journal', () => {
  let table: Table;
  let told: number[];
  let onTold: (cursor: number) => void;
  let tail: Tail;

  beforeEach(() => {
    table = new Table();
    told = [];
    onTold = () => undefined;
    const dispatch = ({ cursor }: JournalEvent): void => {
      told.push(Number(cursor));
      onTold(Number(cursor));
    };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It only reads rows.
    tail = new Tail(table as unknown as Db, { dispatch, missed: () => told.push(-1) });
  });

  it('hands on what was committed here without a read', async () => {
    table.committed = 2;
    await tail.committed([eventOf(1), eventOf(2)]);
    expect(told).toEqual([1, 2]);
    expect(table.reads).toBe(0);
  });

  it('reads what somebody else has committed before it', async () => {
    table.committed = 3;
    await tail.committed([eventOf(3)]);
    expect(told).toEqual([1, 2, 3]);
  });

  it('tells nothing twice when a read was faster', async () => {
    table.committed = 2;
    await tail.catchUp();
    await tail.committed([eventOf(1), eventOf(2)]);
    expect(told).toEqual([1, 2]);
  });

  it('waits for a read that is under way, which may have seen it', async () => {
    let answer: (value?: unknown) => void = () => undefined;
    table.answered = new Promise((resolve) => {
      answer = resolve;
    });
    table.committed = 1;
    const reading = tail.catchUp();
    const handing = tail.committed([eventOf(1)]);
    answer();
    await Promise.all([reading, handing]);
    expect(told).toEqual([1]);
  });

  it('tells nothing twice when whoever hears of an event asks for a read', async () => {
    table.committed = 3;
    let reading = Promise.resolve();
    onTold = (cursor) => {
      if (cursor === 1) reading = tail.catchUp();
    };
    await tail.committed([eventOf(1), eventOf(2), eventOf(3)]);
    await reading;
    expect(told).toEqual([1, 2, 3]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])('loses no poke that comes %i microtasks after the last event', async (later) => {
    table.committed = 1;
    onTold = (cursor) => {
      if (cursor > 1) return;
      let moment = Promise.resolve();
      for (let turn = 0; turn < later; turn += 1) moment = moment.then(() => undefined);
      void moment.then(() => {
        table.committed = 2;
        void tail.catchUp();
      });
    };
    await tail.catchUp();
    for (let turn = 0; turn < 5; turn += 1) await breathe();
    expect(told).toEqual([1, 2]);
  });
});
