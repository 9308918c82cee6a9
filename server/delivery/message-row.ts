import { type Message, Prisma } from '../database/generated/client.ts';
import { fieldsOf, inSnakeCase } from '../database/part.ts';

/** A message as a prepared statement gives it. */
export type MessageRow = Omit<Message, 'seq'> & { seq: number };

/**
 * The columns of `clambake.message` under the names that Prisma gives them, for a prepared statement.
 * @param table its name or alias
 */
export const messageColumns = (table: string): string =>
  fieldsOf(Prisma.MessageScalarFieldEnum)
    .map((name) => `${table}.${inSnakeCase(name)} AS "${name}"`)
    .join(', ');

/** The message as Prisma would have given it: the same object. */
export const asMessage = (row: MessageRow): Message => Object.assign(row, { seq: BigInt(row.seq) });
