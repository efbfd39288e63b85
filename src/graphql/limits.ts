/**
 * What a client's GraphQL document may ask for, alike over HTTP, WebSocket and SSE: they share one pipeline, and the
 * limits live in it. They are checked after parsing and before GraphQL's own validation, whose comparison of
 * overlapping fields is itself quadratic. Our own documents do not pass here: they are validated once, when we start.
 */
import { type DocumentNode, GraphQLError, Lexer, parse, Source, TokenKind } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { type DocumentMeasure, measureDocument } from './measure.ts';
import { type Operation, variableErrors } from './variable-errors.ts';

/** The largest figures that are allowed; see `DocumentMeasure` for how each is counted. */
export interface DocumentLimits extends DocumentMeasure {
  /** UTF-16 units of the text, comments and strings included. */
  readonly length: number;
  /** Lexical tokens of the text. It also bounds how deep the parser recurses. */
  readonly tokens: number;
  /** Lists and objects inside each other in the variables; 1 for `{"a": 1}`. */
  readonly variableDepth: number;
}

/** Enough for any page of ours and for GraphiQL's introspection; far from what could hold up the others. */
export const DOCUMENT_LIMITS: DocumentLimits = Object.freeze({
  length: 32_768,
  tokens: 1000,
  depth: 10,
  introspectionDepth: 15,
  aliases: 15,
  duplicates: 50,
  directives: 50,
  mutationFields: 10,
  orderMutations: 1,
  cost: 6000,
  introspectionCost: 100_000,
  variableDepth: 20,
});

/** Nesting of variables is told up to here. */
const DEEPEST = 1000;

/** The figures in the order in which they are judged: the first over its limit is the one that is told. */
const MEASURED = [
  'depth',
  'introspectionDepth',
  'aliases',
  'duplicates',
  'directives',
  'mutationFields',
  'orderMutations',
  'cost',
  'introspectionCost',
] as const satisfies readonly (keyof DocumentMeasure)[];

/** `The document has 12 <name>; at most 10 are allowed.` */
const NAMES: Readonly<Record<keyof DocumentLimits, string>> = {
  length: 'characters',
  tokens: 'tokens',
  depth: 'levels of fields',
  introspectionDepth: 'levels of introspection fields',
  aliases: 'aliases',
  duplicates: 'repeated fields',
  directives: 'directives',
  mutationFields: 'fields in one mutation',
  orderMutations: 'orders in one mutation',
  cost: 'cost points (fields, times the items of the lists around them)',
  introspectionCost: 'cost points of introspection',
  variableDepth: 'levels of nesting in its variables',
};

/**
 * A plugin for envelop and Yoga. A document over a limit is answered with one error whose `extensions` are
 * `{code: 'VALIDATION', limit, observed}`, and `http`, from which Yoga takes the status. What depends on variables is
 * checked again when they are known, before the document runs.
 */
export function useLimits(limits: DocumentLimits = DOCUMENT_LIMITS): Plugin {
  const judged = new WeakMap<DocumentNode, readonly GraphQLError[]>();
  const beforeRunning = ({ args, setResultAndStopExecution }: BeforeRunning): void => {
    if (!judged.has(args.document)) return;
    const errors = errorsOfVariables(args, limits);
    if (errors.length > 0) setResultAndStopExecution({ errors });
  };
  return {
    onParse({ params, setParseFn }) {
      throwIfSome(excess('length', lengthOf(params.source), limits));
      setParseFn((source: string | Source, options?: object) => parseWithin(source, options, limits));
    },
    onValidate({ params, setResult }) {
      const document: DocumentNode = params.documentAST;
      const errors = judged.get(document) ?? excessesOf(measureDocument(document, params.schema), limits);
      judged.set(document, errors);
      if (errors.length > 0) setResult(errors);
    },
    onExecute: beforeRunning,
    onSubscribe: beforeRunning,
  };
}

/** The part of envelop's hooks before execution and subscription that both have. */
interface BeforeRunning {
  readonly args: Operation;
  readonly setResultAndStopExecution: (result: { readonly errors: readonly GraphQLError[] }) => void;
}

function lengthOf(source: string | Source): number {
  return typeof source === 'string' ? source.length : source.body.length;
}

function throwIfSome(error: GraphQLError | undefined): void {
  if (error !== undefined) throw error;
}

/** @throws {GraphQLError} a syntax error, or that there are too many tokens, with their number */
function parseWithin(source: string | Source, options: object | undefined, limits: DocumentLimits): DocumentNode {
  try {
    return parse(source, { ...options, maxLexicalTokens: limits.tokens });
  } catch (error) {
    throw excess('tokens', countTokens(source), limits) ?? parseFailed(error);
  }
}

/** With the code that Yoga gives a syntax error, which it does over HTTP only. */
function parseFailed(error: unknown): unknown {
  if (!(error instanceof GraphQLError)) return error;
  const { message, source, positions } = error;
  const extensions = { code: 'GRAPHQL_PARSE_FAILED' };
  return new GraphQLError(message, { source: source ?? null, positions: positions ?? null, extensions });
}

/** Tokens up to the end or to the first that cannot be read. */
function countTokens(source: string | Source): number {
  const lexer = new Lexer(typeof source === 'string' ? new Source(source) : source);
  let tokens = 0;
  try {
    while (lexer.advance().kind !== TokenKind.EOF) tokens += 1;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
  }
  return tokens;
}

function excessesOf(measure: DocumentMeasure, limits: DocumentLimits): readonly GraphQLError[] {
  for (const name of MEASURED) {
    const error = excess(name, measure[name], limits);
    if (error !== undefined) return [error];
  }
  return [];
}

function errorsOfVariables(operation: Operation, limits: DocumentLimits): readonly GraphQLError[] {
  const variables = operation.variableValues ?? {};
  if (Object.keys(variables).length === 0) return [];
  const tooDeep = excess('variableDepth', nestingOf(variables), limits);
  if (tooDeep !== undefined) return [tooDeep];
  const wrong = variableErrors(operation);
  if (wrong.length > 0) return wrong;
  const tooCostly = excess('cost', measureDocument(operation.document, operation.schema, variables).cost, limits);
  return tooCostly === undefined ? [] : [tooCostly];
}

/** Lists and objects inside each other, level by level and without recursion; counting stops at `DEEPEST`. */
function nestingOf(value: object): number {
  let depth = 0;
  for (let level = [value]; level.length > 0 && depth < DEEPEST; depth += 1) {
    const below: object[] = [];
    for (const container of level) {
      for (const child of Object.values(container)) if (isContainer(child)) below.push(child);
    }
    level = below;
  }
  return depth;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function excess(name: keyof DocumentLimits, observed: number, limits: DocumentLimits): GraphQLError | undefined {
  const limit = limits[name];
  if (observed <= limit) return undefined;
  return new GraphQLError(`The document has ${observed} ${NAMES[name]}; at most ${limit} are allowed.`, {
    extensions: { code: 'VALIDATION', limit, observed, http: { spec: true, status: 400 } },
  });
}
