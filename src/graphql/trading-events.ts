/** What every event of trading has, and those about money and positions; orders and safety have files of their own. */
import { TRADING_MODES, type TradingMode } from '../broker/index.ts';
import { invariant, type Json, type JsonObject, memberOf } from '../core/index.ts';
import type { Delivery } from '../events/index.ts';
import { builder } from './builder.ts';
import { Event, type EventShape } from './events.ts';
import { TradingModeEnum } from './trading-mode.ts';

/** A stored event about orders, money or safety. */
export interface TradingEventShape extends EventShape {
  readonly type: string;
  readonly subjectId: number;
  readonly mode: TradingMode;
  readonly payload: JsonObject;
  readonly correlationId: string;
  readonly causationId: bigint | null;
}

export const TradingEvent = builder.interfaceRef<TradingEventShape>('TradingEvent').implement({
  description:
    'Something that happened to an order, to a position, to the money, to the safety or to a goal of an account.',
  interfaces: [Event],
  fields: (t) => ({
    mode: t.field({
      type: TradingModeEnum,
      description: 'Whether it is about play money.',
      resolve: ({ mode }) => mode,
    }),
    correlationId: t.exposeString('correlationId', { description: 'The same for all that one command led to.' }),
    causationId: t.expose('causationId', {
      type: 'Cursor',
      nullable: true,
      description: 'Cursor of the event that led to this one; null when none did.',
    }),
  }),
  resolveType: ({ type }) => type,
});

builder.objectRef<TradingEventShape>('PositionChanged').implement({
  description: 'A fill changed what is held of a symbol.',
  interfaces: [Event, TradingEvent],
  fields: (t) => ({
    symbol: t.field({
      type: 'Symbol',
      description: 'What is held.',
      resolve: ({ payload }) => textOf(payload, 'symbol'),
    }),
    quantity: t.field({
      type: 'Decimal',
      description: 'Units after it, below 0 when sold short, 0 when nothing is held any more.',
      resolve: ({ payload }) => textOf(payload, 'quantity'),
    }),
    costBasis: t.field({
      type: 'Decimal',
      description: 'What they cost, below 0: what the short sale brought in.',
      resolve: ({ payload }) => textOf(payload, 'costBasis'),
    }),
    realizedPnl: t.field({
      type: 'Decimal',
      description: 'Profit of all trades of the symbol so far, after commissions.',
      resolve: ({ payload }) => textOf(payload, 'realizedPnl'),
    }),
  }),
});

builder.objectRef<TradingEventShape>('AccountChanged').implement({
  description: 'The account has other money than before.',
  interfaces: [Event, TradingEvent],
  fields: (t) => ({
    cash: t.field({ type: 'Decimal', description: 'After it.', resolve: ({ payload }) => textOf(payload, 'cash') }),
    realizedPnl: t.field({
      type: 'Decimal',
      description: 'Profit of all trades so far, after commissions.',
      resolve: ({ payload }) => textOf(payload, 'realizedPnl'),
    }),
  }),
});

/** A delivery of the journal as an event of trading. */
export function tradingEvent({ kind, event }: Delivery): TradingEventShape {
  invariant(kind === 'event', 'every event of trading is stored');
  const { type, cursor, occurredAt, subjectId, mode, payload, correlationId, causationId } = event;
  return {
    ...{ type, cursor, occurredAt, subjectId, payload, correlationId, causationId },
    mode: memberOf(TRADING_MODES, mode),
  };
}

/** A text that every payload of the type has. */
export function textOf(payload: JsonObject, name: string): string {
  const text = textOrNull(payload[name]);
  invariant(text !== null, `the event says its ${name}`);
  return text;
}

/** The text, null when it is none. */
export function textOrNull(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
