import {
  type ConstDirectiveNode,
  type DirectiveNode,
  type DocumentNode,
  extendSchema,
  type GraphQLSchema,
  getDirectiveValues,
  Kind,
  parse,
  print,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import { Refusal } from './refusal.ts';
import type { Operation } from './source.ts';

/** The directives that speak to the command line alone. The server never sees them. */
const marks = /* GraphQL */ `
  enum CliGroup { LIFECYCLE MESSAGES MEMORY LOG SERVER }
  enum CliIdentity { INSTANCE OPERATOR ANY }

  "Where a command is listed, and who must ask. A query is for anybody, all else for an instance, where this does not say."
  directive @cli(
    group: CliGroup!
    identity: CliIdentity
    hidden: Boolean = false
    "A mutation that does nothing more the second time: it is asked again where no answer came."
    idempotent: Boolean = false
    "What is said where none of its variables is given, of which it needs one."
    needsOne: String
  ) on QUERY | MUTATION | SUBSCRIPTION

  "An option that the command line keeps to itself; without a value where it takes none."
  directive @option(name: String!, takes: String, description: String!) repeatable on QUERY | SUBSCRIPTION

  "The value of this field is never printed."
  directive @secret on FIELD

  "Where this field holds something, an object or a list that is not empty, the command ends in the exit code for blocked."
  directive @blocked on FIELD

  "What the command line fills in where the flag is not given."
  directive @fill(with: String!) on VARIABLE_DEFINITION

  "The value - stands for standard input."
  directive @stdin on VARIABLE_DEFINITION

  "Where it is given, an idempotent mutation is not asked again: the second time it would do something else."
  directive @once on VARIABLE_DEFINITION

  "What people call resources: files are sent as the server calls them, whatever folder they were named from."
  directive @resource on VARIABLE_DEFINITION

  "What names memories: numbers may be parted by commas, any other text is one title as it stands, since titles have commas."
  directive @titles on VARIABLE_DEFINITION

  "For so long the server may keep its answer back. What is left of it is sent where the request has to be repeated."
  directive @wait on VARIABLE_DEFINITION

  "How models are offered it. What is no subscription, not the operator's alone and prints no secret is offered on request, where this does not say."
  directive @tool(
    "Among the few that are offered unasked: every word of these costs every session."
    always: Boolean = false
    never: Boolean = false
    "What models are told of it instead of its first sentence."
    says: String
    "It takes away what others have made."
    destructive: Boolean = false
  ) on QUERY | MUTATION | SUBSCRIPTION

  "How models are told of a variable."
  directive @input(
    "Instead of the first sentence of its description; nothing where it is empty."
    says: String
    "Models do not hear of it."
    none: Boolean = false
    "What is sent where a model gives nothing."
    preset: Int
  ) on VARIABLE_DEFINITION
`;

const markNames = [
  'cli',
  'option',
  'secret',
  'blocked',
  'fill',
  'stdin',
  'once',
  'resource',
  'titles',
  'wait',
  'tool',
  'input',
] as const;
const isMark = (name: string): boolean => (markNames as readonly string[]).includes(name);

/** The schema with the marks added to it, so that validation knows them. */
export function withMarks(schema: GraphQLSchema): GraphQLSchema {
  return extendSchema(schema, parse(marks));
}

interface Marked {
  readonly directives?: readonly DirectiveNode[] | readonly ConstDirectiveNode[];
}

/** The arguments of a mark where the node bears it. */
export function markOf(
  schema: GraphQLSchema,
  name: (typeof markNames)[number],
  node: Marked,
): Record<string, unknown> | undefined {
  const directive = schema.getDirective(name);
  return directive ? getDirectiveValues(directive, node) : undefined;
}

/** The same for a mark that a node may bear several times. */
export function marksOf(schema: GraphQLSchema, name: 'option', { directives = [] }: Marked): Record<string, unknown>[] {
  return directives
    .map((directive) => (directive.name.value === name ? markOf(schema, name, { directives: [directive] }) : undefined))
    .filter((mark) => mark !== undefined);
}

/** The text to send: the operation with its fragments, without marks, descriptions and white space. */
export function documentOf({ definition, fragments }: Operation): string {
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [definition, ...fragments.values()] };
  const bare = visit(document, {
    Directive: (node) => (isMark(node.name.value) ? null : undefined),
    OperationDefinition: ({ description, ...node }) => (description ? node : undefined),
    FragmentDefinition: ({ description, ...node }) => (description ? node : undefined),
    VariableDefinition: ({ description, ...node }) => (description ? node : undefined),
  });
  return stripIgnoredCharacters(print(bare));
}

/**
 * The response paths of the fields that bear a mark, such as `register.token`.
 * @throws Refusal where `@blocked` stands at a field without fields of its own
 */
export function pathsOf(
  schema: GraphQLSchema,
  mark: 'secret' | 'blocked',
  { file, definition, fragments }: Operation,
): string[] {
  const paths: string[] = [];
  const walk = (selections: Operation['definition']['selectionSet'] | undefined, path: readonly string[]): void => {
    for (const selection of selections?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        const fieldPath = [...path, (selection.alias ?? selection.name).value];
        if (markOf(schema, mark, selection)) {
          if (mark === 'blocked' && !selection.selectionSet) {
            throw new Refusal(file, `${fieldPath.join('.')} bears @blocked, which is for objects and lists of them.`);
          }
          paths.push(fieldPath.join('.'));
        }
        walk(selection.selectionSet, fieldPath);
      } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        walk(fragments.get(selection.name.value)?.selectionSet, path);
      } else {
        walk(selection.selectionSet, path);
      }
    }
  };
  walk(definition.selectionSet, []);
  return paths;
}
