import { type Blocker, type Message, Prisma } from '../database/generated/client.ts';
import { instancePart, projectPart } from '../database/model-parts.ts';
import { fieldsOf, type Part, part } from '../database/part.ts';
import type { Selected } from '../selection.ts';
import { asMessage, type MessageRow } from './message-row.ts';

/** A row of a statement that selects {@link columns} from {@link joins}. */
export type MessageColumns = Readonly<Record<string, unknown>>;

const message = messagePart();
const [sender, home] = [instancePart('sender'), projectPart('home')];
const blocker = part<Blocker>('blocker', fieldsOf(Prisma.BlockerScalarFieldEnum));

function messagePart(body?: string): Part<MessageRow> {
  return part('message', fieldsOf(Prisma.MessageScalarFieldEnum), body === undefined ? {} : { body });
}

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
    return Object.assign(asMessage(found), { channel });
  },
};

/** The same with who sent it, and the blocker that it opened. */
export const signed: Reading = {
  columns: signedColumns(message),
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

/** The columns of {@link signed} where a text of more bytes is left out: it is null. */
export const signedUpTo = (bytes: number): string =>
  signedColumns(messagePart(`CASE WHEN octet_length(message.body) <= ${bytes} THEN message.body END`));

function signedColumns(of: Part<MessageRow>): string {
  return [of.columns, address, sender.columns, home.columns, blocker.columns].join(', ');
}
