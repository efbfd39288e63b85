/**
 * Scheduled jobs, goals, alerts and destinations of webhooks that clients create, change and delete until their server dies, and
 * what has to be left of them.
 */
import { expect } from 'vitest';
import { request, type ServerProcess } from '../support/server-process.ts';

/** A kind of resource, as REST has it. */
interface Kind {
  readonly path: string;
  /** The field that clients change. */
  readonly field: string;
  /** What it is at a round. */
  readonly valueOf: (round: number) => string;
  /** What a creation has beside it. */
  readonly rest: object;
  /** How many of them a writer has at most. */
  readonly limit: number;
}

/** On leap days only, so that none is run. */
const onLeapDays = (round: number): string => `${round % 60} ${9 + (round % 7)} 29 2 *`;

const KINDS = {
  schedule: {
    path: '/api/scheduler',
    field: 'schedule',
    valueOf: onLeapDays,
    rest: { job_type: 'market_scan', config: { strategy_type: 'momentum', symbols: ['SPY'] } },
    limit: 1000,
  },
  goal: {
    path: '/api/portfolio/goals',
    field: 'check_schedule',
    // It is its job's, which is made, changed and deleted with the goal; the job of one that is off is not run.
    valueOf: (round) => `${round % 60} ${10 + (round % 5)} * * 1-5`,
    rest: { target_weights: { SPY: 0.6 }, rebalance_mode: 'off' },
    limit: 1000,
  },
  alert: {
    path: '/api/alerts',
    field: 'name',
    valueOf: (round) => `At round ${round}`,
    rest: { alert_type: 'price', condition: { symbol: 'SPY', above: 1_000_000 } },
    limit: 1000,
  },
  destination: {
    path: '/api/alerts/webhooks',
    field: 'url',
    valueOf: (round) => `https://example.com/${round}`,
    rest: { events: ['test'] },
    limit: 4,
  },
} as const satisfies Readonly<Record<string, Kind>>;

/** Names of the kinds. */
export const RESOURCE_KINDS = [
  'schedule',
  'goal',
  'alert',
  'destination',
] as const satisfies readonly (keyof typeof KINDS)[];
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/** A resource as far as a client knows: its value, null when it was deleted; `maybe` is what an unanswered request would have made. */
interface KnownResource {
  readonly kind: ResourceKind;
  readonly id: number;
  /** Who created it: others do not touch it. */
  readonly writer: string;
  readonly value: string | null;
  readonly maybe?: string | null;
  /** Whether it was compared since it was changed. */
  readonly isSeen: boolean;
}

/** Resources that were acknowledged, by kind and id. */
export type ResourceLedger = Map<string, KnownResource>;

/** Creates one, unless the writer has enough of them; answers whether it did. */
export async function createResource(
  server: ServerProcess,
  ledger: ResourceLedger,
  { kind, name }: { readonly kind: ResourceKind; readonly name: string },
): Promise<boolean> {
  const { path, field, valueOf, rest, limit } = KINDS[kind];
  const [writer, round] = partsOf(name);
  if (ownOf(ledger, kind, writer).length >= limit) return false;
  const value = valueOf(round);
  const json = { ...rest, [field]: value, ...(kind === 'schedule' && { name }) };
  const { status, body } = await request<{ id: number }>(server, `POST ${path}`, { json });
  if (status !== 201) throw new Error(`Creating a ${kind} was answered with ${status}: ${JSON.stringify(body)}`);
  ledger.set(`${kind} ${body.id}`, { kind, id: body.id, writer, value, isSeen: false });
  return true;
}

/** Changes or deletes this writer's newest one; answers whether there was one. */
export async function changeResource(
  server: ServerProcess,
  ledger: ResourceLedger,
  { kind, name }: { readonly kind: ResourceKind; readonly name: string },
): Promise<boolean> {
  const { path, field, valueOf } = KINDS[kind];
  const [writer, round] = partsOf(name);
  const known = ownOf(ledger, kind, writer).at(-1);
  if (known === undefined) return false;
  const value = round % 2 === 0 ? null : valueOf(round);
  const key = `${kind} ${known.id}`;
  ledger.set(key, { ...known, maybe: value, isSeen: false });
  const answer =
    value === null
      ? await request(server, `DELETE ${path}/${known.id}`)
      : await request(server, `PATCH ${path}/${known.id}`, { json: { [field]: value } });
  if (answer.status !== 200) throw new Error(`Changing the ${key} was answered with ${answer.status}.`);
  ledger.set(key, { kind, id: known.id, writer, value, isSeen: false });
  return true;
}

/** Reads back and compares what was changed since it was compared last, or everything. */
export async function expectResources(server: ServerProcess, ledger: ResourceLedger, isWhole: boolean): Promise<void> {
  for (const [key, known] of ledger) {
    if (known.isSeen && !isWhole) continue;
    const { path, field } = KINDS[known.kind];
    const { status, body } = await request<Readonly<Record<string, unknown>>>(server, `GET ${path}/${known.id}`);
    const found = status === 404 ? null : String(body[field]);
    const { kind, id, writer, value, maybe } = known;
    expect([key, maybe === undefined ? [value] : [value, maybe]]).toEqual([key, expect.arrayContaining([found])]);
    ledger.set(key, { kind, id, writer, value: found, isSeen: true });
  }
}

function ownOf(ledger: ResourceLedger, kind: ResourceKind, writer: string): readonly KnownResource[] {
  return [...ledger.values()].filter((each) => each.kind === kind && each.writer === writer && each.value !== null);
}

/** `3X1.12` is the 13th write of the writer 1 on its fourth server. */
function partsOf(name: string): readonly [writer: string, round: number] {
  const [, writer = '', round = '0'] = /X(\d+)\.(\d+)$/.exec(name) ?? [];
  return [writer, Number(round)];
}
