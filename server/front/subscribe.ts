import { randomUUID } from 'node:crypto';
import { createSourceEventStream, type ExecutionArgs, type ExecutionResult, execute } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import { Step } from '../delivery/step.ts';
import { isSameForAll } from '../same-for-all.ts';

/** A result that is text already. `stringify` is how Yoga asks for it. */
interface SerialisedResult extends ExecutionResult {
  stringify: () => string;
}

/** Stands where a follower's own cursor belongs. No caller ever sees it, and none can guess it. */
const anyCursor = randomUUID();

/**
 * Subscribes as `subscribe` of graphql does, and where many follow with one document that gives all of them the same, a message is
 * executed and serialised once: only the cursor is put in for each.
 * @returns the results, or one that says why there are none
 */
export async function subscribe(args: ExecutionArgs): Promise<AsyncGenerator<ExecutionResult, void> | ExecutionResult> {
  const events = await createSourceEventStream(args);
  return isAsyncIterable(events) ? results(args, events) : events;
}

async function* results(args: ExecutionArgs, events: AsyncIterable<unknown>): AsyncGenerator<ExecutionResult, void> {
  const shares = isSameForAll(args.schema, args.document);
  for await (const event of events) {
    const shared = shares && event instanceof Step ? await sharedResult(args, event) : undefined;
    yield shared ?? execute({ ...args, rootValue: event });
  }
}

/** @returns nothing where there is no message, or an error among what is shared, which everybody then gets for itself */
async function sharedResult(args: ExecutionArgs, { cursor, entry }: Step): Promise<SerialisedResult | undefined> {
  const pieces = await entry?.shared.share(args.document, async () => {
    const result = await execute({ ...args, rootValue: new Step(anyCursor, entry) });
    return result.errors ? undefined : JSON.stringify(result).split(JSON.stringify(anyCursor));
  });
  if (!pieces) return undefined;
  const text = pieces.join(JSON.stringify(cursor));
  return { stringify: () => text };
}

/** The text of a result that has been serialised already. */
export function textOf(result: object): string | undefined {
  return 'stringify' in result ? (result as SerialisedResult).stringify() : undefined;
}
