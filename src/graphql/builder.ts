/** The one Pothos builder: context, scalars, plugins. Types are added by the files of this folder, one per domain. */
import SchemaBuilder from '@pothos/core';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import type { Decimal, Json } from '../core/index.ts';
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
    Cron: { Input: string; Output: string };
    TimeZone: { Input: string; Output: string };
    Cursor: { Input: string; Output: bigint | string };
    Decimal: { Input: string | number; Output: string | Decimal };
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
    nodesOnConnection: { description: 'The rows of the page, without their cursors.' },
    firstArgOptions: { description: 'Rows of the page, from its beginning, at most 100; default 20.' },
    lastArgOptions: { description: 'Rows of the page, from its end, at most 100.' },
    afterArgOptions: { description: 'Only rows after this cursor of the list.' },
    beforeArgOptions: { description: 'Only rows before this cursor of the list.' },
    defaultConnectionTypeOptions: { description: 'A page of a list.' },
    defaultEdgeTypeOptions: { description: 'A row of a page, and where it stands.' },
    edgesFieldOptions: { description: 'The rows of the page with their cursors.' },
    nodeFieldOptions: { description: 'The row.' },
    cursorFieldOptions: { description: 'Its place in the list; opaque.' },
    pageInfoFieldOptions: { description: 'Where the page stands in the list.' },
    pageInfoTypeOptions: { description: 'Where a page stands in its list.' },
    hasNextPageFieldOptions: { description: 'Whether there are rows after the page.' },
    hasPreviousPageFieldOptions: { description: 'Whether there are rows before the page.' },
    startCursorFieldOptions: { description: 'Cursor of the first row; null on an empty page.' },
    endCursorFieldOptions: { description: 'Cursor of the last row, to go on `after`; null on an empty page.' },
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
