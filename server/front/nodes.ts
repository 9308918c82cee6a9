import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  getOperationAST,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { usualSize } from '../connection.ts';
import type { OperationContext } from './engine.ts';
import type { Limits } from './limits.ts';
import { tooMuch } from './rules.ts';

/** No field gives a longer page: one that is asked for more refuses by itself, in better words. */
const longestPage = 500;

/** Nodes that a page counts for besides its entries: it is a query of its own, which takes about as long as ten nodes. */
const pageWeight = 10;

/** What only leads to nodes. */
const wrapper = /(Edge|PageInfo)$/;

/** Objects in a selection: those that are there once, and those that are there for each entry of the page it stands in. */
interface Count {
  once: number;
  perEntry: number;
}

type Variables = Readonly<Record<string, unknown>>;

/**
 * The limit on what an operation may bring back. Pages in pages multiply: three levels of 30 messages are 27,000, from a document
 * that no limit on its own size would refuse. Runs where a document is validated, so on a WebSocket as on HTTP.
 */
export function nodeRule(limits: Limits): Plugin<OperationContext> {
  /** By operation, where no variable decides. */
  const known = new WeakMap<OperationDefinitionNode, number>();
  return {
    onValidate:
      ({ params: { schema, documentAST }, context }) =>
      ({ valid, setResult }) => {
        const { operationName, variables } = context.params;
        const operation = valid && schema ? getOperationAST(documentAST, operationName) : undefined;
        if (!schema || !operation) return;
        let found = known.get(operation);
        if (found === undefined) {
          const estimate = new Estimate(schema, documentAST, operation, variables ?? {});
          found = estimate.count(operation);
          if (!estimate.usedVariable) known.set(operation, found);
        }
        if (found <= limits.nodes) return;
        const error = tooMuch('nodes', limits.nodes, found);
        // As Yoga does with errors of validation; it looks for them before this one is there.
        error.extensions.http = { spec: true, status: 400 };
        setResult([error]);
      },
  };
}

/** Counts the objects that an operation may bring: full pages everywhere, no field left out by a directive. */
class Estimate {
  /** Whether the count holds for these variables only. */
  usedVariable = false;
  readonly #schema: GraphQLSchema;
  readonly #variables: Variables;
  readonly #defaults: ReadonlyMap<string, ValueNode | undefined>;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** A fragment is counted once, however often it is spread: fragments of fragments would else take exponential time. */
  readonly #counted = new Map<string, Count>();

  constructor(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Variables) {
    this.#schema = schema;
    this.#variables = variables;
    this.#defaults = new Map(
      (operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [variable.name.value, defaultValue]),
    );
    this.#fragments = new Map(
      document.definitions.flatMap((definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
      ),
    );
  }

  count({ operation, selectionSet }: OperationDefinitionNode): number {
    const { once, perEntry } = this.#countSelections(selectionSet, this.#schema.getRootType(operation));
    return once + usualSize * perEntry;
  }

  #countSelections(set: SelectionSetNode, type: GraphQLNamedType | null | undefined): Count {
    const count: Count = { once: 0, perEntry: 0 };
    const add = ({ once, perEntry }: Count): void => {
      count.once += once;
      count.perEntry += perEntry;
    };
    for (const selection of set.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) add(this.#countFragment(selection.name.value));
      else if (selection.kind === Kind.FIELD) add(this.#countField(selection, type));
      else {
        const condition = selection.typeCondition?.name.value;
        add(this.#countSelections(selection.selectionSet, condition ? this.#schema.getType(condition) : type));
      }
    }
    return count;
  }

  #countFragment(name: string): Count {
    const known = this.#counted.get(name);
    if (known) return known;
    const fragment = this.#fragments.get(name);
    const count = fragment
      ? this.#countSelections(fragment.selectionSet, this.#schema.getType(fragment.typeCondition.name.value))
      : { once: 0, perEntry: 0 };
    this.#counted.set(name, count);
    return count;
  }

  #countField(node: FieldNode, parent: GraphQLNamedType | null | undefined): Count {
    // Introspection (`__schema`) is no field of its type: graphql's own rule bounds it.
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
    const type = field && getNamedType(field.type);
    if (!field || !node.selectionSet || !isCompositeType(type)) return { once: 0, perEntry: 0 };
    const inner = this.#countSelections(node.selectionSet, type);
    const isPage = type.name.endsWith('Connection');
    // The entries of a page are loaded, too, where only their number is asked for.
    const perEntry = isPage ? Math.max(inner.perEntry, 1) : inner.perEntry;
    const own = isPage ? pageWeight : wrapper.test(type.name) ? 0 : 1;
    const total = own + inner.once + this.#sizeOf(node, field) * perEntry;
    return isListType(getNullableType(field.type)) ? { once: 0, perEntry: total } : { once: total, perEntry: 0 };
  }

  /** Entries of the page that a field gives, or of each list in it. */
  #sizeOf(node: FieldNode, { args }: GraphQLField<unknown, unknown>): number {
    const sizes = args
      .filter(({ name }) => name === 'first' || name === 'last')
      .map(({ name, defaultValue }) => {
        const given = node.arguments?.find((argument) => argument.name.value === name);
        return this.#numberOf(given?.value) ?? (typeof defaultValue === 'number' ? defaultValue : 0);
      });
    return Math.min(Math.max(0, ...sizes) || usualSize, longestPage);
  }

  /** @returns undefined where nothing, null or no number is given: what is no number is refused when the operation runs */
  #numberOf(value: ValueNode | undefined): number | undefined {
    if (value?.kind === Kind.INT) return Number(value.value);
    if (value?.kind !== Kind.VARIABLE) return undefined;
    this.usedVariable = true;
    const { name } = value;
    const given = this.#variables[name.value];
    if (given === undefined) return this.#numberOf(this.#defaults.get(name.value));
    return typeof given === 'number' ? given : undefined;
  }
}
