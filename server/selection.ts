import { queryFromInfo } from '@pothos/plugin-prisma';
import { type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';
import type { Context } from './context.ts';

/**
 * What was asked of a field's rows, for Prisma: spread it into the query, so that everything comes with one call.
 * Where a resolver always queries, `t.prismaField` gives the same and checks that it is used.
 */
export function selection(context: Context, info: GraphQLResolveInfo, path: string[] = []): object {
  return queryFromInfo({ context, info, path });
}

/** Whether a selection takes nothing but columns of the row itself, so that whoever has the row need not ask for it again. */
export function isOfRow(selected: object): boolean {
  return Object.keys(selected).length === 0;
}

/** Whether any of these fields is asked of what a field gives, also in fragments; @skip and @include are not looked at. */
export function selects({ fieldNodes, fragments }: GraphQLResolveInfo, names: readonly string[]): boolean {
  const among = (set: SelectionSetNode | undefined): boolean =>
    set?.selections.some((node) => {
      if (node.kind === Kind.FIELD) return names.includes(node.name.value);
      return among(node.kind === Kind.INLINE_FRAGMENT ? node.selectionSet : fragments[node.name.value]?.selectionSet);
    }) ?? false;
  return fieldNodes.some((node) => among(node.selectionSet));
}
