/** Sends hostile GraphQL to the server of its first argument as fast as it is answered, over as many connections as the second says. */
import { Gun, graphqlShot } from './requests.ts';

const [, , url = '', connections = '1'] = process.argv;

const fragments = Array.from({ length: 25 }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`).join(
  ' ',
);
const HOSTILE = [
  `{ ${Array.from({ length: 10_000 }, (_, n) => `a${n}: __typename`).join(' ')} }`,
  `{ ...F0 } ${fragments} fragment F25 on Query { __typename }`,
  '{ scheduledJobs { nodes { runs { nodes { job '.repeat(60),
  `{ optimizations(first: 100) { nodes { trials(first: 100) { nodes { id } } } } }`,
  `{ ${'__typename '.repeat(900)} }`,
  `query { strategyTypes(${'['.repeat(2000)}) { name } }`,
  `{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }`,
];

const gun = new Gun(url, Number(connections));
process.send?.('ready');
await gun.volley(HOSTILE.map(graphqlShot), { lanes: Number(connections), ms: 3_600_000 });
