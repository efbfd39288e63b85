/**
 * What is wrong with the variables of a client's document, before anything runs. GraphQL would say so too, but quotes the whole
 * variable in each of fifty errors: a request of half a megabyte is then answered with twenty, after seconds of work.
 */
import {
  coerceInputValue,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  isInputType,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';

/** Errors that are told; looking for more would only take time. */
const MOST_TOLD = 20;

/** Longest message in characters: the end says what is wrong with what the beginning quotes. */
const LONGEST = 400;

/** An operation that is about to run. */
export interface Operation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName?: string | null;
  readonly variableValues?: Readonly<Record<string, unknown>> | null;
}

/** The first 20 errors in the values of variables; those that are missing are GraphQL's to tell. */
export function variableErrors(operation: Operation): readonly GraphQLError[] {
  const { schema, document, operationName, variableValues } = operation;
  const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  const errors: GraphQLError[] = [];
  for (const definition of definitions) {
    const { value: name } = definition.variable.name;
    const given = variableValues?.[name];
    const type = typeFromAST(schema, definition.type);
    if (given === undefined || !isInputType(type)) continue;
    const tell = (path: readonly (string | number)[], problem: string) => {
      errors.push(variableError(definition, path, problem));
      if (errors.length >= MOST_TOLD) throw new EnoughErrors();
    };
    try {
      coerceInputValue(given, type, (path, _value, { message }) => tell(path, message));
    } catch (error) {
      if (!(error instanceof EnoughErrors)) throw error;
      return errors;
    }
  }
  return errors;
}

/** Ends the look at a value; it never leaves this file. */
class EnoughErrors extends Error {}

function variableError(
  definition: VariableDefinitionNode,
  path: readonly (string | number)[],
  problem: string,
): GraphQLError {
  const { value: name } = definition.variable.name;
  const place = path.length === 0 ? '' : ` at ${JSON.stringify([name, ...path].join('.'))}`;
  const message = `The variable "$${name}" is wrong${shortened(place)}: ${shortened(problem)}`;
  const extensions = { code: 'VALIDATION', http: { status: 400 } };
  return new GraphQLError(message, { nodes: definition, extensions });
}

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST / 2)} … ${text.slice(-LONGEST / 2)}`;
}
