/** Scheduled jobs that clients create, change and delete until their server dies, and what has to be left of them. */
import { expect } from 'vitest';
import { request, type ServerProcess } from '../support/server-process.ts';

/** A job as far as a client knows: its schedule, null when it was deleted; `maybe` is what an unanswered request would have made. */
interface KnownSchedule {
  /** Who created it: others do not touch it. */
  readonly writer: string;
  readonly schedule: string | null;
  readonly maybe?: string | null;
}

/** Jobs that were acknowledged, by id. */
export type ScheduleLedger = Map<number, KnownSchedule>;

/** On leap days only, so that none is run. */
const scheduleOf = (round: number): string => `${round % 60} ${round % 24} 29 2 *`;

/** Creates a job. */
export async function createSchedule(server: ServerProcess, ledger: ScheduleLedger, name: string): Promise<void> {
  const [writer, round] = partsOf(name);
  const schedule = scheduleOf(round);
  const json = { name, job_type: 'market_scan', schedule, config: { strategy_type: 'momentum', symbols: ['SPY'] } };
  const { status, body } = await request<{ id: number }>(server, 'POST /api/scheduler', { json });
  if (status !== 201) throw new Error(`Creating a job was answered with ${status}.`);
  ledger.set(body.id, { writer, schedule });
}

/** Changes or deletes this writer's newest job; answers whether there was one. */
export async function changeSchedule(server: ServerProcess, ledger: ScheduleLedger, name: string): Promise<boolean> {
  const [writer, round] = partsOf(name);
  const [id, known] = [...ledger].findLast(([, each]) => each.writer === writer && each.schedule !== null) ?? [];
  if (id === undefined || known === undefined) return false;
  const schedule = round % 2 === 0 ? null : scheduleOf(round);
  ledger.set(id, { ...known, maybe: schedule });
  const answer =
    schedule === null
      ? await request(server, `DELETE /api/scheduler/${id}`)
      : await request(server, `PATCH /api/scheduler/${id}`, { json: { schedule } });
  if (answer.status !== 200) throw new Error(`Changing the job ${id} was answered with ${answer.status}.`);
  ledger.set(id, { writer, schedule });
  return true;
}

/** Reads everything back and compares. */
export async function expectSchedules(server: ServerProcess, ledger: ScheduleLedger): Promise<void> {
  const { body } = await request<readonly { id: number; schedule: string }[]>(server, 'GET /api/scheduler');
  const stored = new Map(body.map(({ id, schedule }) => [id, schedule]));
  for (const [id, { writer, schedule, maybe }] of ledger) {
    const found = stored.get(id) ?? null;
    expect([id, maybe === undefined ? [schedule] : [schedule, maybe]]).toEqual([id, expect.arrayContaining([found])]);
    ledger.set(id, { writer, schedule: found });
  }
}

/** `3X1.12` is the 13th write of the writer 1 on its fourth server. */
function partsOf(name: string): readonly [writer: string, round: number] {
  const [, writer = '', round = '0'] = /X(\d+)\.(\d+)$/.exec(name) ?? [];
  return [writer, Number(round)];
}
