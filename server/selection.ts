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

/** What Prisma is asked of a model. */
export type Selected = boolean | { include?: Selections; select?: Selections; [option: string]: unknown };
type Selections = Readonly<Record<string, Selected | undefined>>;

/**
 * Whether a Prisma selection takes nothing but what another takes: then what was read for that one answers it too.
 * @param selected like `{ include: { sender: true } }`
 */
export function isWithin(selected: Selected | undefined, whole: Selected | undefined): boolean {
  if (!selected) return true;
  if (!whole) return false;
  const { include, select, ...options } = selected === true ? {} : selected;
  const { include: wholeInclude, select: wholeSelect, ...wholeOptions } = whole === true ? {} : whole;
  if (JSON.stringify(options) !== JSON.stringify(wholeOptions)) return false;
  // Without a list of columns all of them are taken.
  if (!select && wholeSelect) return false;
  return Object.entries({ ...include, ...select }).every(([name, part]) =>
    isWithin(part, { ...wholeInclude, ...wholeSelect }[name]),
  );
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
