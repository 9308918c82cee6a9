import { type Blocker, type Instance, type Message, Prisma, type Project } from '../database/generated/client.ts';
import { fieldsOf, part } from '../database/part.ts';
import { asMessage, type MessageRow } from '../delivery/message-row.ts';

/** A message that a page of an inbox found, and what was read of it. */
export interface InboxRow {
  id: number;
  /** 1 for a request that nobody has answered, else 0. */
  open: number;
  /** When it was handed to whose inbox this is; null before. */
  deliveredAt: Date | null;
  readAt: Date | null;
  /** The `done` that answers a request. */
  answerId: number | null;
  /** The project or the instance that it was sent to; neither for `@all`. */
  toProject: string | null;
  toInstance: string | null;
  [column: string]: unknown;
}

// The hash of somebody's token has no business in what is shown.
const { tokenHash: _, ...ofInstance } = Prisma.InstanceScalarFieldEnum;

const message = part<MessageRow>('message', fieldsOf(Prisma.MessageScalarFieldEnum));
const sender = part<Omit<Instance, 'tokenHash'>>('sender', fieldsOf(ofInstance));
const home = part<Project>('home', fieldsOf(Prisma.ProjectScalarFieldEnum));
const blocker = part<Blocker>('blocker', fieldsOf(Prisma.BlockerScalarFieldEnum));

/** What is read of the messages of an inbox by one statement, and of which selections that is all. */
export interface Reading {
  name: string;
  /** @param page finds them: id, open, "deliveredAt", "readAt", "answerId" */
  text(page: string, order: 'ASC' | 'DESC'): string;
  /** What Prisma would be asked for the same. */
  selection(instanceId: string): object;
  /** The message as Prisma would have given it. */
  asMessage(row: InboxRow): Message;
}

const read = (page: string, order: string, columns: string, joins: string): string =>
  `SELECT found.*, channel.instance_id AS "toInstance", addressed.name AS "toProject", ${columns}
   FROM (${page}) AS found JOIN clambake.message ON message.id = found.id
   JOIN clambake.channel ON channel.id = message.channel_id
   LEFT JOIN clambake.project AS addressed ON addressed.id = channel.project_id ${joins}
   ORDER BY found.open ${order}, found.id ${order}`;

const included = (instanceId: string) => ({
  channel: { select: { instanceId: true, project: { select: { name: true } } } },
  replies: { where: { type: 'DONE' }, take: 1, select: { id: true } },
  receipts: { where: { instanceId }, take: 1 },
});

function asPlain(row: InboxRow) {
  const { id, deliveredAt, readAt, answerId, toProject, toInstance } = row;
  const found = message.read(row);
  if (!found) throw new Error(`Message #${id} has no row.`);
  return {
    ...asMessage(found),
    channel: { instanceId: toInstance, project: toProject === null ? null : { name: toProject } },
    replies: answerId === null ? [] : [{ id: answerId }],
    receipts: deliveredAt === null ? [] : [{ deliveredAt, readAt }],
  };
}

/** A message with its address, its receipt, and whether it is open. */
export const plain: Reading = {
  name: 'plain',
  text: (page, order) => read(page, order, message.columns, ''),
  selection: (instanceId) => ({ include: included(instanceId) }),
  asMessage: asPlain,
};

/** The same with who sent it, and the blocker that it opened. */
export const full: Reading = {
  name: 'full',
  text: (page, order) =>
    read(
      page,
      order,
      [message, sender, home, blocker].map(({ columns }) => columns).join(', '),
      `LEFT JOIN clambake.instance AS sender ON sender.id = message.sender_id
       LEFT JOIN clambake.project AS home ON home.id = sender.project_id
       LEFT JOIN clambake.blocker ON blocker.message_id = message.id`,
    ),
  selection: (instanceId) => ({
    include: { ...included(instanceId), sender: { include: { project: true } }, blocker: true },
  }),
  asMessage(row) {
    const by = sender.read(row);
    return { ...asPlain(row), sender: by && { ...by, project: home.read(row) }, blocker: blocker.read(row) };
  },
};
