/**
 * GraphQL for clients, by the protocol `graphql-transport-ws`. Operations pass the same pipeline as over HTTP, with the
 * same limits and the same masking; this file only adds what a socket needs: a bound on subscriptions, and an end for
 * those whose reader is too slow.
 */
import {
  type DocumentNode,
  type ExecutionArgs,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  getOperationAST,
  OperationTypeNode,
} from 'graphql';
import {
  type ConnectionInitMessage,
  type ExecutionResult,
  handleProtocols,
  makeServer,
  type OperationResult,
  type Server,
  type SubscribePayload,
} from 'graphql-ws';
import { DomainError, invariant } from '../core/index.ts';
import { type Caller, type Enveloped, isUrgentDocument } from '../graphql/index.ts';
import { CLOSE_CODES, type Connection } from './connection.ts';
import { type Endpoint, type EndpointDeps, type OperationAdmission, reportBug, type Visit } from './endpoint.ts';
import { failureOf } from './failure.ts';

/** For a client to say `connection_init`, in milliseconds; also the protocol's default. */
const INIT_TIMEOUT_MS = 3000;
/** Operations under way on one socket. */
const MAX_OPERATIONS = 50;
/** A client opens, ends and pings; it does not stream. */
const MESSAGES_PER_MINUTE = 600;
/** The protocol's code for a server that has failed. */
const INTERNAL_SERVER_ERROR = 4500;

interface Extra {
  readonly connection: Connection;
  readonly caller: Caller;
}

/** The endpoint `/graphql`. */
export function graphqlEndpoint(deps: EndpointDeps, initTimeoutMs: number = INIT_TIMEOUT_MS): Endpoint {
  const server = createProtocolServer(deps, initTimeoutMs);
  return {
    path: '/graphql',
    messagesPerMinute: MESSAGES_PER_MINUTE,
    selectProtocol: handleProtocols,
    serve(connection, visit) {
      open(server, connection, { visit, deps });
    },
  };
}

/** What an operation under way runs with. */
interface Bound {
  readonly enveloped: Enveloped;
  readonly connection: Connection;
}

function open(
  server: Server<Extra>,
  connection: Connection,
  { visit, deps }: { readonly visit: Visit; readonly deps: EndpointDeps },
): void {
  const fail = (error: unknown) => connection.close(INTERNAL_SERVER_ERROR, reportBug(error, deps));
  const ended = server.opened(
    {
      protocol: connection.protocol,
      send: (text) => connection.send(text),
      close: (code, reason) => connection.close(code ?? CLOSE_CODES.internalError, reason ?? ''),
      onMessage: (receive) => connection.onText((text) => void receive(text).catch(fail)),
    },
    { connection, caller: visit.caller },
  );
  connection.closed.addEventListener('abort', () => void ended().catch(fail), { once: true });
}

function createProtocolServer(deps: EndpointDeps, initTimeoutMs: number): Server<Extra> {
  /** The pipeline's functions are bound to a caller: those of each operation under way. */
  const bound = new WeakMap<ExecutionArgs, Bound>();
  const boundTo = (args: ExecutionArgs): Bound => {
    const functions = bound.get(args);
    invariant(functions !== undefined, 'an operation runs with the arguments that were prepared for it');
    return functions;
  };
  return makeServer<ConnectionInitMessage['payload'], Extra>({
    connectionInitWaitTimeout: initTimeoutMs,
    async onSubscribe({ extra, subscriptions }, _id, payload) {
      const underWay = Object.keys(subscriptions).length;
      if (underWay > MAX_OPERATIONS) return [tooManyOperations(underWay)];
      const enveloped = deps.pipeline.enveloped(extra.caller);
      const document = parseAndValidate(enveloped, payload, deps.admission);
      if (!('kind' in document)) return document;
      const args = await argumentsOf(enveloped, document, payload);
      bound.set(args, { enveloped, connection: extra.connection });
      return args;
    },
    execute: (args) => executeInTurn(args, boundTo(args), deps.admission),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Envelop does not type what its functions answer.
    subscribe: (args) => boundTo(args).enveloped.subscribe(args) as OperationResult,
    onNext: (_context, _id, _payload, _args, result) =>
      result.errors === undefined ? undefined : publicResult(result),
    onError: ({ extra }, _id, _payload, errors) => errors.map((error) => endedBy(error, extra.connection, deps)),
  });
}

/** The document, or what is wrong with it, or that there is no room for it. */
function parseAndValidate(
  enveloped: Enveloped,
  { query, operationName }: SubscribePayload,
  admission: OperationAdmission,
): DocumentNode | readonly GraphQLError[] {
  try {
    const document = enveloped.parse(query);
    if (isWork(document, operationName) && !admission.hasRoom()) return [asGraphQLError(admission.refusal())];
    const errors = enveloped.validate(enveloped.schema, document);
    return errors.length === 0 ? document : errors;
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

/** What is not urgent waits for its turn, and counts as work until it is done. */
async function executeInTurn(
  args: ExecutionArgs,
  { enveloped, connection }: Bound,
  admission: OperationAdmission,
): Promise<Awaited<OperationResult>> {
  let leave: (() => void) | undefined;
  try {
    if (isWork(args.document, args.operationName)) leave = await admission.admit(() => !connection.closed.aborted);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Envelop does not type what its functions answer.
    return (await enveloped.execute(args)) as Awaited<OperationResult>;
  } catch (error) {
    if (error instanceof DomainError) return { errors: [asGraphQLError(error)] };
    throw error;
  } finally {
    leave?.();
  }
}

async function argumentsOf(
  enveloped: Enveloped,
  document: DocumentNode,
  { operationName, variables }: SubscribePayload,
): Promise<ExecutionArgs> {
  const contextValue = await enveloped.contextFactory();
  return {
    schema: enveloped.schema,
    document,
    operationName: operationName ?? null,
    variableValues: variables ?? {},
    contextValue,
  };
}

/**
 * What the client is told of an error that ends an operation. An error that an iterator has thrown comes wrapped, with
 * its message still on it: unless it is expected, nothing of it goes out. A reader that is too slow loses its socket.
 */
function endedBy(error: GraphQLError, connection: Connection, deps: EndpointDeps): GraphQLFormattedError {
  const thrown = error.originalError;
  if (thrown === undefined) return publicError(error);
  const failure = failureOf(thrown);
  if (failure.kind === 'overflow') {
    connection.close(CLOSE_CODES.tryAgainLater, 'Events were not read fast enough. Come back with the last cursor.');
    return { message: 'Events were not read fast enough.' };
  }
  if (thrown instanceof GraphQLError) return publicError(thrown);
  if (failure.kind === 'expected') {
    const { code, facts } = failure;
    return { message: failure.message, extensions: { code, facts } };
  }
  return { message: reportBug(thrown, deps), extensions: { code: 'INTERNAL' } };
}

function publicResult({ data, errors = [], extensions }: ExecutionResult): FormattedExecutionResult {
  return {
    ...(data === undefined ? {} : { data }),
    ...(extensions === undefined ? {} : { extensions }),
    errors: errors.map(publicError),
  };
}

/** The error as the client sees it: what is for the HTTP transport is left out. */
function publicError(error: GraphQLError): GraphQLFormattedError {
  const { extensions, ...told } = error.toJSON();
  const { http: _, ...facts } = extensions ?? {};
  return Object.keys(facts).length === 0 ? told : { ...told, extensions: facts };
}

/** Whether it can be refused when there is too much to do: subscriptions wait most of the time, and some things are urgent. */
function isWork(document: DocumentNode, operationName: string | null | undefined): boolean {
  const operation = getOperationAST(document, operationName);
  return operation?.operation !== OperationTypeNode.SUBSCRIPTION && !isUrgentDocument(document, operationName);
}

function asGraphQLError({ message, code, facts }: DomainError): GraphQLError {
  return new GraphQLError(message, { extensions: { code, facts } });
}

function tooManyOperations(observed: number): GraphQLError {
  const message = `${observed} operations are under way on this socket; at most ${MAX_OPERATIONS} are allowed.`;
  return new GraphQLError(message, { extensions: { code: 'RATE_LIMITED', limit: MAX_OPERATIONS, observed } });
}
