import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseResource } from '../../server/blocker/resource.ts';
import { guard, hold, holdAborted, release, sendBlocker, waiters } from '../support/hold.ts';
import { overlap } from '../support/overlap.ts';
import { type Agent, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** What agents may want: files, trees over them, and one that has nothing to do with either. */
const names = ['src/', 'src/db/', 'src/db/pool.ts', 'src/app.ts', 'docs/a.md', 'docs/'];

const who = fc.nat({ max: 3 });
const wanted = fc.uniqueArray(fc.nat({ max: names.length - 1 }), { minLength: 1, maxLength: 2 });
const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constant('hold' as const), who, wanted }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant('wait' as const), who, wanted }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant('release' as const), who, nth: fc.nat({ max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('interrupt' as const), nth: fc.nat({ max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('guard' as const), who, wanted }) },
);

/** Somebody who holds or waits, in the simple world of the model. */
interface Claim {
  who: number;
  keys: string[];
}

/** The reference: a list of holders and a line, and nothing else. */
class Model {
  readonly held: Claim[] = [];
  readonly line: (Claim & { gone: AbortController })[] = [];

  inTheWay({ keys }: Claim): Claim[] {
    return this.held.filter((other) => sharing(other.keys, keys));
  }

  isFree(claim: Claim, before: readonly Claim[] = this.line): boolean {
    return this.inTheWay(claim).length === 0 && !before.some((other) => sharing(other.keys, claim.keys));
  }

  /** Nobody waits for itself. */
  isOwn(claim: Claim): boolean {
    return this.inTheWay(claim).some((other) => other.who === claim.who);
  }

  /** Serves everybody who can be, in order, and sends away who would wait for itself. */
  serve(): void {
    for (let n = 0; n < this.line.length; n += 1) {
      const claim = this.line[n];
      if (!claim) continue;
      const free = this.isFree(claim, this.line.slice(0, n));
      if (!free && !this.isOwn(claim)) continue;
      this.line.splice(n, 1);
      if (free) this.held.push(claim);
      // Whoever came before may be sent away by this, and whoever came behind be free.
      n = -1;
    }
  }
}

const sharing = (some: string[], others: string[]): boolean =>
  some.some((one) => others.some((other) => overlap(one, other)));

it('whatever agents take, wait for, release, interrupt and look at: it is as a list of holders and a line would have it', async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 25 }), async (actions) => {
      round += 1;
      const project = `model-${round}`;
      const agents = await Promise.all(Array.from({ length: 4 }, () => server.register(project)));
      const texts = (indexes: number[]) => indexes.map((index) => `${project}:${names[index]}`);
      const claimOf = (index: number, indexes: number[]): Claim => ({
        who: index,
        keys: texts(indexes).map((text) => parseResource(text).key),
      });
      const model = new Model();
      const running: Promise<unknown>[] = [];
      try {
        for (const step of actions) {
          if (step.act === 'release') {
            const own = model.held.filter((claim) => claim.who === step.who);
            const claim = own[step.nth % Math.max(1, own.length)];
            if (!claim) continue;
            await releaseOf(agents[claim.who] as Agent, claim);
            model.held.splice(model.held.indexOf(claim), 1);
          } else if (step.act === 'interrupt') {
            const [claim] = model.line.splice(step.nth % Math.max(1, model.line.length), 1);
            claim?.gone.abort();
          } else {
            const agent = agents[step.who] as Agent;
            const claim = claimOf(step.who, step.wanted);
            if (step.act === 'guard') {
              const others = model.inTheWay(claim).filter((it) => it.who !== step.who);
              expect((await guard(agent, texts(step.wanted))).clear).toBe(others.length === 0);
            } else if (model.isFree(claim)) {
              await hold(agent, texts(step.wanted));
              model.held.push(claim);
            } else if (step.act === 'hold' || model.isOwn(claim)) {
              const wait = step.act === 'wait' ? '1m' : undefined;
              expect((await agent.fail(sendBlocker, { resources: texts(step.wanted), wait })).code).toBe('BLOCKED');
            } else {
              const gone = new AbortController();
              const before = model.line.length;
              running.push(holdAborted(agent, texts(step.wanted), '1m', gone.signal).catch((error: unknown) => error));
              model.line.push({ ...claim, gone });
              // Whoever comes next is to come later.
              await expect.poll(async () => (await lineOf(agent, agents)).length, { interval: 5 }).toBe(before + 1);
            }
          }
          model.serve();
          await agree(agents, model);
        }
      } finally {
        for (const { gone } of model.line) gone.abort();
        await Promise.all(running);
        await Promise.all(agents.map((agent) => agent.leave()));
      }
    }),
    { numRuns: 15, endOnFailure: true },
  );
}, 120_000);

async function releaseOf(agent: Agent, claim: Claim): Promise<void> {
  const open = await openOf(agent);
  const found = open.find(({ heldBy, keys }) => heldBy === agent.id && keys.join() === claimKeys(claim).join());
  if (!found) throw new Error(`The blocker of ${agent.id} is not there: ${JSON.stringify(open)}`);
  await release(agent, found.id);
}

/** Without what another of the same claim covers, in order, as the server has it. */
const claimKeys = ({ keys }: Claim): string[] =>
  keys.filter((key) => !keys.some((other) => other !== key && other.endsWith('/') && key.startsWith(other))).toSorted();

async function openOf(agent: Agent): Promise<{ id: string; heldBy: string; keys: string[] }[]> {
  const { blockers } = await agent.do<{ blockers: { nodes: { id: string; heldBy: string; resources: string[] }[] } }>(
    '{ blockers(first: 100) { nodes { id heldBy resources } } }',
  );
  return blockers.nodes.map(({ id, heldBy, resources }) => ({
    ...{ id, heldBy },
    keys: resources.map((resource) => parseResource(resource).key).toSorted(),
  }));
}

const lineOf = async (agent: Agent, agents: Agent[]) =>
  (await waiters(agent)).filter(({ from }) => agents.some(({ id }) => id === from));

/** The server and the model say the same, as soon as everybody who waits has been served. */
async function agree(agents: Agent[], model: Model): Promise<void> {
  const [first] = agents as [Agent];
  const name = (index: number) => agents[index]?.id ?? '';
  const expected = {
    held: model.held.map((claim) => `${name(claim.who)} ${claimKeys(claim).join()}`).toSorted(),
    line: model.line.map((claim) => `${name(claim.who)} ${claimKeys(claim).join()}`),
  };
  await expect
    .poll(
      async () => ({
        held: (await openOf(first))
          .filter(({ heldBy }) => agents.some(({ id }) => id === heldBy))
          .map(({ heldBy, keys }) => `${heldBy} ${keys.join()}`)
          .toSorted(),
        line: (await lineOf(first, agents)).map(
          ({ from, resources }) =>
            `${from} ${resources
              .map((resource) => parseResource(resource).key)
              .toSorted()
              .join()}`,
        ),
      }),
      { interval: 10, timeout: 5000 },
    )
    .toEqual(expected);
}
