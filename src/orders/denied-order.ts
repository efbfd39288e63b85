/** How a caller hears that an order was denied, the first time and each time that it asks for the same order again. */
import { DomainError, decimal, decimalText, readDecimal, readJson } from '../core/index.ts';
import type { Db, OrderRow } from '../storage/index.ts';
import type { Denial } from './decision/view.ts';
import { DENIAL_CODES } from './reason-code.ts';

/** The error of a denial: limit and observed value are numbers where those are exact, else texts. */
export function denialError(
  denial: Denial,
  { id, clientOrderId }: Pick<OrderRow, 'id' | 'clientOrderId'>,
): DomainError {
  const bounds = {
    ...(denial.limit !== undefined && { limit: numberOf(denial.limit) }),
    ...(denial.observed !== undefined && { observed: numberOf(denial.observed) }),
  };
  return new DomainError(denial.code, denial.message, { facts: { ...bounds, orderId: id, clientOrderId } });
}

/** The denial of an order that was denied earlier; its bounds as long as the journal has them. */
export async function storedDenial(db: Db, row: OrderRow): Promise<Denial> {
  const event = await db.event.findFirst({
    where: { subjectType: 'order', subjectId: row.id, type: 'OrderDenied' },
    select: { payload: true },
  });
  const { limit, observed } = readJson<{ limit?: string | null; observed?: string | null }>(event?.payload ?? '{}');
  return {
    code: DENIAL_CODES.find((code) => code === row.reasonCode) ?? 'CONFLICT',
    message: row.reason ?? 'The order was denied.',
    ...(limit != null && { limit }),
    ...(observed != null && { observed }),
  };
}

/** A number where it has all the digits. */
function numberOf(text: string): number | string {
  const value = readDecimal(text)?.toNumber();
  return value !== undefined && decimalText(decimal(value)) === text ? value : text;
}
