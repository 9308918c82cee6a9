import {
  type GraphQLNamedInputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInputType,
  Kind,
  TypeInfo,
  type TypeNode,
  type VariableDefinitionNode,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { type Fill, globalFlags, type Variable, type VariableKind } from '../line/table.ts';
import { markOf } from './marks.ts';
import { Refusal } from './refusal.ts';
import type { Operation } from './source.ts';

const scalarKinds: Readonly<Record<string, VariableKind>> = {
  String: 'string',
  ID: 'id',
  Int: 'int',
  Boolean: 'boolean',
  Duration: 'duration',
  // The server reads it.
  DateTime: 'string',
};

const fills: readonly Fill[] = ['cwd', 'session', 'clientKey', 'project'];

/** What the schema says of the place a variable is used at. */
interface Use {
  description: string | undefined;
  default: unknown;
}

/**
 * The flags and positional arguments of an operation, in its order.
 * @throws Refusal where the command line cannot express a variable
 */
export function variablesOf(schema: GraphQLSchema, operation: Operation): Variable[] {
  const uses = usesOf(schema, operation);
  const variables = (operation.definition.variableDefinitions ?? []).map((node) =>
    variableOf(schema, operation.file, node, uses.get(node.variable.name.value)),
  );
  markPositionals(operation.file, variables);
  refuseTwoOfOneName(operation.file, variables);
  if (variables.filter(({ wait }) => wait).length > 1) throw new Refusal(operation.file, 'two variables bear @wait.');
  return variables;
}

function variableOf(schema: GraphQLSchema, file: string, node: VariableDefinitionNode, use: Use | undefined): Variable {
  const name = node.variable.name.value;
  const refuse = (reason: string): Refusal => new Refusal(file, `$${name} ${reason}`);
  if (!/^[a-z]+([A-Z][a-z]*)*$/.test(name))
    throw refuse('is not in camelCase, letters only: no flag would lead back to it.');

  const { type, list, required } = shapeOf(schema, node.type, refuse);
  const kind = kindOf(type, refuse);
  const odd = isEnumType(type) && type.getValues().find((value) => !/^[A-Z][A-Z0-9_]*$/.test(value.name));
  if (odd) throw refuse(`can be ${odd.name}, which is not in upper case: its lower case would not lead back to it.`);
  if (kind === 'boolean' && list) throw refuse('is a list of Booleans, which no flag can say.');

  const stdin = markOf(schema, 'stdin', node) !== undefined;
  if (stdin && (kind !== 'string' || list)) throw refuse('bears @stdin, which is for a single String.');

  const resource = markOf(schema, 'resource', node) !== undefined;
  if (resource && (kind !== 'string' || stdin))
    throw refuse('bears @resource, which is for a String or a list of them.');
  const titles = markOf(schema, 'titles', node) !== undefined;
  if (titles && (kind !== 'string' || !list || resource)) throw refuse('bears @titles, which is for a list of String.');
  const wait = markOf(schema, 'wait', node) !== undefined;
  if (wait && (kind !== 'duration' || list)) throw refuse('bears @wait, which is for a single Duration.');

  // The chain of descriptions: here, else on the argument, else on the enum itself.
  const description = node.description?.value ?? use?.description ?? (isEnumType(type) ? type.description : undefined);
  if (!description) throw refuse('has no description, neither here nor on the argument of the schema it is used at.');

  const fill = fillOf(schema, node, refuse);
  const preset = defaultText(node.defaultValue ? valueFromASTUntyped(node.defaultValue) : use?.default, kind);
  return {
    name,
    flag: kebabCase(name),
    kind,
    list,
    required: required && node.defaultValue === undefined,
    ...(isEnumType(type) ? { choices: type.getValues().map((value) => value.name.toLowerCase()) } : {}),
    positional: false,
    description: description.replace(/\s+/g, ' ').trim(),
    ...(stdin ? { stdin } : {}),
    ...(preset === undefined ? {} : { default: preset }),
    ...(fill ? { fill } : {}),
    ...(markOf(schema, 'once', node) ? { once: true } : {}),
    ...(resource ? { resource } : {}),
    ...(titles ? { titles } : {}),
    ...(wait ? { wait } : {}),
  };
}

function shapeOf(
  schema: GraphQLSchema,
  node: TypeNode,
  refuse: (reason: string) => Refusal,
): { type: GraphQLNamedInputType; list: boolean; required: boolean } {
  const required = node.kind === Kind.NON_NULL_TYPE;
  const nullable = required ? node.type : node;
  const list = nullable.kind === Kind.LIST_TYPE;
  const item = list ? nullable.type : nullable;
  const named = item.kind === Kind.NON_NULL_TYPE ? item.type : item;
  if (named.kind !== Kind.NAMED_TYPE) throw refuse('is a list of lists, which no flag can say.');
  const type = schema.getType(named.name.value);
  // Validation has passed: every variable is of an input type that exists.
  if (!isInputType(type)) throw refuse(`is of ${named.name.value}, which is no input type.`);
  return { type, list, required };
}

function kindOf(type: GraphQLNamedInputType, refuse: (reason: string) => Refusal): VariableKind {
  if (isEnumType(type)) return 'enum';
  if (isInputObjectType(type)) {
    throw refuse(`is the input object ${type.name}: give each of its fields a variable of its own.`);
  }
  const kind = scalarKinds[type.name];
  if (!kind) throw refuse(`is of the scalar ${type.name}, which has no form on the command line.`);
  return kind;
}

function fillOf(
  schema: GraphQLSchema,
  node: VariableDefinitionNode,
  refuse: (reason: string) => Refusal,
): Fill | undefined {
  const mark = markOf(schema, 'fill', node);
  if (!mark) return undefined;
  const fill = fills.find((known) => known === mark.with);
  if (!fill) throw refuse(`is filled with "${String(mark.with)}": the command line knows ${fills.join(', ')}.`);
  return fill;
}

/** Where each variable is used first with a description: on an argument, or on a field of an input object. */
function usesOf(schema: GraphQLSchema, { definition, fragments }: Operation): Map<string, Use> {
  const uses = new Map<string, Use>();
  const info = new TypeInfo(schema);
  const visitor = visitWithTypeInfo(info, {
    // A definition holds a variable too, and uses none.
    VariableDefinition: () => false,
    Variable(node, _key, parent) {
      const field = parent && 'kind' in parent && parent.kind === Kind.OBJECT_FIELD ? parent.name.value : undefined;
      const inputObject = info.getParentInputType();
      const place =
        field !== undefined && isInputObjectType(inputObject) ? inputObject.getFields()[field] : info.getArgument();
      const known = uses.get(node.name.value);
      if (known?.description) return;
      uses.set(node.name.value, {
        description: place?.description ?? undefined,
        default: known?.default ?? place?.defaultValue,
      });
    },
  });
  for (const node of [definition, ...fragments.values()]) visit(node, visitor);
  return uses;
}

/** What the server takes by itself, as people write it; undefined where that is nothing. */
function defaultText(value: unknown, kind: VariableKind): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (Array.isArray(value)) return value.map((item) => defaultText(item, kind)).join(',') || undefined;
  return kind === 'enum' ? String(value).toLowerCase() : String(value);
}

/**
 * The ids an operation begins with need no flag: `update-memory 42`. Nor do the resources where it is about them: `guard src/`.
 * Nothing can follow a list.
 */
function markPositionals(file: string, variables: readonly Variable[]): void {
  let optional: Variable | undefined;
  for (const variable of variables) {
    const { kind, resource, list, required } = variable;
    if (!(kind === 'id' || (resource && list && required)) || variable.fill) return;
    if (required && optional) {
      throw new Refusal(file, `$${variable.name} is needed and stands after $${optional.name}, which is not.`);
    }
    variable.positional = true;
    if (!required) optional = variable;
    if (list) return;
  }
}

function refuseTwoOfOneName(file: string, variables: readonly Variable[]): void {
  const taken = new Map<string, string>(globalFlags.map((flag) => [flag, 'an option of every command']));
  for (const variable of variables.filter(({ positional }) => !positional)) {
    const flags = variable.kind === 'boolean' ? [variable.flag, `no-${variable.flag}`] : [variable.flag];
    for (const flag of flags) {
      const other = taken.get(flag);
      if (other) throw new Refusal(file, `$${variable.name} becomes --${flag}, which is ${other} already.`);
      taken.set(flag, `$${variable.name}`);
    }
  }
}

export function kebabCase(camel: string): string {
  return camel.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
