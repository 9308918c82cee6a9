import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { summary } from '../latency.ts';
import type { OwnServer } from '../own-server.ts';
import type { Part } from '../part.ts';
import { processorTime } from '../processor.ts';
import { between, seeded } from '../random.ts';
import { registerMembers } from '../requests/members.ts';
import { send } from '../sending.ts';
import { Audience } from './audience.ts';

/** How much is sent. */
export interface Pace {
  writers: number;
  subscribers: number;
  seconds: number;
}

/** Milliseconds a writer rests after each message. Without a rest it would be the reader here that is measured, not the server. */
const rest = [50, 150] as const;

/**
 * Has writers send to everybody, and takes the time of each message to each subscriber: from createdAt, which lies before the
 * commit, hence too long by the writing; and from the arrival of the sender's answer, which lies behind it, hence too short.
 */
export async function paced(
  { endpoint, token, process }: OwnServer,
  { writers, subscribers, seconds }: Pace,
): Promise<Part> {
  const audience = new Audience();
  const heard: { id: number; at: number; clock: number; frame: Buffer }[] = [];
  try {
    const writing = await registerMembers(endpoint, token, 'writing', writers, { kind: 'writer', limit: 16 });
    const listening = await registerMembers(endpoint, token, 'listening', subscribers, { kind: 'listener', limit: 16 });
    await audience.add(endpoint, listening, ({ id, frame }) =>
      heard.push({ id, at: performance.now(), clock: Date.now(), frame }),
    );
    const answered = new Map<number, number>();
    const before = processorTime(process.pid) ?? Number.NaN;
    const own = monitorEventLoopDelay({ resolution: 2 });
    own.enable();
    const begun = performance.now();
    const until = begun + seconds * 1000;
    const outcomes = await Promise.allSettled(
      writing.map(async (writer, number) => {
        const random = seeded(21, number);
        while (performance.now() < until) {
          await sleep(between(random, ...rest));
          const id = await send(endpoint, writer, '@all');
          answered.set(id, performance.now());
        }
      }),
    );
    const lost = await missing(audience, [...answered.keys()]);
    const busy = ((processorTime(process.pid) ?? Number.NaN) - before) / (performance.now() - begun);
    own.disable();
    const delay = own.percentile(99) / 1e6;
    const failed = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []));
    // By then the server has compiled what it runs.
    const timed = heard.filter(({ at }) => at > begun + seconds * 200);
    const sinceCreated = timed.map(({ clock, frame }) => clock - createdAt(frame));
    const sinceAnswer = timed.map(({ id, at }) => at - (answered.get(id) ?? Number.NaN));
    const [slow, fast] = [summary(sinceCreated), summary(sinceAnswer)];
    const early = (sinceAnswer.filter((time) => time < 0).length / sinceAnswer.length) * 100;
    const what = `${writers} writers, ${subscribers} subscribers`;
    return {
      findings: [
        { name: `${what}: from createdAt, p50`, value: slow.p50, unit: 'ms', promise: { below: 5 } },
        { name: `${what}: from createdAt, p99`, value: slow.p99, unit: 'ms', promise: { below: 50 } },
        { name: `${what}: from the sender’s answer, p50`, value: fast.p50, unit: 'ms' },
        { name: `${what}: from the sender’s answer, p99`, value: fast.p99, unit: 'ms' },
        { name: `${what}: before the sender’s answer`, value: early, unit: '%' },
        { name: `${what}: messages`, value: answered.size / seconds, unit: '/s' },
        { name: `${what}: delay of the process that takes the time, p99`, value: delay, unit: 'ms' },
        { name: `${what}: server CPU, of one core`, value: busy * 100, unit: '%' },
        { name: `${what}: missed`, value: lost, unit: '', promise: { atMost: 0 } },
        { name: `${what}: given twice`, value: audience.duplicates, unit: '', promise: { atMost: 0 } },
        { name: `${what}: errors`, value: failed.length + audience.errors.length, unit: '', promise: { atMost: 0 } },
      ],
      data: {
        sent: answered.size,
        received: heard.length,
        sinceCreated: slow,
        sinceAnswer: fast,
        early,
        delay,
        busy,
        failed,
      },
    };
  } finally {
    await audience.close();
  }
}

/** How many times somebody has not got a message half a minute after those before it. */
async function missing(audience: Audience, ids: readonly number[]): Promise<number> {
  for (const id of ids) if ((await audience.everybodyHas(id)) === Number.POSITIVE_INFINITY) break;
  return ids.reduce((sum, id) => sum + audience.size - audience.having(id), 0);
}

/** Milliseconds since 1970, by the clock that this machine's Date.now reads too. */
function createdAt(frame: Buffer): number {
  const found = /"createdAt":"([^"]+)"/.exec(frame.toString())?.[1];
  return found === undefined ? Number.NaN : Date.parse(found);
}
