import { GraphQLObjectType, GraphQLSchema, GraphQLString, parse } from 'graphql';
import { beforeEach, describe, expect, it } from 'vitest';
import { Brief } from '../../server/delivery/brief.ts';
import { Step } from '../../server/delivery/step.ts';
import type { Entry } from '../../server/delivery/tail.ts';
import { subscribe, textOf } from '../../server/front/subscribe.ts';
import { sameForAll } from '../../server/same-for-all.ts';

let executed = 0;
let failing = false;
beforeEach(() => {
  executed = 0;
  failing = false;
});

const Message = new GraphQLObjectType<Entry>({
  name: 'Message',
  fields: {
    id: {
      ...{ type: GraphQLString, ...sameForAll },
      resolve({ id }) {
        executed += 1;
        if (failing) throw new Error('not now');
        return `"${id}"`;
      },
    },
    own: { type: GraphQLString, resolve: (_, __, viewer: string) => viewer },
    within: { type: GraphQLString, args: { unit: { type: GraphQLString } }, ...sameForAll, resolve: () => 'a day' },
  },
});

const Event = new GraphQLObjectType<Step>({
  name: 'Event',
  fields: {
    cursor: { type: GraphQLString, ...sameForAll, resolve: ({ cursor }) => cursor },
    message: { type: Message, ...sameForAll, resolve: ({ entry }) => entry },
  },
});

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { none: { type: GraphQLString } } }),
  subscription: new GraphQLObjectType({
    name: 'Subscription',
    fields: {
      event: {
        ...{ type: Event, ...sameForAll },
        args: { after: { type: GraphQLString } },
        subscribe: (source: unknown) => source,
        resolve: (step: unknown) => step,
      },
    },
  }),
});

const entry = (): Entry => ({
  ...{ id: 7, channelId: 1, seq: 1, senderId: null, type: 'INFO', expiresAt: new Date('9999-12-31') },
  row: null,
  readAt: 0,
  shared: new Brief(),
});

/** What followers of one message are sent, each with a cursor of its own. */
async function followAll(text: string, message: Entry | null, viewers: string[]) {
  const document = parse(text);
  return Promise.all(
    viewers.map(async (viewer) => {
      const results = await subscribe({
        ...{ schema, document, contextValue: viewer },
        rootValue: (async function* () {
          yield new Step(`cursor of ${viewer}`, message);
        })(),
      });
      if (!(Symbol.asyncIterator in results)) throw new Error(`No events: ${JSON.stringify(results)}`);
      for await (const result of results) return { text: textOf(result), result };
      throw new Error('No event.');
    }),
  );
}

describe('a message that many follow', () => {
  it('is executed and serialised once for one document, and each gets its own cursor in it', async () => {
    const document =
      '{ e: event { c: cursor message { ...Text __typename } again: cursor } } fragment Text on Message { id }';
    const sent = await followAll(`subscription ${document}`, entry(), ['ann', 'ben', 'cat']);
    expect(executed).toBe(1);
    expect(sent.map(({ text }) => text)).toEqual(
      ['ann', 'ben', 'cat'].map(
        (viewer) =>
          `{"data":{"e":{"c":"cursor of ${viewer}","message":{"id":"\\"7\\"","__typename":"Message"},"again":"cursor of ${viewer}"}}}`,
      ),
    );
  });

  it.each([
    ['what depends on who asks', 'subscription { event { cursor message { id own } } }'],
    ['what depends on an argument', 'subscription { event { cursor message { id within(unit: "d") } } }'],
    ['what depends on a variable', 'subscription ($no: Boolean = false) { event { message { id @skip(if: $no) } } }'],
  ])('is executed for each where it holds %s', async (_, text) => {
    const sent = await followAll(text, entry(), ['ann', 'ben']);
    expect(executed).toBe(2);
    expect(sent.map((each) => each.text)).toEqual([undefined, undefined]);
    expect(sent[0]?.result.data).toMatchObject({ event: { message: { id: '"7"' } } });
  });

  it('gives an error to each for itself', async () => {
    failing = true;
    const sent = await followAll('subscription { event { cursor message { id } } }', entry(), ['ann', 'ben']);
    expect(sent.map(({ result }) => result.errors?.[0]?.message)).toEqual(['not now', 'not now']);
    expect(sent.map(({ result }) => result.data)).toMatchObject([
      { event: { cursor: 'cursor of ann' } },
      { event: { cursor: 'cursor of ben' } },
    ]);
  });

  it('has nothing to share where an event only moves the cursor', async () => {
    const sent = await followAll('subscription { event { cursor message { id } } }', null, ['ann']);
    expect(sent[0]).toMatchObject({
      text: undefined,
      result: { data: { event: { cursor: 'cursor of ann', message: null } } },
    });
  });
});
