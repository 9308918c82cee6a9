import { basename } from 'node:path';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  validate,
  visit,
} from 'graphql';
import { Refusal } from './refusal.ts';

/** A file as it was read: its path, for people, and its text. */
export interface Source {
  file: string;
  text: string;
}

/** One operation with every fragment that it uses, valid against the schema. */
export interface Operation {
  file: string;
  /** The name of the file, and so of the command. */
  name: string;
  definition: OperationDefinitionNode & { name: { value: string } };
  fragments: Map<string, FragmentDefinitionNode>;
}

/**
 * Reads the fragments that operations share, one a file.
 * @throws Refusal where a file holds anything else, or a name is taken twice
 */
export function readFragments(sources: readonly Source[]): Map<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const source of sources) {
    const [definition, ...others] = parseSource(source).definitions;
    if (definition?.kind !== Kind.FRAGMENT_DEFINITION || others.length > 0) {
      throw new Refusal(source.file, 'a file of this folder holds one fragment and nothing else.');
    }
    if (fragments.has(definition.name.value)) {
      throw new Refusal(source.file, `another file holds a fragment ${definition.name.value} already.`);
    }
    fragments.set(definition.name.value, definition);
  }
  return fragments;
}

/**
 * Reads one operation file and validates it.
 * @param fragments every fragment there is, by name
 * @throws Refusal where the file does not hold exactly one operation, named as the file is, or the schema does not fit
 */
export function readOperation(
  source: Source,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  schema: GraphQLSchema,
): Operation {
  const [definition, ...others] = parseSource(source).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION || others.length > 0) {
    throw new Refusal(source.file, 'a file holds one operation and nothing else; fragments lie in fragments/.');
  }
  if (!isNamed(definition)) {
    throw new Refusal(source.file, 'the operation has no name: name it as the file is, in PascalCase.');
  }
  const name = basename(source.file, '.graphql');
  if (pascalCase(name) !== definition.name.value) {
    throw new Refusal(
      source.file,
      `the operation is named ${definition.name.value}: in this file it is ${pascalCase(name)}.`,
    );
  }
  const used = fragmentsUsedBy(definition.selectionSet, fragments);
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [definition, ...used.values()] };
  const [error] = validate(schema, document);
  if (error) throw new Refusal(source.file, error.message);
  return { file: source.file, name, definition, fragments: used };
}

function parseSource({ file, text }: Source): DocumentNode {
  try {
    return parse(text);
  } catch (error) {
    throw new Refusal(file, error instanceof Error ? error.message : String(error));
  }
}

function isNamed(definition: OperationDefinitionNode): definition is Operation['definition'] {
  return definition.name !== undefined;
}

/** The fragments a selection spreads, directly or through others, sorted by name. Unknown ones are left to validation. */
function fragmentsUsedBy(
  selection: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Map<string, FragmentDefinitionNode> {
  const used = new Map<string, FragmentDefinitionNode>();
  const follow = (node: SelectionSetNode): void => {
    visit(node, {
      FragmentSpread({ name: { value } }) {
        const fragment = fragments.get(value);
        if (!fragment || used.has(value)) return;
        used.set(value, fragment);
        follow(fragment.selectionSet);
      },
    });
  };
  follow(selection);
  return new Map([...used].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function pascalCase(kebab: string): string {
  return kebab.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
