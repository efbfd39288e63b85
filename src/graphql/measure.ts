/**
 * How big a GraphQL document is, before anything validates or runs it. Fragments are measured once each and numbers
 * saturate, so the work is proportional to the text and not to what its fragments would expand to. It judges nothing:
 * `limits.ts` does.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
  type ValueNode,
} from 'graphql';

/** Rows that a connection answers when the client names no number. */
const PAGE_SIZE = 20;
/** Items that a plain list is taken to have: such lists are bounded by what they are, not by an argument. */
const LIST_SIZE = 10;
/** Extension of a field by which the schema says how many it has instead, where that makes a difference. */
const LIST_SIZE_EXTENSION = 'items';
/** Extension of a mutation, `true`, by which the schema says that it may send an order. */
export const ORDER_EXTENSION = 'sendsOrder';
/** Where the walk stops going down, so that no document can exhaust the stack. Deeper ones are reported as this deep. */
const DEEPEST = 1000;
const PAGE_ARGUMENTS: ReadonlySet<string> = new Set(['first', 'last', 'limit']);
const CONNECTION_LISTS: ReadonlySet<string> = new Set(['edges', 'nodes']);
const INTROSPECTION: ReadonlySet<string> = new Set([SchemaMetaFieldDef.name, TypeMetaFieldDef.name]);

/** The figures of one document; of several operations in it the largest figure counts. */
export interface DocumentMeasure {
  /** Fields below each other, outside introspection; `{ a { b } }` is 2. Fragments are expanded. */
  readonly depth: number;
  /** The same below (and with) `__schema` and `__type`. */
  readonly introspectionDepth: number;
  /** Aliases in the text. */
  readonly aliases: number;
  /** Fields whose response name stands in the same braces already. */
  readonly duplicates: number;
  /** Directives in the text. */
  readonly directives: number;
  /** Fields of the root after expansion, of mutations only. */
  readonly mutationFields: number;
  /** Those among them that may send an order. */
  readonly orderMutations: number;
  /** 1 for each field, times the items of each list around it; saturates at `Number.MAX_SAFE_INTEGER`. */
  readonly cost: number;
  /** The same below (and with) `__schema` and `__type`. */
  readonly introspectionCost: number;
}

/**
 * Measures a document. Never throws, whatever was parsed: unknown fields, cycles of fragments, any nesting.
 *
 * @param schema tells which fields are lists; without it only the arguments `first`, `last` and `limit` multiply
 * @param variables raw values; a page argument that names an absent one counts as its declared default or the default page
 */
export function measureDocument(
  document: DocumentNode,
  schema?: GraphQLSchema,
  variables: Readonly<Record<string, unknown>> = {},
): DocumentMeasure {
  const expansion = new Expansion(document, schema, variables);
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  const sizes = operations.map((operation) => ({ operation, size: expansion.ofOperation(operation) }));
  const largest = (figure: keyof Size, among = sizes) =>
    among.reduce((most, { size }) => Math.max(most, size[figure]), 0);
  const mutations = sizes.filter(({ operation }) => operation.operation === OperationTypeNode.MUTATION);
  return {
    depth: largest('depth'),
    introspectionDepth: largest('introspectionDepth'),
    ...countText(document),
    mutationFields: largest('fields', mutations),
    orderMutations: largest('orders', mutations),
    cost: largest('cost'),
    introspectionCost: largest('introspectionCost'),
  };
}

/** What a selection set amounts to once its fragments are expanded. */
interface Size {
  /** Fields that stand directly in it. */
  readonly fields: number;
  /** Those among them that may send an order. */
  readonly orders: number;
  readonly depth: number;
  readonly introspectionDepth: number;
  readonly cost: number;
  readonly introspectionCost: number;
}

const NOTHING: Size = { fields: 0, orders: 0, depth: 0, introspectionDepth: 0, cost: 0, introspectionCost: 0 };
const TOO_DEEP: Size = { ...NOTHING, depth: 1, cost: Number.MAX_SAFE_INTEGER };

/** Where a selection set stands. */
interface Place {
  /** Type of the object around it; undefined where the schema does not tell. */
  readonly parent: GraphQLNamedType | undefined;
  /** Rows asked of the connection around it, for its `edges` and `nodes`. */
  readonly rows: number | undefined;
  /** Nested selection sets so far, fragments included. */
  readonly descent: number;
}

class Expansion {
  readonly #schema: GraphQLSchema | undefined;
  readonly #variables: Readonly<Record<string, unknown>>;
  readonly #variableDefaults = new Map<string, ValueNode>();
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  /** Per fragment and rows of the connection around it; `NOTHING` while it is being measured, which ends cycles. */
  readonly #measured = new Map<string, Size>();

  constructor(document: DocumentNode, schema: GraphQLSchema | undefined, variables: Readonly<Record<string, unknown>>) {
    this.#schema = schema;
    this.#variables = variables;
    for (const node of document.definitions) {
      if (node.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(node.name.value, node);
      if (node.kind !== Kind.OPERATION_DEFINITION) continue;
      for (const { variable, defaultValue } of node.variableDefinitions ?? []) {
        if (defaultValue !== undefined) this.#variableDefaults.set(variable.name.value, defaultValue);
      }
    }
  }

  ofOperation(operation: OperationDefinitionNode): Size {
    const parent = this.#schema?.getRootType(operation.operation) ?? undefined;
    return this.#ofSelectionSet(operation.selectionSet, { parent, rows: undefined, descent: 0 });
  }

  #ofSelectionSet(set: SelectionSetNode, place: Place): Size {
    if (place.descent >= DEEPEST) return TOO_DEEP;
    const inside = { ...place, descent: place.descent + 1 };
    return set.selections.reduce((sum, selection) => beside(sum, this.#ofSelection(selection, inside)), NOTHING);
  }

  #ofSelection(selection: SelectionNode, place: Place): Size {
    switch (selection.kind) {
      case Kind.FIELD:
        return this.#ofField(selection, place);
      case Kind.FRAGMENT_SPREAD:
        return this.#ofFragment(selection.name.value, place);
      case Kind.INLINE_FRAGMENT: {
        const parent = this.#type(selection.typeCondition?.name.value) ?? place.parent;
        return this.#ofSelectionSet(selection.selectionSet, { ...place, parent });
      }
      default:
        return selection satisfies never;
    }
  }

  #ofFragment(name: string, place: Place): Size {
    const fragment = this.#fragments.get(name);
    if (fragment === undefined) return NOTHING;
    const key = `${place.rows} ${name}`;
    const known = this.#measured.get(key);
    if (known !== undefined) return known;
    this.#measured.set(key, NOTHING);
    const parent = this.#type(fragment.typeCondition.name.value);
    const size = this.#ofSelectionSet(fragment.selectionSet, { ...place, parent });
    this.#measured.set(key, size);
    return size;
  }

  #ofField(field: FieldNode, place: Place): Size {
    const name = field.name.value;
    const definition = fieldOf(place.parent, name);
    const type = definition?.type;
    const rows = this.#rowsAsked(field);
    const parent = type === undefined ? undefined : getNamedType(type);
    const below =
      field.selectionSet === undefined
        ? NOTHING
        : this.#ofSelectionSet(field.selectionSet, { parent, rows, descent: place.descent });
    const times = itemsOf(name, definition, { asked: rows, around: place.rows });
    if (INTROSPECTION.has(name)) return introspection(below, times);
    return { ...around(below, times), orders: definition?.extensions[ORDER_EXTENSION] === true ? 1 : 0 };
  }

  /** The largest of `first`, `last` and `limit`, at least 1; undefined when none is given. */
  #rowsAsked(field: FieldNode): number | undefined {
    const asked = (field.arguments ?? []).flatMap((argument) => {
      const rows = PAGE_ARGUMENTS.has(argument.name.value) ? this.#integer(argument.value) : undefined;
      return rows === undefined ? [] : [Math.min(Math.max(1, rows), Number.MAX_SAFE_INTEGER)];
    });
    return asked.length === 0 ? undefined : Math.max(...asked);
  }

  #integer(value: ValueNode | undefined): number | undefined {
    if (value?.kind === Kind.INT) return Number(value.value);
    if (value?.kind !== Kind.VARIABLE) return undefined;
    const name = value.name.value;
    const given = this.#variables[name];
    if (typeof given === 'number' && !Number.isNaN(given)) return given;
    const fallback = this.#variableDefaults.get(name);
    return fallback?.kind === Kind.INT ? Number(fallback.value) : undefined;
  }

  #type(name: string | undefined): GraphQLNamedType | undefined {
    return name === undefined ? undefined : this.#schema?.getType(name);
  }
}

type FieldDefinition = GraphQLField<unknown, unknown>;

function fieldOf(parent: GraphQLNamedType | undefined, field: string): FieldDefinition | undefined {
  if (field === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
  if (field === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  if (!isObjectType(parent) && !isInterfaceType(parent)) return undefined;
  return parent.getFields()[field];
}

/** How many objects a field answers, at most, as far as the document and the schema tell. */
function itemsOf(
  field: string,
  definition: FieldDefinition | undefined,
  rows: { readonly asked: number | undefined; readonly around: number | undefined },
): number {
  if (definition === undefined) return rows.asked ?? 1;
  if (!isListType(getNullableType(definition.type))) return 1;
  const known = definition.extensions[LIST_SIZE_EXTENSION];
  const size = typeof known === 'number' ? known : LIST_SIZE;
  return rows.asked ?? (CONNECTION_LISTS.has(field) ? (rows.around ?? PAGE_SIZE) : size);
}

/** A field that answers `times` objects, each with `below`. */
function around(below: Size, times: number): Size {
  return {
    fields: 1,
    orders: 0,
    depth: below.depth + 1,
    introspectionDepth: below.introspectionDepth,
    cost: saturated(1 + times * below.cost),
    introspectionCost: saturated(times * below.introspectionCost),
  };
}

/** `__schema` or `__type`, whose figures are kept apart. */
function introspection(below: Size, times: number): Size {
  const size = around(below, times);
  return { ...NOTHING, fields: 1, introspectionDepth: size.depth, introspectionCost: size.cost };
}

function beside(left: Size, right: Size): Size {
  return {
    fields: saturated(left.fields + right.fields),
    orders: saturated(left.orders + right.orders),
    depth: Math.max(left.depth, right.depth),
    introspectionDepth: Math.max(left.introspectionDepth, right.introspectionDepth),
    cost: saturated(left.cost + right.cost),
    introspectionCost: saturated(left.introspectionCost + right.introspectionCost),
  };
}

function saturated(value: number): number {
  return Math.min(value, Number.MAX_SAFE_INTEGER);
}

/** What can be counted without expanding fragments. A loop with its own stack: the text may be nested at will. */
function countText(document: DocumentNode): Pick<DocumentMeasure, 'aliases' | 'duplicates' | 'directives'> {
  const counts = { aliases: 0, duplicates: 0, directives: 0 };
  const open: SelectionSetNode[] = [];
  for (const node of document.definitions) {
    if (node.kind !== Kind.OPERATION_DEFINITION && node.kind !== Kind.FRAGMENT_DEFINITION) continue;
    counts.directives += node.directives?.length ?? 0;
    for (const variable of node.variableDefinitions ?? []) counts.directives += variable.directives?.length ?? 0;
    open.push(node.selectionSet);
  }
  for (let set = open.pop(); set !== undefined; set = open.pop()) {
    const names = new Set<string>();
    for (const selection of set.selections) {
      counts.directives += selection.directives?.length ?? 0;
      if (selection.kind !== Kind.FRAGMENT_SPREAD && selection.selectionSet !== undefined)
        open.push(selection.selectionSet);
      if (selection.kind !== Kind.FIELD) continue;
      const name = (selection.alias ?? selection.name).value;
      if (selection.alias !== undefined) counts.aliases += 1;
      if (names.has(name)) counts.duplicates += 1;
      names.add(name);
    }
  }
  return counts;
}
