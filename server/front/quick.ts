import { type GraphQLParams, isAsyncIterable } from 'graphql-yoga';
import type { Engine, OperationContext } from './engine.ts';

/** The Accept headers of those who take plain JSON, with the content type that Yoga answers each with. */
const contentTypes: ReadonlyMap<string, string> = new Map([
  ['application/json', 'application/json; charset=utf-8'],
  ['application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'],
  // What graphql-request sends.
  ['application/graphql-response+json, application/json', 'application/graphql-response+json; charset=utf-8'],
]);

/** What Yoga's rules look at of a request. */
const posted = { method: 'POST' } as Request;

/** An operation that ran. */
export interface QuickRun {
  /** The whole answer, where it went well. */
  answer?: { contentType: string; text: string };
  /** What it gave, where Yoga has to say how that is answered. */
  result: object;
}

/**
 * Runs an operation that was posted as JSON by those who take JSON: under all of Yoga's rules, but without the requests, responses and
 * streams that it makes of each (`test/bench/requests/profile.md` has what that took).
 * @returns undefined where the request is none of these, and nothing has run
 */
export async function runQuickly(
  engine: Engine,
  accept: string | undefined,
  body: string,
  context: OperationContext,
): Promise<QuickRun | undefined> {
  const contentType = contentTypes.get(accept ?? '');
  const params = contentType === undefined ? undefined : readParams(body);
  if (contentType === undefined || params === undefined) return undefined;
  const result = await engine.getResultForParams({ params, request: posted }, context);
  if (result === undefined) throw new Error('An operation gave nothing.');
  if (isAsyncIterable(result) || result.errors || result.extensions || result.data === undefined) return { result };
  return { result, answer: { contentType, text: JSON.stringify({ data: result.data }) } };
}

const parameters = new Set(['query', 'variables', 'operationName', 'extensions']);

/** The parameters of an operation; undefined where they are not plainly right, or may be of a subscription. */
function readParams(body: string): GraphQLParams | undefined {
  let given: unknown;
  try {
    given = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!isObject(given) || !Object.keys(given).every((name) => parameters.has(name))) return undefined;
  const { query, variables, operationName, extensions } = given;
  if (typeof query !== 'string' || query.includes('subscription')) return undefined;
  if (!(variables == null || isObject(variables)) || !(extensions == null || isObject(extensions))) return undefined;
  if (!(operationName == null || typeof operationName === 'string')) return undefined;
  return given as GraphQLParams;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
