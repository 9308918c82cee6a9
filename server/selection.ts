import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from './context.ts';

/**
 * What was asked of a field's rows, for Prisma: spread it into the query, so that everything comes with one call.
 * Where a resolver always queries, `t.prismaField` gives the same and checks that it is used.
 */
export function selection(context: Context, info: GraphQLResolveInfo): object {
  return queryFromInfo({ context, info });
}
