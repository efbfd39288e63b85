/** Why an order was denied, as errors of a mutation: a type per code, all with the limit, what was found, and the order. */
import { builder } from './builder.ts';
import {
  DENIAL_CODES,
  decimalFact,
  describeCode,
  errorTypeName,
  numberFact,
  UserError,
  type UserErrorShape,
} from './errors.ts';
import { OrderRef } from './orders.ts';

const OrderDenial = builder.interfaceRef<UserErrorShape>('OrderDenial').implement({
  description: 'An order that was refused by us before any broker heard of it. It is kept, with the status DENIED.',
  interfaces: [UserError],
  fields: (t) => ({
    limit: t.field({
      type: 'Decimal',
      nullable: true,
      description: 'The bound that was exceeded, where the check is about a number.',
      resolve: (error) => decimalFact(error, 'limit'),
    }),
    observed: t.field({
      type: 'Decimal',
      nullable: true,
      description: 'What was found, where the check is about a number.',
      resolve: (error) => decimalFact(error, 'observed'),
    }),
    orderId: t.id({
      nullable: true,
      description: 'The id of the order; null when nothing was written down.',
      resolve: (error) => numberFact(error, 'orderId'),
    }),
    clientOrderId: t.string({
      nullable: true,
      description: 'Our id of the order; null when nothing was written down.',
      resolve: ({ facts }) => (typeof facts['clientOrderId'] === 'string' ? facts['clientOrderId'] : null),
    }),
    order: t.prismaField({
      type: OrderRef,
      nullable: true,
      description: 'The order as it was denied; null when nothing was written down.',
      resolve: (query, error, _args, { caller, services }) => {
        const id = numberFact(error, 'orderId');
        // Read in any case: the plugin takes a query that is not read for a mistake.
        const asked = { ...query, where: { id: id ?? 0, ownerId: caller.principal.userId } };
        return id === null ? null : services.database.read.order.findUnique(asked);
      },
    }),
  }),
});

for (const code of DENIAL_CODES) {
  builder.objectRef<UserErrorShape>(errorTypeName(code)).implement({
    description: describeCode(code),
    interfaces: [UserError, OrderDenial],
  });
}
