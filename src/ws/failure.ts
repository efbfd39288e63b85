/** Why a subscription ended before its client wanted it to, as far as a transport has to tell the cases apart. */
import { GraphQLError } from 'graphql';
import { DomainError, type ErrorCode, isErrorCode } from '../core/index.ts';
import { SubscriberOverflow } from '../events/index.ts';

/** See the head of this file. */
export type Failure =
  /** The reader was too slow, and can come back with a cursor. */
  | { readonly kind: 'overflow' }
  /** Something that the client can act on. */
  | {
      readonly kind: 'expected';
      readonly code: ErrorCode;
      readonly message: string;
      readonly facts: Readonly<Record<string, unknown>>;
    }
  /** A bug of ours. When `isMasked`, the pipeline has logged it and `message` says all that may be said. */
  | { readonly kind: 'bug'; readonly isMasked: boolean; readonly message: string };

/** Reads what a subscription's iterator or the pipeline has thrown, through the GraphQL errors that wrap it. */
export function failureOf(error: unknown): Failure {
  if (error instanceof SubscriberOverflow) return { kind: 'overflow' };
  if (error instanceof DomainError) {
    return { kind: 'expected', code: error.code, message: error.message, facts: error.facts };
  }
  if (!(error instanceof GraphQLError)) return { kind: 'bug', isMasked: false, message: 'Internal error' };
  if (error.originalError instanceof Error && error.originalError !== error) {
    const original = failureOf(error.originalError);
    if (original.kind !== 'bug') return original;
  }
  const { code, facts } = error.extensions;
  if (!isErrorCode(code)) return { kind: 'bug', isMasked: false, message: 'Internal error' };
  if (code === 'INTERNAL') return { kind: 'bug', isMasked: true, message: error.message };
  return { kind: 'expected', code, message: error.message, facts: isRecord(facts) ? facts : {} };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
