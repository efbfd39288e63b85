import type { Reply } from './answering.ts';
import { type Entry, type Exchange, Refused } from './exchange.ts';
import type { ChangeMessage, ErrorReport, FillReport, Operation, OrderMessage } from './messages.ts';

/** What a request asks for. */
export interface Asked {
  readonly operation: Operation;
  readonly account: number;
  readonly clientOrderId: string | null;
  readonly query: URLSearchParams;
}

/** Fills of a page. */
const PAGE = 500;

/** `POST /accounts/1/orders` and the like; null for what is no address of the broker. */
export function routeOf(method: string, target: string): Asked | null {
  const { pathname, searchParams: query } = new URL(target, 'http://broker');
  if (pathname === '/stream') return { operation: 'stream', account: 0, clientOrderId: null, query };
  const match = /^\/accounts\/(\d+)(?:\/(orders|fills|positions)(?:\/([\w-]+))?)?$/.exec(pathname);
  const operation = operationOf(method, match?.[2], match?.[3]);
  if (match === null || operation === null) return null;
  // A submission names its order in the address, too, so that its fault is known before its body is read.
  return { operation, account: Number(match[1]), clientOrderId: match[3] ?? query.get('client_id'), query };
}

function operationOf(method: string, what: string | undefined, id: string | undefined): Operation | null {
  const name = `${method} ${what ?? ''}${id === undefined ? '' : '/id'}`;
  const operations: Readonly<Record<string, Operation>> = {
    'POST orders': 'submit',
    'GET orders': 'openOrders',
    'GET orders/id': 'order',
    'DELETE orders/id': 'cancel',
    'PATCH orders/id': 'replace',
    'GET fills': 'fills',
    'GET positions': 'positions',
    'GET ': 'account',
  };
  return operations[name] ?? null;
}

/** Does what was asked for. `accepted` hears of an order before the market has it. */
export function perform(
  exchange: Exchange,
  { operation, account, clientOrderId, query }: Asked,
  { body, accepted }: { readonly body: unknown; readonly accepted: (entry: Entry) => void },
): Reply {
  const id = clientOrderId ?? '';
  try {
    switch (operation) {
      case 'submit': {
        const entry = exchange.submit(account, body as OrderMessage);
        accepted(entry);
        return { status: 201, body: { order: entry.report } };
      }
      case 'cancel':
        return { status: 200, body: { order: exchange.cancel(account, id) } };
      case 'replace':
        return { status: 200, body: { order: exchange.replace(account, id, body as ChangeMessage) } };
      case 'order':
        return { status: 200, body: { order: exchange.find(account, id) } };
      case 'openOrders':
        return { status: 200, body: { orders: exchange.openOrders(account) } };
      case 'fills':
        return { status: 200, body: pageOf(exchange.accountOf(account).fills, query.get('after') ?? '') };
      case 'positions':
        return { status: 200, body: { positions: exchange.accountOf(account).books.positions() } };
      case 'account':
        return { status: 200, body: exchange.balance(account) };
      case 'stream':
        return { status: 404, body: null };
    }
  } catch (error) {
    if (error instanceof Refused) return refusalOf(error);
    throw error;
  }
}

function pageOf(fills: readonly FillReport[], after: string): unknown {
  const from = after === '' ? 0 : Number(after.replace('F', ''));
  const page = fills.slice(from, from + PAGE);
  return { fills: page, next: `F${from + page.length}` };
}

function refusalOf({ code, message, order }: Refused): Reply {
  const status = { unknown_order: 404, ended: 409, refused: 422 }[code];
  const body: ErrorReport = { error: { code, message, ...(order === undefined ? {} : { order }) } };
  return { status, body };
}
