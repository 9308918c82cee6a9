import {
  type FragmentDefinitionNode,
  type GraphQLEnumType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type GraphQLUnionType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { Refusal } from './refusal.ts';
import type { Operation } from './source.ts';

const scalarTypes: Readonly<Record<string, string>> = {
  String: 'string',
  ID: 'string',
  Int: 'number',
  Float: 'number',
  Boolean: 'boolean',
  DateTime: 'string',
  Duration: 'string',
};

/** Writes the TypeScript of selections and remembers the enums that they mention. */
class ResultTypes {
  readonly enums = new Map<string, GraphQLEnumType>();
  readonly #schema: GraphQLSchema;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** The type of a selection on the object type `on`, as an intersection of its fields and its fragments. */
  selection(file: string, on: string, { selections }: SelectionSetNode, indent: string): string {
    const type = this.#schema.getType(on);
    if (isUnionType(type)) return this.#union(file, type, selections, indent);
    if (!isObjectType(type)) {
      throw new Refusal(file, `a selection on ${on}, which is no object type, has no result type.`);
    }
    const parts: string[] = [];
    const fields: string[] = [];
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        parts.push(selection.name.value);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        throw new Refusal(file, `an inline fragment on ${on} has no result type: name the fragment.`);
      } else {
        const inner = `${indent}  `;
        const field = type.getFields()[selection.name.value];
        // Validation has passed: the one field a type has beside its own is its name.
        const text = field ? this.#output(file, field.type, selection.selectionSet, inner) : `'${on}'`;
        fields.push(`${inner}${(selection.alias ?? selection.name).value}: ${text};\n`);
      }
    }
    if (fields.length > 0) parts.push(`{\n${fields.join('')}${indent}}`);
    return parts.join(' & ');
  }

  /** One type for each that the union can be: by `__typename`, which has to be selected, they are told apart. */
  #union(file: string, union: GraphQLUnionType, selections: SelectionSetNode['selections'], indent: string): string {
    const own = selections.filter((selection) => selection.kind === Kind.FIELD);
    const inline = selections.filter((selection) => selection.kind === Kind.INLINE_FRAGMENT);
    const named = selections.length > own.length + inline.length;
    const conditions = inline.map(({ typeCondition }) => typeCondition?.name.value);
    const known = new Set<string | undefined>(union.getTypes().map(({ name }) => name));
    if (
      named ||
      new Set(conditions).size < conditions.length ||
      !conditions.every((condition) => known.has(condition))
    ) {
      throw new Refusal(file, `a selection on ${union.name} is made of one inline fragment for each type.`);
    }
    if (!own.some(({ name, alias }) => name.value === '__typename' && !alias)) {
      throw new Refusal(file, `a selection on ${union.name} needs __typename, which says what it is.`);
    }
    const types = union.getTypes().map(({ name }) => {
      const fragment = inline.find(({ typeCondition }) => typeCondition?.name.value === name);
      const all = [...own, ...(fragment?.selectionSet.selections ?? [])];
      return this.selection(file, name, { kind: Kind.SELECTION_SET, selections: all }, indent);
    });
    return `(${types.join(' | ')})`;
  }

  #output(file: string, type: GraphQLOutputType, selection: SelectionSetNode | undefined, indent: string): string {
    if (isNonNullType(type)) return this.#present(file, type.ofType, selection, indent);
    return `${this.#present(file, type, selection, indent)} | null`;
  }

  #present(file: string, type: GraphQLOutputType, selection: SelectionSetNode | undefined, indent: string): string {
    if (isListType(type)) return `Array<${this.#output(file, type.ofType, selection, indent)}>`;
    if (isNonNullType(type)) return this.#present(file, type.ofType, selection, indent);
    if (selection) {
      const text = this.selection(file, type.name, selection, indent);
      return text.includes(' & ') ? `(${text})` : text;
    }
    if (isEnumType(type)) {
      this.enums.set(type.name, type);
      return type.name;
    }
    const text = scalarTypes[type.name];
    if (!text) throw new Refusal(file, `the scalar ${type.name} has no result type.`);
    return text;
  }
}

/**
 * The TypeScript types of what the operations answer: `InboxResult` for the operation `Inbox`, a type for each fragment
 * and enum, and `Results` from an operation's name to its type.
 * @throws Refusal where a selection has a part that no type is known for
 */
export function resultTypes(
  schema: GraphQLSchema,
  operations: readonly Operation[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): string {
  const types = new ResultTypes(schema);
  const blocks = [...fragments].map(([name, { typeCondition, selectionSet, description }]) => {
    const text = types.selection(`fragment ${name}`, typeCondition.name.value, selectionSet, '');
    return `${description ? `/** ${description.value} */\n` : ''}export type ${name} = ${text};\n`;
  });
  for (const { file, definition } of operations) {
    const root = schema.getRootType(definition.operation);
    const text = types.selection(file, root?.name ?? definition.operation, definition.selectionSet, '');
    blocks.push(`export type ${definition.name.value}Result = ${text};\n`);
  }
  const names = operations.map(({ definition }) => definition.name.value);
  blocks.push(`export interface Results {\n${names.map((name) => `  ${name}: ${name}Result;\n`).join('')}}\n`);
  const enums = [...types.enums.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(
      (type) =>
        `export type ${type.name} = ${type
          .getValues()
          .map(({ name }) => `'${name}'`)
          .join(' | ')};\n`,
    );
  return [...enums, ...blocks].join('\n');
}
