import { isAsyncIterable } from 'graphql-yoga';
import type { Engine } from '../front/engine.ts';
import { logOperation, type OperationRecord } from '../front/record.ts';
import type { Logger } from '../logger.ts';

/** Whoever asks over this protocol, for one request. */
export interface Asker {
  /** In the log. */
  name: string;
  /** The context of the resolvers. */
  makeContext(): object;
}

/** What an operation gave: its data, or what was wrong in words for a model. */
export type Outcome = { data: Record<string, unknown> } | { error: string };

/** What Yoga's rules look at of a request. */
const posted = { method: 'POST' } as Request;

/**
 * Runs an operation through the very engine of /graphql, so that its rules, limits and masks hold here as there.
 * @param query a document with one query or mutation
 */
export async function runOperation(
  { engine, log }: { engine: Engine; log: Logger },
  { name, makeContext }: Asker,
  query: string,
  variables: Record<string, unknown>,
): Promise<Outcome> {
  const since = performance.now();
  const record: OperationRecord = {};
  try {
    const result = await engine.getResultForParams(
      { params: { query, variables }, request: posted },
      { record, makeContext },
    );
    if (result === undefined || isAsyncIterable(result)) throw new Error('An operation gave no result.');
    if (result.errors && result.errors.length > 0) {
      const lines = result.errors.map(({ message, extensions }) => `${String(extensions.code)}: ${message}`);
      return { error: [...new Set(lines)].join('\n') };
    }
    return { data: (result.data ?? {}) as Record<string, unknown> };
  } finally {
    logOperation(log, record, { viewer: name, via: 'mcp', since });
  }
}
