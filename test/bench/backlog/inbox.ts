import { ask, operationOf } from '../asking.ts';
import type { Finding } from '../finding.ts';
import { interleave } from '../interleave.ts';
import type { OwnServer } from '../own-server.ts';
import type { Part } from '../part.ts';
import { registerMembers, sendToAll } from '../requests/members.ts';
import { costOf } from './cost.ts';
import { addOldMessages } from './old-messages.ts';

/** How much is asked. */
export interface Reading {
  /** Expired messages in the one database, none in the other. */
  messages: number;
  /** How often each is asked. */
  rounds: number;
}

const project = 'backlog';
const page = 20;

/** Messages that have not expired: more than a page of them. */
const unread = 30;

/** Asks two servers for an inbox by turns; the database of the first is full of what has expired. */
export async function inboxes([full, empty]: OwnServer[], { messages, rounds }: Reading): Promise<Part> {
  if (!full || !empty) throw new Error('It takes two servers.');
  const servers = [full, empty];
  const readers: (() => Promise<number>)[] = [];
  for (const server of servers) {
    const { endpoint, token } = server;
    const [reader, writer] = await registerMembers(endpoint, token, project, 2);
    if (!reader || !writer) throw new Error('Nobody is there to ask.');
    if (server === full) {
      await addOldMessages(await server.postgres.url(), project, messages);
      await server.process.stop();
      await server.process.start();
    }
    await sendToAll(endpoint, writer, unread);
    const { document } = operationOf('inbox');
    readers.push(async () => {
      const { inbox } = await ask<Inbox>({ endpoint, token: reader.token }, document, { first: page });
      if (inbox.nodes.length !== page || inbox.totalCount !== unread) {
        throw new Error(`The inbox holds ${inbox.nodes.length} of ${inbox.totalCount} messages.`);
      }
      return inbox.totalCount;
    });
  }
  const [ofFull, ofEmpty] = readers as [() => Promise<number>, () => Promise<number>];
  const run = (times: number): Promise<Record<string, number>> => interleave({ full: ofFull, empty: ofEmpty }, times);
  await run(Math.ceil(rounds / 4));
  const { value: p50, costs } = await costOf(servers, rounds, () => run(rounds));
  const [old, none] = costs.map(({ server, postgres }) => server + postgres);
  return {
    findings: [
      ...compared(messages, 'p50', 'ms', p50.full, p50.empty),
      ...compared(messages, 'CPU, Postgres included', 'us', old, none),
    ],
    data: { messages, rounds, p50, costs },
  };
}

interface Inbox {
  inbox: { totalCount: number; nodes: unknown[] };
}

/** A figure beside that of an empty database, of which 1.3 times is promised. */
function compared(
  messages: number,
  what: string,
  unit: 'ms' | 'us',
  value = Number.NaN,
  without = Number.NaN,
): Finding[] {
  const beside = `inbox of ${page} beside ${messages.toLocaleString('en')} expired messages`;
  return [
    { name: `inbox of ${page} beside none: ${what}`, value: without, unit },
    { name: `${beside}: ${what}`, value, unit },
    { name: `${beside}: ${what}, against none`, value: value / without, unit: '×', promise: { atMost: 1.3 } },
  ];
}
