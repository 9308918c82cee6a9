import { builder } from '../builder.ts';
import { connect } from '../connection.ts';
import type { Prisma } from '../database/generated/client.ts';
import { type MemoryLinkKind, MemoryLinkKind as MemoryLinkKinds } from '../database/generated/enums.ts';
import type { Queryable } from '../database/statement.ts';
import { MemoryLinkRef } from '../memory/link-schema.ts';
import { MemoryRevisionConnection, MemoryRevisionRef, MemoryTypeRef } from '../memory/schema.ts';
import { requireProject } from '../project/service.ts';

// What an export is made of: every version of every memory, and every link, in an order that stays.

builder.prismaObjectField(MemoryRevisionRef, 'memory', (t) =>
  t.relation('memory', { description: 'The memory that this is a version of.' }),
);

const MemoryLinkConnection = builder.connectionObject({
  type: MemoryLinkRef,
  name: 'MemoryLinkConnection',
  description: 'A page of links.',
});

/** Kinds in the order in which Postgres sorts them. */
const kinds: readonly MemoryLinkKind[] = Object.values(MemoryLinkKinds);

const scopeDescriptions = {
  project: 'What belongs to this project. Everything where neither a project nor global is asked for.',
  global: 'What belongs to no project; beside a project, both.',
};

/** The memories of a scope; of everything where nothing is asked for. @throws ClambakeError NOT_FOUND */
async function whereInScope(
  queryable: Queryable,
  project: string | null | undefined,
  global: boolean | null | undefined,
): Promise<Prisma.MemoryWhereInput> {
  const scope = await requireProject(queryable, project);
  if (!scope) return global ? { projectId: null } : {};
  return global ? { OR: [{ projectId: scope.id }, { projectId: null }] } : { projectId: scope.id };
}

builder.queryFields((t) => ({
  memoryRevisions: t.connection(
    {
      type: MemoryRevisionRef,
      description:
        'Every version of every memory, in whatever status: by the number of the memory, then by version. A memory that changes meanwhile comes with all its versions up to the last one that is given.',
      args: {
        project: t.arg.string({ description: scopeDescriptions.project }),
        global: t.arg.boolean({ description: scopeDescriptions.global }),
        type: t.arg({ type: [MemoryTypeRef], description: 'Only memories of these types.' }),
        current: t.arg.boolean({
          required: true,
          defaultValue: false,
          description: 'Only the current version of each.',
        }),
      },
      async resolve(_, { project, global, type, current, ...args }, context, info) {
        const { memoryRevision } = context.database.prisma;
        const memory: Prisma.MemoryWhereInput = {
          ...(await whereInScope(context.database.pool, project, global)),
          ...(type && { type: { in: type } }),
        };
        const isAll = Object.keys(memory).length === 0;
        const version: Prisma.MemoryRevisionWhereInput = current ? { replacedAt: null } : {};
        const where: Prisma.MemoryRevisionWhereInput = { ...version, ...(isAll ? {} : { memory }) };
        return connect({
          args,
          context,
          info,
          sortedBy: ['number', 'number'],
          async load({ query, after, before, limit, inverted }) {
            const order = inverted ? 'desc' : 'asc';
            const range = { ...(after && { gte: after[0] }), ...(before && { lte: before[0] }) };
            // First which memories, then their versions: of a join Postgres would begin anew for each page. Those at the ends of
            // the range may have no version left; each other has one at least.
            const within = isAll
              ? undefined
              : await context.database.prisma.memory.findMany({
                  where: { AND: [memory, { id: range }] },
                  select: { id: true },
                  orderBy: { id: order },
                  take: limit + 2,
                });
            const scoped = within ? { memoryId: { in: within.map(({ id }) => id) } } : {};
            return memoryRevision.findMany({
              ...query,
              where: {
                AND: [version, scoped, after ? beyond('gt', after) : {}, before ? beyond('lt', before) : {}],
              },
              orderBy: [{ memoryId: order }, { version: order }],
              take: limit,
            });
          },
          key: ({ memoryId, version }) => [memoryId, version],
          count: () => memoryRevision.count({ where }),
        });
      },
    },
    MemoryRevisionConnection,
  ),
  memoryLinks: t.connection(
    {
      type: MemoryLinkRef,
      description: 'Every link that starts at a memory of a scope, by the numbers of its memories.',
      args: {
        project: t.arg.string({ description: scopeDescriptions.project }),
        global: t.arg.boolean({ description: scopeDescriptions.global }),
      },
      async resolve(_, { project, global, ...args }, context, info) {
        const { memoryLink } = context.database.prisma;
        const from = await whereInScope(context.database.pool, project, global);
        const where: Prisma.MemoryLinkWhereInput = Object.keys(from).length > 0 ? { from } : {};
        return connect({
          args,
          context,
          info,
          sortedBy: ['number', 'number', 'number'],
          load({ query, after, before, limit, inverted }) {
            const order = inverted ? 'desc' : 'asc';
            return memoryLink.findMany({
              ...query,
              where: { AND: [where, after ? linksBeyond('gt', after) : {}, before ? linksBeyond('lt', before) : {}] },
              orderBy: [{ fromId: order }, { toId: order }, { kind: order }],
              take: limit,
            });
          },
          key: ({ fromId, toId, kind }) => [fromId, toId, kinds.indexOf(kind)],
          count: () => memoryLink.count({ where }),
        });
      },
    },
    MemoryLinkConnection,
  ),
}));

type Comparison = 'gt' | 'lt';
const orEqual = { gt: 'gte', lt: 'lte' } as const;

// The first condition holds wherever the rest does. Only by it Postgres begins in the index where the page before has ended.
const beyond = (comparison: Comparison, [id, version]: readonly [number, number]): Prisma.MemoryRevisionWhereInput => ({
  memoryId: { [orEqual[comparison]]: id },
  OR: [{ memoryId: { [comparison]: id } }, { memoryId: id, version: { [comparison]: version } }],
});

const linksBeyond = (
  comparison: Comparison,
  [from, to, place]: readonly [number, number, number],
): Prisma.MemoryLinkWhereInput => ({
  fromId: { [orEqual[comparison]]: from },
  OR: [
    { fromId: { [comparison]: from } },
    { fromId: from, toId: { [comparison]: to } },
    {
      fromId: from,
      toId: to,
      kind: { in: comparison === 'gt' ? kinds.slice(place + 1) : kinds.slice(0, place) },
    },
  ],
});
