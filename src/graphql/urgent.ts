/** Operations that are let in however much is asked of the server: those that stop something. */
import { type DocumentNode, getOperationAST, Kind, OperationTypeNode, parse } from 'graphql';
import { DOCUMENT_LIMITS } from './limits.ts';

/** Fields of `Mutation` that stop orders. */
const URGENT_MUTATIONS = ['activateKillSwitch', 'cancelOrder'] as const;

const NAMED = new RegExp(URGENT_MUTATIONS.join('|'));

/** Whether a text may hold an urgent operation: a cheap look, for texts of which nothing else is known. */
export function mayBeUrgent(text: string): boolean {
  return NAMED.test(text);
}

/**
 * Whether a document does nothing but what is urgent. One that cannot be read does not.
 *
 * @param operationName which of its operations is to run; not needed where there is one
 */
export function isUrgent(query: string, operationName?: string): boolean {
  if (!mayBeUrgent(query) || query.length > DOCUMENT_LIMITS.length) return false;
  try {
    return isUrgentDocument(parse(query, { maxLexicalTokens: DOCUMENT_LIMITS.tokens }), operationName);
  } catch {
    // It will be refused for what is wrong with it, when there is room for that.
    return false;
  }
}

/** The same of a parsed document. */
export function isUrgentDocument(document: DocumentNode, operationName?: string | null): boolean {
  const urgent = new Set<string>(URGENT_MUTATIONS);
  const operation = getOperationAST(document, operationName);
  return (
    operation?.operation === OperationTypeNode.MUTATION &&
    operation.selectionSet.selections.every((each) => each.kind === Kind.FIELD && urgent.has(each.name.value))
  );
}
