import { type Blocker, type Instance, type Message, Prisma, type Project } from '../database/generated/client.ts';
import { fieldsOf, part } from '../database/part.ts';
import type { Selected } from '../selection.ts';
import type { MessageRow } from './message-row.ts';

/** A row of a statement that selects {@link columns} from {@link joins}. */
export type MessageColumns = Readonly<Record<string, unknown>>;

// The hash of somebody's token has no business in what is shown.
const { tokenHash: _, ...ofInstance } = Prisma.InstanceScalarFieldEnum;

const message = part<MessageRow>('message', fieldsOf(Prisma.MessageScalarFieldEnum));
const sender = part<Omit<Instance, 'tokenHash'>>('sender', fieldsOf(ofInstance));
const home = part<Project>('home', fieldsOf(Prisma.ProjectScalarFieldEnum));
const blocker = part<Blocker>('blocker', fieldsOf(Prisma.BlockerScalarFieldEnum));

const address = 'channel.instance_id AS "toInstance", addressed.name AS "toProject"';
const ofAddress = `JOIN clambake.channel ON channel.id = message.channel_id
  LEFT JOIN clambake.project AS addressed ON addressed.id = channel.project_id`;

/** What is read of messages by one statement: from `clambake.message` joined with `joins`, the `columns`. */
export interface Reading {
  columns: string;
  joins: string;
  /** What Prisma would be asked for the same. */
  selection: { include: Readonly<Record<string, Selected>> };
  /** The message as Prisma would have given it: a new object, which is added to rather than copied for each further part. */
  read(row: MessageColumns): Message;
}

/** A message with the address that it was sent to. */
export const addressed: Reading = {
  columns: `${message.columns}, ${address}`,
  joins: ofAddress,
  selection: { include: { channel: { select: { instanceId: true, project: { select: { name: true } } } } } },
  read(row) {
    const found = message.read(row);
    if (!found) throw new Error('A row has no message.');
    const { toInstance: instanceId, toProject: name } = row;
    const channel = { instanceId, project: name === null ? null : { name } };
    return Object.assign(found, { seq: BigInt(found.seq), channel });
  },
};

/** The same with who sent it, and the blocker that it opened. */
export const signed: Reading = {
  columns: `${addressed.columns}, ${[sender, home, blocker].map(({ columns }) => columns).join(', ')}`,
  joins: `${ofAddress} LEFT JOIN clambake.instance AS sender ON sender.id = message.sender_id
  LEFT JOIN clambake.project AS home ON home.id = sender.project_id LEFT JOIN clambake.blocker ON blocker.message_id = message.id`,
  selection: { include: { ...addressed.selection.include, sender: { include: { project: true } }, blocker: true } },
  read(row) {
    const by = sender.read(row);
    return Object.assign(addressed.read(row), {
      sender: by && Object.assign(by, { project: home.read(row) }),
      blocker: blocker.read(row),
    });
  },
};
