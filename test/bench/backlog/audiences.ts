import { ask, operationOf } from '../asking.ts';
import type { Finding } from '../finding.ts';
import { interleave } from '../interleave.ts';
import type { OwnServer } from '../own-server.ts';
import type { Part } from '../part.ts';
import { registerMembers } from '../requests/members.ts';
import { costOf } from './cost.ts';

/** How much is sent. */
export interface Sending {
  /** Live instances besides the sender, on a server each, the fewest first. */
  audiences: number[];
  /** How often is sent to each. */
  rounds: number;
}

/** Sends to everybody by turns on servers that differ in how many that are. */
export async function audiencesOf(servers: OwnServer[], { audiences, rounds }: Sending): Promise<Part> {
  const senders: Record<string, () => Promise<unknown>> = {};
  for (const [index, { endpoint, token }] of servers.entries()) {
    const count = audiences[index] ?? 0;
    const [sender] = await registerMembers(endpoint, token, 'audience', count + 1, { limit: 16 });
    if (!sender) throw new Error('Nobody is there to send.');
    const { document } = operationOf('send');
    const variables = { to: '@all', subject: 'The migration is in', body: 'The pool is larger now: 20 instead of 10.' };
    senders[count] = async () => {
      const { sendMessage } = await ask<Sent>({ endpoint, token: sender.token }, document, variables);
      if (sendMessage.addressedTo < count) throw new Error(`It went to ${sendMessage.addressedTo}, not ${count}.`);
    };
  }
  await interleave(senders, Math.ceil(rounds / 4));
  const { value: p50, costs } = await costOf(servers, rounds, () => interleave(senders, rounds));
  const cost = (index: number): number => {
    const { server, postgres } = costs[index] ?? { server: Number.NaN, postgres: Number.NaN };
    return server + postgres;
  };
  const least = audiences[0] ?? 0;
  const ratio = (value: number, base: number): Pick<Finding, 'value' | 'unit' | 'promise'> => ({
    value: value / base,
    unit: '×',
    promise: { atMost: 1.3 },
  });
  return {
    findings: audiences.flatMap((count, index): Finding[] => {
      const [time = Number.NaN, base = Number.NaN] = [p50[count], p50[least]];
      const what = `sent to @all, ${count.toLocaleString('en')} live instances`;
      return [
        { name: `${what}: p50`, value: time, unit: 'ms' },
        { name: `${what}: CPU, Postgres included`, value: cost(index), unit: 'us' },
        ...(index === 0
          ? []
          : ([
              { name: `${what}: p50 against ${least}`, ...ratio(time, base) },
              { name: `${what}: CPU against ${least}`, ...ratio(cost(index), cost(0)) },
            ] satisfies Finding[])),
      ];
    }),
    data: { audiences, rounds, p50, costs },
  };
}

interface Sent {
  sendMessage: { addressedTo: number };
}
