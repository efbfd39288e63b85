import { readFileSync } from 'node:fs';
import {
  type GraphQLNamedType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  printSchema,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../src/core/index.ts';
import { errorTypeName, PAYLOAD_CODES, schema } from '../../src/graphql/index.ts';

const root = new URL('../../', import.meta.url);
const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
const objects = types.filter((type) => isObjectType(type) || isInterfaceType(type));
const fields = objects.flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })));
const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
const connections = fields.filter(({ field }) => getNamedType(field.type).name.endsWith('Connection'));

interface Describable {
  readonly name: string;
  readonly description?: string | null | undefined;
}

/** A type and everything inside it that can have a description. */
function describables(type: GraphQLNamedType): readonly Describable[] {
  const members: readonly Describable[] =
    isObjectType(type) || isInterfaceType(type)
      ? Object.values(type.getFields()).flatMap((field) => [field, ...field.args.map((arg) => inside(field.name, arg))])
      : isInputObjectType(type)
        ? Object.values(type.getFields())
        : isEnumType(type)
          ? type.getValues()
          : [];
  return [type, ...members.map((member) => inside(type.name, member))];
}

function inside(owner: string, { name, description }: Describable): Describable {
  return { name: `${owner}.${name}`, description };
}

describe('the schema', () => {
  it('is read: there is something to hold against the rules', () => {
    expect(mutations.length).toBeGreaterThan(5);
    expect(connections.length).toBeGreaterThan(3);
    expect(fields.length).toBeGreaterThan(150);
  });

  it('is what schema.graphql in the repository says', () => {
    expect(readFileSync(new URL('schema.graphql', root), 'utf8'), 'npm run generate').toBe(`${printSchema(schema)}\n`);
  });

  it.each(mutations.map((field) => [field.name, field] as const))(
    '%s takes one required input and answers with a payload of its own',
    (name, field) => {
      const typeName = name.charAt(0).toUpperCase() + name.slice(1);
      expect(field.args.map((arg) => `${arg.name}: ${String(arg.type)}`)).toEqual([`input: ${typeName}Input!`]);
      expect(String(field.type)).toBe(`${typeName}Payload!`);
      const payload = getNamedType(field.type);
      if (!isObjectType(payload)) throw new Error(`${payload.name} is no object.`);
      const { errors, ...entities } = payload.getFields();
      expect(String(errors?.type)).toBe('[UserError!]!');
      expect(Object.values(entities).map((entity) => isNonNullType(entity.type))).toEqual([false]);
    },
  );

  it('has the four arguments of paging on every connection', () => {
    const missing = connections.filter(({ field }) =>
      ['first', 'last', 'after', 'before'].some((name) => !field.args.some((arg) => arg.name === name)),
    );

    expect(missing.map(({ field }) => field.name)).toEqual([]);
  });

  it('has no list whose items may be null', () => {
    const loose = fields.filter(({ field }) => {
      const inner = isNonNullType(field.type) ? field.type.ofType : field.type;
      return isListType(inner) && !isNonNullType(inner.ofType);
    });

    expect(loose.map(({ type, field }) => `${type.name}.${field.name}`)).toEqual([]);
  });

  it('says what every type, field, argument, input and value of ours is', () => {
    const described = types.filter((type) => !isSpecifiedScalarType(type)).flatMap(describables);

    expect(described.length).toBeGreaterThan(400);
    expect(described.filter(({ description }) => !description).map(({ name }) => name)).toEqual([]);
  });

  it('has an enum for every status and mode of a resource', () => {
    const loose = fields.filter(
      ({ type, field }) =>
        ['status', 'state', 'side', 'signal', 'jobType', 'interval', 'mode', 'database', 'verdict'].includes(
          field.name,
        ) &&
        type.name !== 'Query' &&
        !isEnumType(getNamedType(field.type)),
    );

    expect(loose.map(({ type, field }) => `${type.name}.${field.name}`)).toEqual([]);
  });

  it('has only scalars that are meant', () => {
    const scalars = types.filter(isScalarType).map(({ name }) => name);

    expect(scalars.toSorted()).toEqual(
      [
        'Boolean',
        'Cron',
        'Csv',
        'Cursor',
        'Date',
        'DateTime',
        'Decimal',
        'Float',
        'ID',
        'Int',
        'JSON',
        'String',
        'Symbol',
        'TimeZone',
      ].toSorted(),
    );
  });
});

describe('the errors', () => {
  it('have the codes of the table, each with its HTTP status', () => {
    const codes = schema.getType('ErrorCode');
    if (!isEnumType(codes)) throw new Error('ErrorCode is no enum.');

    expect(codes.getValues().map(({ name }) => name)).toEqual(Object.keys(ERROR_CODES).toSorted());
    for (const [code, { status, title }] of Object.entries(ERROR_CODES)) {
      expect(codes.getValue(code)?.description).toBe(`${title}. HTTP ${status}.`);
    }
  });

  it('have a type for each code that a payload can carry, and no other', () => {
    const userError = schema.getType('UserError');
    if (!isInterfaceType(userError)) throw new Error('UserError is no interface.');
    const names = schema.getPossibleTypes(userError).map(({ name }) => name);

    expect([...names].toSorted()).toEqual(PAYLOAD_CODES.map(errorTypeName).toSorted());
  });
});
