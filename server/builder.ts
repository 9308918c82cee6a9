import SchemaBuilder, { type EnumRef } from '@pothos/core';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import type { Context } from './context.ts';
import { enumDescriptions } from './database/generated/enum-descriptions.ts';
import type PrismaTypes from './database/generated/pothos.ts';
import { getDatamodel } from './database/generated/pothos.ts';

export interface SchemaTypes {
  Context: Context;
  PrismaTypes: PrismaTypes;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: { list: false; items: false };
  DefaultNodeNullability: false;
  Scalars: {
    DateTime: { Input: Date; Output: Date };
    /** Milliseconds. */
    Duration: { Input: number; Output: number };
    ID: { Input: string; Output: string | number };
  };
  Connection: {
    /** Counts all nodes, on whatever page; asked only when it is selected. */
    totalCount: () => Promise<number>;
  };
}

/** The one schema builder. Domain rooms add their types to it; nothing of the domain is said here. */
export const builder = new SchemaBuilder<SchemaTypes>({
  plugins: [RelayPlugin, PrismaPlugin],
  defaultFieldNullability: false,
  relay: {
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    nodesOnConnection: { description: 'The nodes of this page.' },
    edgesFieldOptions: {
      description: 'The nodes of this page, each with its cursor.',
      nullable: { list: false, items: false },
    },
    nodeFieldOptions: { description: 'The node.', nullable: false },
    cursorFieldOptions: { description: 'Where this node stands: give it as `after` to go on from here.' },
    pageInfoFieldOptions: { description: 'Whether there is more, and from where.' },
    pageInfoTypeOptions: { description: 'Where a page begins and ends, and whether there is more.' },
    firstArgOptions: { description: 'How many from the front. At most 100.' },
    afterArgOptions: { description: 'Only what comes after this cursor.' },
    lastArgOptions: { description: 'How many from the end. At most 100.' },
    beforeArgOptions: { description: 'Only what comes before this cursor.' },
  },
  prisma: {
    client: (context) => context.database.prisma,
    dmmf: getDatamodel(),
    exposeDescriptions: true,
    onUnusedQuery: process.env.NODE_ENV === 'test' ? 'error' : null,
  },
});

builder.queryType({ description: 'What can be asked.' });
builder.mutationType({ description: 'What can be done.' });
builder.subscriptionType({ description: 'What can be followed as it happens.' });

builder.globalConnectionField('totalCount', (t) =>
  t.int({
    description: 'How many there are on all pages together.',
    resolve: (connection) => connection.totalCount(),
  }),
);

type EnumName = keyof typeof enumDescriptions;
type EnumValue<Name extends EnumName> = keyof (typeof enumDescriptions)[Name]['values'] & string;

/** A GraphQL enum with the values and descriptions of the enum in schema.prisma. */
export function prismaEnum<Name extends EnumName>(
  name: Name,
): EnumRef<PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>, EnumValue<Name>> {
  const { description, values } = enumDescriptions[name];
  const type: unknown = builder.enumType(name as string, { description, values: { ...values } });
  return type as EnumRef<PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>, EnumValue<Name>>;
}
