/**
 * A small API of books to test the host with: a schema, rows over it, and a running server. It stands in for what the
 * host knows nothing about; the host, graphql-js and yoga are the real ones.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { buildSchema, type ExecutionResult, execute, GraphQLError, parse } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { z } from 'zod';
import { DomainError, type ErrorCode, randomIds, seededRandom, systemClock } from '../../src/core/index.ts';
import {
  Admission,
  createHttpServer,
  createLogger,
  csvBody,
  type HttpServerOptions,
  historyQuery,
  noBody,
  noQuery,
  type Route,
  route,
} from '../../src/rest/index.ts';
import { ensureDefaultUser } from '../../src/storage/index.ts';
import { createTestDatabase } from '../support/database.ts';

const schema = buildSchema(`
  type Book { id: ID! title: String! pages: Int }
  type UserError { code: String! message: String! path: [String!]! limit: Float retryAfterSeconds: Float }
  type BookPayload { book: Book errors: [UserError!]! }
  type ImportPayload { bytes: Int errors: [UserError!]! }
  scalar Bytes
  type Query { book(id: ID!): Book books(first: Int!, before: Int): [Book!]! fail(how: String!): String }
  type Mutation { addBook(title: String!, pages: Int): BookPayload! importBooks(csv: Bytes!): ImportPayload! }
`);

interface Book {
  readonly id: string;
  readonly title: string;
  readonly pages: number | null;
}

interface Problems {
  readonly errors: readonly { code: string; message: string; path: readonly string[] }[];
}

const NO_TITLE = {
  code: 'VALIDATION',
  message: 'A title has at least 1 character; it has 0.',
  path: ['input', 'bookTitle'],
  limit: 1,
};

const TOO_MANY = { code: 'RATE_LIMITED', message: 'Too many at once.', path: [], limit: 4, retryAfterSeconds: 10 };

/** The books of one server, and how often work was done. */
class Library {
  readonly books: Book[] = [];
  /** Resolves the next `addBook`, for tests that look at one under way. */
  gate: Promise<unknown> = Promise.resolve();
  failNext: Error | null = null;
  /** Ids that somebody looked for. */
  readonly lookups: string[] = [];

  async addBook({
    title,
    pages = null,
  }: {
    title: string;
    pages?: number | null;
  }): Promise<{ book: Book | null } & Problems> {
    await this.gate;
    if (this.failNext !== null) {
      const error = this.failNext;
      this.failNext = null;
      throw error;
    }
    if (title === '') return { book: null, errors: [NO_TITLE] };
    if (title === 'one too many') return { book: null, errors: [TOO_MANY] };
    const book = { id: String(this.books.length + 1), title, pages };
    this.books.push(book);
    return { book, errors: [] };
  }

  async importBooks({ csv }: { csv: AsyncIterable<Uint8Array> }): Promise<{ bytes: number | null } & Problems> {
    let bytes = 0;
    try {
      for await (const chunk of csv) bytes += chunk.byteLength;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return { bytes: null, errors: [{ code: error.code, message: error.message, path: [] }] };
    }
    return { bytes, errors: [] };
  }

  book({ id }: { id: string }): Book | null {
    this.lookups.push(id);
    return this.books.find((book) => book.id === id) ?? null;
  }

  allBooks({ first, before = null }: { first: number; before?: number | null }): readonly Book[] {
    return this.books
      .toReversed()
      .filter((book) => before === null || Number(book.id) < before)
      .slice(0, first);
  }

  fail({ how }: { how: string }): never {
    if (how === 'bug') throw new Error('select * from secrets');
    const facts = { oldestCursor: '7' };
    throw new GraphQLError('It is gone.', {
      extensions: { code: how, errors: [{ path: ['fromCursor'], message: 'Gone.' }], facts },
    });
  }
}

const bookAnswer = z
  .object({
    id: z.int().describe('Number of the book.'),
    title: z.string().describe('What is on the cover.'),
    pages: z.int().nullable().describe('Pages; null when nobody counted.'),
  })
  .meta({ title: 'Book', description: 'A book.' });

const example = { id: 1, title: 'Middlemarch', pages: 880 };
const shown = ({ id, title, pages }: Book) => ({ id: Number(id), title, pages });
const FIELDS = 'id title pages';
const ERRORS = 'errors { code message path limit retryAfterSeconds }';
const common = { tag: 'books', resource: 'book', answerExample: example, errors: [] } as const;

const addBookDocument: TypedDocumentNode<{ addBook: { book: Book } }, { title: string; pages: number | null }> = parse(
  `mutation ($title: String!, $pages: Int) { addBook(title: $title, pages: $pages) { book { ${FIELDS} } ${ERRORS} } }`,
);
const listBooksDocument: TypedDocumentNode<{ books: readonly Book[] }, { first: number; before: number | null }> =
  parse(`query ($first: Int!, $before: Int) { books(first: $first, before: $before) { ${FIELDS} } }`);
const getBookDocument: TypedDocumentNode<{ book: Book | null }, { id: string }> = parse(
  `query ($id: ID!) { book(id: $id) { ${FIELDS} } }`,
);
const importBooksDocument: TypedDocumentNode<{ importBooks: { bytes: number } }, { csv: unknown }> = parse(
  `mutation ($csv: Bytes!) { importBooks(csv: $csv) { bytes ${ERRORS} } }`,
);
const pingDocument: TypedDocumentNode<{ book: null }, { id: string }> = parse(
  'query ($id: ID!) { book(id: $id) { id } }',
);
const failDocument: TypedDocumentNode<{ fail: null }, { how: string }> = parse(
  'query ($how: String!) { fail(how: $how) }',
);

/** The rows of the small API. */
export const bookRoutes: readonly Route[] = [
  ...(['/api/books', '/api/book'] as const).map((path) =>
    route({
      ...common,
      method: 'POST',
      path,
      ...(path === '/api/books'
        ? { operationId: 'addBook' }
        : { operationId: 'addBookByOldName', aliasOf: '/api/books' }),
      summary: 'Add a book',
      description: 'Adds one book.',
      status: 201,
      query: noQuery,
      body: z.strictObject({
        title: z.string().max(100),
        pages: z.int().nullish(),
        tags: z.array(z.string()).min(1).optional(),
      }),
      bodyExample: { title: 'Middlemarch' },
      response: bookAnswer,
      document: addBookDocument,
      variables: ({ body }) => ({ title: body.title, pages: body.pages ?? null }),
      answer: ({ addBook }) => shown(addBook.book),
      location: ({ id }) => `/api/books/${id}`,
    }),
  ),
  route({
    ...common,
    method: 'GET',
    path: '/api/books',
    operationId: 'listBooks',
    summary: 'List the books',
    description: 'Newest first.',
    status: 200,
    query: historyQuery,
    body: noBody,
    answerExample: [example],
    response: z.array(bookAnswer),
    document: listBooksDocument,
    variables: ({ query }) => ({ first: query.limit + 1, before: query.before ?? null }),
    answer: ({ books }, { query }) => books.slice(0, query.limit).map(shown),
    next: ({ books }, { limit }) => (books.length > limit ? { before: String(books[limit - 1]?.id) } : null),
  }),
  route({
    ...common,
    method: 'GET',
    path: '/api/books/{id}',
    operationId: 'getBook',
    summary: 'Get a book',
    description: 'One book.',
    status: 200,
    query: noQuery,
    body: noBody,
    response: bookAnswer,
    document: getBookDocument,
    variables: ({ params }) => ({ id: String(params.id) }),
    answer: ({ book }) => (book === null ? null : shown(book)),
  }),
  route({
    ...common,
    method: 'POST',
    path: '/api/books/import',
    operationId: 'importBooks',
    summary: 'Import books',
    description: 'Counts bytes.',
    consumes: 'text/csv',
    status: 200,
    query: noQuery,
    body: csvBody,
    answerExample: { bytes: 3 },
    response: z.object({ bytes: z.int().describe('Bytes read.') }),
    document: importBooksDocument,
    variables: ({ body }) => ({ csv: body }),
    answer: ({ importBooks }) => ({ bytes: importBooks.bytes }),
  }),
  route({
    ...common,
    method: 'POST',
    path: '/api/ping',
    operationId: 'ping',
    summary: 'Ping',
    description: 'A body without a required field.',
    status: 200,
    query: noQuery,
    body: z.strictObject({ note: z.string().default('none') }),
    answerExample: { note: 'none' },
    response: z.object({ note: z.string().describe('The note.') }),
    document: pingDocument,
    variables: () => ({ id: '0' }),
    answer: (_data, { body }) => ({ note: body.note }),
  }),
  route({
    ...common,
    method: 'GET',
    path: '/api/fail',
    operationId: 'fail',
    summary: 'Fail',
    description: 'In the way asked for.',
    status: 200,
    query: z.strictObject({ how: z.string() }),
    body: noBody,
    errors: ['CURSOR_EXPIRED'] satisfies ErrorCode[],
    answerExample: null,
    response: z.null(),
    document: failDocument,
    variables: ({ query }) => ({ how: query.how }),
    answer: ({ fail }) => fail,
  }),
];

function rootValuePlugin(rootValue: unknown): Plugin {
  return {
    onExecute({ args }) {
      args.rootValue = rootValue;
    },
  };
}

async function executeOver<Data, Variables>(
  rootValue: unknown,
  node: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<ExecutionResult<Data>> {
  const variableValues = Object.fromEntries(Object.entries(variables ?? {}));
  const result = await execute({ schema, document: node, variableValues, rootValue });
  return { ...result, data: JSON.parse(JSON.stringify(result.data ?? null)) };
}

/** Starts a server on a free port of 127.0.0.1, with a database of its own. `log` receives the lines of its log. */
export async function startLibrary(changes: Partial<HttpServerOptions> = {}) {
  const test = await createTestDatabase('sqlite');
  const database = await test.open();
  const userId = await ensureDefaultUser(database, systemClock);
  const library = new Library();
  const log: string[] = [];
  const rootValue = {
    addBook: library.addBook.bind(library),
    importBooks: library.importBooks.bind(library),
    book: library.book.bind(library),
    books: library.allBooks.bind(library),
    fail: library.fail.bind(library),
  };
  const app = await createHttpServer({
    execute: (node, variables) => executeOver(rootValue, node, variables),
    graphql: createYoga({
      schema,
      plugins: [rootValuePlugin(rootValue)],
      cors: false,
      multipart: false,
      logging: false,
    }),
    authenticate: async () => ({ userId, scopes: new Set(['read', 'trade'] as const) }),
    database,
    clock: systemClock,
    random: seededRandom('library'),
    admission: new Admission(),
    ids: randomIds,
    importMaxBytes: 1000,
    logger: createLogger('info', { write: (line) => void log.push(line) }),
    origins: { allowedOrigins: ['https://app.example.com'] },
    routes: bookRoutes,
    readiness: {},
    gauges: [],
    asyncApi: () => ({ asyncapi: '3.0.0' }),
    version: '1.2.3',
    ...changes,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const stop = async () => {
    await app.close();
    await test.drop();
  };
  return { app, library, log, stop, port: Number(new URL(url).port), url };
}

/** Keeps `addBook` from going on until the function that comes back is called. */
export function holdWork(library: Library): () => void {
  const gate = new AbortController();
  library.gate = once(gate.signal, 'abort');
  return () => gate.abort();
}

/** Writes bytes to a server as they are, and resolves with all that comes back until the connection closes. */
export function sendRaw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let received = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      received += String(chunk);
    });
    socket.on('close', () => resolve(received));
    socket.on('error', (error) => (received === '' ? reject(error) : resolve(received)));
  });
}
