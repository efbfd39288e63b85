/** The one Pothos builder: context, scalars, plugins. Types are added by the files of this folder, one per domain. */
import SchemaBuilder from '@pothos/core';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import type { Json } from '../core/index.ts';
import { getDatamodel, type PrismaClient, type PrismaTypes } from '../storage/index.ts';
import type { GraphQLContext } from './context.ts';

export const builder = new SchemaBuilder<{
  Context: GraphQLContext;
  PrismaTypes: PrismaTypes;
  DefaultFieldNullability: false;
  DefaultInputFieldRequiredness: false;
  Scalars: {
    ID: { Input: string; Output: number | string };
    DateTime: { Input: Date; Output: Date };
    Date: { Input: string; Output: string };
    Symbol: { Input: string; Output: string };
    Cursor: { Input: string; Output: bigint | string };
    JSON: { Input: Json; Output: unknown };
    Csv: { Input: string | AsyncIterable<Uint8Array>; Output: never };
  };
}>({
  plugins: [PrismaPlugin, RelayPlugin],
  defaultFieldNullability: false,
  prisma: {
    // Reads only: the connection behind it refuses writes, which go through the use cases.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- A client without the methods that end it.
    client: (context) => context.services.database.read as PrismaClient,
    dmmf: getDatamodel(),
    onUnusedQuery: 'error',
    defaultConnectionSize: 20,
  },
  relay: {
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    cursorType: 'String',
    clientMutationId: 'omit',
    nodesOnConnection: true,
  },
});

builder.queryType({ description: 'Everything that can be read. Nothing here changes anything.' });
builder.mutationType({
  description:
    'Everything that can be changed. Each mutation takes one `input` and answers with the entity, or with `errors` that a caller can act on.',
});
builder.subscriptionType({
  description:
    'Streams of events. With `after`, what was missed is replayed first, in order, without a gap or a repeat.',
});
