/** What the program says of itself. */
import { effectiveMode } from '../orders/index.ts';
import { readSafety } from '../safety/index.ts';
import type { DatabaseProvider } from '../storage/index.ts';
import { builder } from './builder.ts';
import type { Services } from './context.ts';
import { enumOf } from './inputs.ts';
import { TradingModeEnum } from './trading-mode.ts';

const DatabaseEnum = enumOf<DatabaseProvider>('DatabaseProvider', {
  description: 'A product that can keep the data.',
  values: { sqlite: 'A file of this process.', postgresql: 'A server.' },
});

const System = builder.objectRef<Services>('System').implement({
  description: 'The server.',
  fields: (t) => ({
    version: t.string({ description: 'Of the program, as in package.json.', resolve: ({ info }) => info.version }),
    marketData: t.string({
      description: 'Where prices come from when no series was imported.',
      resolve: ({ market }) => market.provider.name,
    }),
    database: t.field({
      type: DatabaseEnum,
      description: 'Which product keeps the data.',
      resolve: ({ database }) => database.provider,
    }),
    mode: t.field({
      type: TradingModeEnum,
      description: 'What my orders are made of here and now.',
      resolve: async (services, _args, { caller }) =>
        effectiveMode(services, await readSafety(services.database.read, caller.principal.userId)),
    }),
    journalHead: t.field({
      type: 'Cursor',
      description: 'The newest event; subscribe with `after` this to hear of everything from now on.',
      resolve: ({ journal }) => journal.head(),
    }),
  }),
});

builder.queryFields((t) => ({
  system: t.field({
    type: System,
    description: 'The server: its version, where prices come from, which database it uses.',
    resolve: (_root, _args, { services }) => services,
  }),
}));
