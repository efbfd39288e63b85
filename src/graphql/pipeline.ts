/**
 * The one pipeline that every GraphQL operation passes, whichever way it came: clients' documents over HTTP, SSE and
 * WebSocket with their limits, and the facades' own documents, which were parsed and validated once and are trusted.
 */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  validate,
} from 'graphql';
import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import { DomainError, type IdSource, invariant, type Log } from '../core/index.ts';
import { SubscriberOverflow } from '../events/index.ts';
import type { Caller, GraphQLContext, Services } from './context.ts';
import { toGraphQLError } from './errors.ts';
import { EXAMPLE_TABS, graphiqlPage } from './graphiql.ts';
import { useLimits } from './limits.ts';
import { LARGEST_FACADE_PAGE, LARGEST_PAGE } from './paging.ts';
import { schema } from './schema.ts';
import { SharedAnswers } from './shared-answers.ts';

/** What the transport knows before an operation runs. */
export interface ServerContext {
  readonly caller: Caller;
  /** Whether the document is one of our own; default false. */
  readonly isOurs?: boolean;
}

/** One answer, or those of a subscription. */
export type OperationResult = ExecutionResult | AsyncGenerator<ExecutionResult>;

/** The functions that run one client's operation, bound to its caller. */
export interface Enveloped {
  readonly schema: GraphQLSchema;
  readonly parse: (source: string) => DocumentNode;
  readonly validate: typeof validate;
  readonly execute: (args: ExecutionArgs) => PromiseLike<OperationResult> | OperationResult;
  readonly subscribe: (args: ExecutionArgs) => PromiseLike<OperationResult> | OperationResult;
  readonly contextFactory: () => unknown;
}

/** Runs GraphQL operations for every transport. */
export interface Pipeline {
  readonly schema: GraphQLSchema;
  /** Runs one of our own documents. An error of the operation is in the result, never thrown. */
  execute<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    caller: Caller,
  ): Promise<ExecutionResult<Data>>;
  /**
   * Subscribes with one of our own documents, whose variables may say which events come, not what is told of them. The
   * same event is the same answer, one object, to all subscribers of a principal. `return()` of the iterator ends it.
   *
   * @throws {GraphQLError} when it cannot begin, e.g. `extensions.code` CURSOR_EXPIRED
   */
  subscribe<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    caller: Caller,
  ): Promise<AsyncIterableIterator<ExecutionResult<Data>>>;
  /** For clients' documents over a socket: the same parsing, validation, limits and masking as over HTTP. */
  enveloped(caller: Caller): Enveloped;
  /** `/graphql` over HTTP: queries, mutations, subscriptions by SSE, and GraphiQL. */
  readonly yoga: YogaServerInstance<ServerContext, GraphQLContext>;
}

/** Builds the pipeline around the use cases. */
export function createPipeline(services: Services): Pipeline {
  const yoga = createYoga<ServerContext, GraphQLContext>({
    schema,
    context: ({ caller, isOurs }) => ({
      caller,
      services,
      largestPage: isOurs === true ? LARGEST_FACADE_PAGE : LARGEST_PAGE,
    }),
    plugins: [useLimits()],
    maskedErrors: { maskError: (error) => maskError(error, services.ids, services.log) },
    graphiql: { title: 'Dunlin', defaultTabs: [...EXAMPLE_TABS], subscriptionsProtocol: 'WS' },
    renderGraphiQL: graphiqlPage,
    landingPage: false,
    multipart: false,
    cors: false,
    logging: false,
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Yoga types the request into the context, which a facade has not.
  const bind = (context: ServerContext): Enveloped => yoga.getEnveloped(context as never) as Enveloped;
  const trusted = new WeakSet<DocumentNode>();
  const shared = new SharedAnswers();
  const prepare = async (document: DocumentNode, variables: unknown, caller: Caller) => {
    trust(trusted, document);
    const functions = bind({ caller, isOurs: true });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The document's type has checked them.
    const variableValues = variables as Record<string, unknown>;
    return { functions, args: { schema, document, variableValues, contextValue: await functions.contextFactory() } };
  };

  return {
    schema,
    yoga,
    enveloped: (caller) => bind({ caller }),
    async execute(document, variables, caller) {
      const { functions, args } = await prepare(document, variables, caller);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The document's type says what comes out.
      return (await functions.execute(args)) as never;
    },
    async subscribe(document, variables, caller) {
      const { args } = await prepare(document, variables, caller);
      const events = await createSourceEventStream(args);
      if (!(Symbol.asyncIterator in events)) {
        throw events.errors?.[0] ?? new GraphQLError('The subscription did not begin.');
      }
      const { principal } = caller;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The document's type says what comes out.
      return shared.to(events, { document, principal }, async (event) =>
        // The pipeline's own would take the operation for a new subscription.
        execute({ ...args, rootValue: event }),
      ) as AsyncIterableIterator<never>;
    },
  };
}

/** Our own documents are validated when they are first used; a bad one is a bug of ours. */
function trust(trusted: WeakSet<DocumentNode>, document: DocumentNode): void {
  if (trusted.has(document)) return;
  const [error] = validate(schema, document);
  invariant(error === undefined, `a document of the facade is not valid: ${error?.message}`);
  trusted.add(document);
}

/** Expected errors and errors of the document go out as they are; a bug goes to the log, and only its id goes out. */
function maskError(error: unknown, ids: IdSource, log: Log): Error {
  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  // A reader that was too slow: its socket tells it so. The error itself is sent to nobody.
  if (original instanceof SubscriberOverflow) return new GraphQLError(original.message, { originalError: original });
  if (original instanceof DomainError) {
    const { nodes, path } = error instanceof GraphQLError ? error : {};
    const { message, extensions } = toGraphQLError(original);
    return new GraphQLError(message, { nodes: nodes ?? null, path: path ?? null, extensions });
  }
  if (error instanceof GraphQLError && original instanceof GraphQLError) return coded(error);
  const errorId = ids.next();
  log.error({ err: original, errorId }, 'an operation failed because of a bug');
  const { nodes, path } = error instanceof GraphQLError ? error : {};
  return new GraphQLError(`Internal error ${errorId}`, {
    nodes: nodes ?? null,
    path: path ?? null,
    extensions: { code: 'INTERNAL', errorId },
  });
}

/** What GraphQL or its plugins refuse while an operation runs, such as a variable of a wrong type, has no code of its own. */
function coded(error: GraphQLError): GraphQLError {
  if (error.extensions['code'] !== undefined) return error;
  const { message, nodes, source, positions, path, extensions } = error;
  return new GraphQLError(message, {
    ...{ nodes: nodes ?? null, source: source ?? null, positions: positions ?? null, path: path ?? null },
    extensions: { ...extensions, code: 'VALIDATION' },
  });
}
