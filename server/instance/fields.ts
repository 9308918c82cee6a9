import { human } from '../address.ts';
import { builder } from '../builder.ts';
import type { Context, Viewer } from '../context.ts';
import { requireProject } from '../project/service.ts';
import { selection } from '../selection.ts';
import { heartbeat } from './heartbeat.ts';
import { whereLive } from './presence.ts';
import { InstanceConnection, InstanceRef, InstanceStatusRef, listInstances } from './schema.ts';
import { deregister, register } from './service.ts';

const ViewerKind = builder.enumType('ViewerKind', {
  description: 'What kind of token was sent.',
  values: {
    OPERATOR: { description: "The server's own token: registers instances, sees all, sends as `human`." },
    INSTANCE: { description: 'The token of one instance, which acts as that instance and nobody else.' },
  },
});

export const ViewerRef = builder.objectRef<Viewer>('Viewer').implement({
  description: 'Whoever asks, as its token says.',
  fields: (t) => ({
    kind: t.field({
      type: ViewerKind,
      description: 'What kind of token was sent.',
      resolve: ({ kind }) => (kind === 'operator' ? 'OPERATOR' : 'INSTANCE'),
    }),
    name: t.string({
      description: 'What it signs with: the id of the instance, or `human`.',
      resolve: (viewer) => (viewer.kind === 'instance' ? viewer.id : human),
    }),
    instance: t.field({
      type: InstanceRef,
      nullable: true,
      description: 'The instance; none for the operator.',
      resolve: (viewer, _, context, info) =>
        viewer.kind === 'instance'
          ? context.database.prisma.instance.findUnique({ ...selection(context, info), where: { id: viewer.id } })
          : null,
    }),
  }),
});

const RegisterPayload = builder
  .objectRef<{ id: string; token: string; resumed: boolean }>('RegisterPayload')
  .implement({
    description: 'What a registration gives.',
    fields: (t) => ({
      instance: t.prismaField({
        type: 'Instance',
        description: 'The instance.',
        resolve: (query, { id }, _, { database }) =>
          database.prisma.instance.findUniqueOrThrow({ ...query, where: { id } }),
      }),
      token: t.exposeString('token', {
        description: 'The token of the instance. It is told this once; only its hash is kept.',
      }),
      resumed: t.exposeBoolean('resumed', {
        description: 'Whether its session key had registered before, so that this is the same instance again.',
      }),
    }),
  });

builder.queryFields((t) => ({
  me: t.field({
    type: ViewerRef,
    description: 'Whoever asks, as its token says.',
    resolve: (_, __, { viewer }) => viewer,
  }),
  instances: t.connection(
    {
      type: InstanceRef,
      description: 'Who works here, the latest registered first.',
      args: {
        project: t.arg.string({ description: 'Only instances of this project.' }),
        live: t.arg.boolean({
          required: true,
          defaultValue: true,
          description: 'Only those that take part now; false lists all there ever were.',
        }),
      },
      async resolve(_, { project, live, ...args }, context, info) {
        const scope = await requireProject(context.database.pool, project);
        return listInstances(context, args, info, {
          ...(live && whereLive(context)),
          ...(scope && { projectId: scope.id }),
        });
      },
    },
    InstanceConnection,
  ),
}));

builder.prismaObjectField('Project', 'instances', (t) =>
  t.connection(
    {
      type: InstanceRef,
      description: 'Who works on it, the latest registered first.',
      select: { id: true },
      args: {
        live: t.arg.boolean({
          required: true,
          defaultValue: true,
          description: 'Only those that take part now; false lists all there ever were.',
        }),
      },
      resolve: ({ id }, { live, ...args }, context, info) =>
        listInstances(context, args, info, { projectId: id, ...(live && whereLive(context)) }),
    },
    InstanceConnection,
  ),
);

builder.mutationFields((t) => ({
  register: t.field({
    type: RegisterPayload,
    description: 'Registers an instance and gives it a token of its own. Takes the token of the server.',
    args: {
      project: t.arg.string({ required: true, description: 'The project it works on. It need not be known yet.' }),
      directory: t.arg.string({ required: true, description: 'The folder it works in.' }),
      model: t.arg.string({ description: 'The model it runs on.' }),
      sessionKey: t.arg.string({
        description: 'Names the session: registering again with it is the same instance again, under a fresh token.',
      }),
    },
    resolve: (_, registration, context) => register(context, registration),
  }),
  heartbeat: t.prismaField({
    type: 'Instance',
    description: 'Says what the instance is doing, and that it is there. Every other call says that it is there too.',
    args: {
      task: t.arg.string({ description: 'What it is working on, up to 500 bytes; empty clears it.' }),
      status: t.arg({ type: InstanceStatusRef, description: 'How busy it is.' }),
    },
    resolve: (query, _, said, context) => heartbeat(context, said, query),
  }),
  deregister: t.prismaField({
    type: 'Instance',
    description: 'Ends an instance: its token is revoked, its blockers end. What it sent and learned stays.',
    args: {
      instance: t.arg.id({ description: 'Which one, for the operator. An instance ends itself.' }),
    },
    async resolve(query, _, { instance }, context: Context) {
      const id = await deregister(context, instance);
      return context.database.prisma.instance.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
}));
