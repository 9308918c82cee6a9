import { everybody, human } from '../address.ts';
import type { Services } from '../context.ts';
import type { ChannelKind } from '../database/generated/enums.ts';
import { type Queryable, statement } from '../database/statement.ts';
import { ClambakeError } from '../errors.ts';
import { checkFilter, excerpt } from '../input.ts';
import { didYouMean, nearest } from '../nearest.ts';
import { projectKey } from '../project/service.ts';

/** The channel behind an address. */
export interface Recipient {
  channelId: number;
  kind: ChannelKind;
  /** The address as it is written: `@all`, the project's name, the instance's id. */
  address: string;
  /** Whether it is an instance that has left. */
  ended: boolean;
}

/**
 * The query for a {@link Recipient}: one row, or none where nobody has the address.
 * @param address parameter with the address in lower case, as instances are found
 * @param key parameter with it as projects are found
 */
export const channelOf = (address: string, key: string): string =>
  `SELECT id AS "channelId", kind, '@all' AS address, false AS ended FROM clambake.channel WHERE kind = 'ALL' AND ${key} = '@all'
   UNION ALL
   SELECT c.id, c.kind, i.id, i.ended_at IS NOT NULL
   FROM clambake.instance i JOIN clambake.channel c ON c.instance_id = i.id WHERE i.id = ${address}
   UNION ALL
   SELECT c.id, c.kind, p.name, false
   FROM clambake.project p JOIN clambake.channel c ON c.project_id = p.id WHERE p.key = ${key}
   LIMIT 1`;

const findChannel = statement<Recipient, [address: string, key: string]>('message-recipient', channelOf('$1', '$2'));

const listAddresses = statement<{ address: string }, []>(
  'message-addresses',
  `(SELECT id AS address FROM clambake.instance WHERE ended_at IS NULL ORDER BY last_seen_at DESC LIMIT 500)
   UNION ALL (SELECT name FROM clambake.project ORDER BY id DESC LIMIT 500)`,
);

/**
 * What was given as an address, before anybody has looked whose it is.
 * @throws ClambakeError BAD_INPUT
 */
export const checkAddress = (to: string): string => checkFilter('to', to) ?? '';

/**
 * Finds the channel behind an address that messages are looked up by; that of an instance that has left too.
 * @throws ClambakeError BAD_INPUT, UNKNOWN_RECIPIENT, with the nearest known addresses as `suggestions`
 */
export async function requireAddress(queryable: Queryable, to: string): Promise<Recipient> {
  const address = checkAddress(to);
  const [recipient] = await findChannel(queryable, address.toLowerCase(), projectKey(address));
  if (recipient) return recipient;
  const known = (await listAddresses(queryable)).map((row) => row.address);
  const suggestions = nearest(address, [everybody, ...known], projectKey);
  const why = address.toLowerCase() === human ? `The human reads what is sent to ${everybody}. ` : '';
  throw new ClambakeError(
    'UNKNOWN_RECIPIENT',
    `Nobody is called "${excerpt(address)}". ${why}${didYouMean(suggestions)}An address is ${everybody}, a project or an instance (\`clambake status\`).`,
    { suggestions },
  );
}

/**
 * Finds the channel that a message is sent to (protocol: addressing messages).
 * @throws ClambakeError BAD_INPUT, UNKNOWN_RECIPIENT, also for an instance that has left
 */
export async function requireRecipient(queryable: Queryable, to: string): Promise<Recipient> {
  const recipient = await requireAddress(queryable, to);
  if (!recipient.ended) return recipient;
  throw new ClambakeError(
    'UNKNOWN_RECIPIENT',
    `${recipient.address} has left and reads no more: write to its project, or to ${everybody}.`,
    { suggestions: [] },
  );
}

const countInstances = statement<{ count: number }, [channelId: number, except: string | null, staleAfter: number]>(
  'message-audience',
  `SELECT count(*)::int AS count FROM clambake.channel c
   JOIN clambake.instance i ON c.kind = 'ALL' OR c.project_id = i.project_id OR c.instance_id = i.id
   WHERE c.id = $1 AND i.ended_at IS NULL AND i.id IS DISTINCT FROM $2
     AND i.last_seen_at > now() - $3::float8 * interval '1 millisecond'`,
);

/** How many live instances a message on this channel is for now, its sender left out. */
export async function countAudience(services: Services, channelId: number, sender: string | null): Promise<number> {
  const [row] = await countInstances(services.database.pool, channelId, sender, services.staleAfter);
  return row?.count ?? 0;
}
