import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** Spread into the options of a field whose value does not depend on who asks for it. */
export const sameForAll = { extensions: { sameForAll: true } } as const;

const known = new WeakMap<DocumentNode, boolean>();

/**
 * Whether an event of a subscription gives the same answer to all who follow with this document: every field in it is marked
 * {@link sameForAll}, and there is nothing that variables could change below the subscription itself.
 * @param document one that is valid; the answer is kept with it
 */
export function isSameForAll(schema: GraphQLSchema, document: DocumentNode): boolean {
  const answer = known.get(document) ?? find(schema, document);
  known.set(document, answer);
  return answer;
}

function find(schema: GraphQLSchema, document: DocumentNode): boolean {
  const isOperation = (node: { kind: Kind }): node is OperationDefinitionNode =>
    node.kind === Kind.OPERATION_DEFINITION;
  if (document.definitions.filter(isOperation).length !== 1) return false;
  const types = new TypeInfo(schema);
  let same = true;
  visit(
    document,
    visitWithTypeInfo(types, {
      Directive() {
        same = false;
      },
      Field(node) {
        const field = types.getFieldDef();
        const atRoot = types.getParentType() === schema.getSubscriptionType();
        if (node.name.value === '__typename') return;
        if (!field?.extensions.sameForAll || (!atRoot && node.arguments?.length)) same = false;
      },
    }),
  );
  return same;
}
