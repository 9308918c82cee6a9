import type { Member } from '../../faults/client.ts';
import { takeTime } from '../latency.ts';
import type { OwnServer } from '../own-server.ts';
import type { Part } from '../part.ts';
import { registerMembers } from '../requests/members.ts';
import { send } from '../sending.ts';

/** Who sends, and how many messages each. */
export interface Senders {
  instances: number;
  sends: number;
}

/** Milliseconds until nothing further is sent. */
const longest = 120_000;

/** Has as many messages under way as there are instances, of each in turn: one to the next instance, one to all. */
export async function closedLoop({ endpoint, token }: OwnServer, { instances, sends }: Senders): Promise<Part> {
  const members = await registerMembers(endpoint, token, 'busy', instances, { kind: 'busy', limit: 16 });
  const reasons: string[] = [];
  const of = (number: number): Member => members[number % instances] as Member;
  const calls = Array.from({ length: instances * sends }, (_, number) => () => {
    const even = Math.floor(number / instances) % 2 === 0;
    return send(endpoint, of(number), even ? of(number + 1).id : '@all');
  });
  // By then the server has compiled what it runs, and everybody has a connection.
  const warming = calls.slice(0, Math.ceil(calls.length / 5));
  const options = {
    inFlight: instances,
    within: longest,
    onFailure: (error: unknown) => void reasons.push(String(error)),
  };
  const warm = await takeTime(warming, options);
  const latency = await takeTime(calls, options);
  const { p50, p95, p99, perSecond, failed } = latency;
  const what = `${instances} instances send ${sends} each at once`;
  return {
    findings: [
      {
        name: `${what}: p95`,
        value: p95,
        unit: 'ms',
        promise: { below: 100 },
      },
      { name: `${what}: p50`, value: p50, unit: 'ms' },
      { name: `${what}: p99`, value: p99, unit: 'ms' },
      { name: `${what}: messages`, value: perSecond, unit: '/s' },
      { name: `${what}: failed`, value: warm.failed + failed, unit: '', promise: { atMost: 0 } },
      {
        name: `${what}: not sent in time`,
        value: calls.length - latency.calls - failed,
        unit: '',
        promise: { atMost: 0 },
      },
    ],
    data: { instances, sends, latency, reasons: reasons.slice(0, 10) },
  };
}
