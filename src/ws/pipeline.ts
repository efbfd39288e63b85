/** What the sockets need of the GraphQL pipeline. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { DocumentNode, ExecutionArgs, ExecutionResult, GraphQLSchema, validate } from 'graphql';
import type { Principal } from '../access/index.ts';
export type OperationResult = ExecutionResult | AsyncGenerator<ExecutionResult>;
export interface Caller {
  readonly principal: Principal;
  readonly requestId: string;
}
export interface Enveloped {
  readonly schema: GraphQLSchema;
  readonly parse: (source: string) => DocumentNode;
  readonly validate: typeof validate;
  readonly execute: (args: ExecutionArgs) => PromiseLike<OperationResult> | OperationResult;
  readonly subscribe: (args: ExecutionArgs) => PromiseLike<OperationResult> | OperationResult;
  readonly contextFactory: () => unknown;
}
export interface SocketPipeline {
  subscribe<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    caller: Caller,
  ): Promise<AsyncIterableIterator<ExecutionResult<Data>>>;
  enveloped(caller: Caller): Enveloped;
}
