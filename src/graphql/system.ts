/** What the program says of itself. */
import { builder } from './builder.ts';
import type { Services } from './context.ts';

const System = builder.objectRef<Services>('System').implement({
  description: 'The server.',
  fields: (t) => ({
    version: t.string({ resolve: ({ info }) => info.version }),
    marketData: t.string({
      description: 'Where prices come from when no series was imported.',
      resolve: ({ market }) => market.provider.name,
    }),
    database: t.string({ description: '`sqlite` or `postgresql`.', resolve: ({ database }) => database.provider }),
    mode: t.string({ description: '`paper`: no order can reach a broker.', resolve: () => 'paper' }),
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
