import { type DocumentNode, GraphQLError, type GraphQLSchema } from 'graphql';
import { _createLRUCache, createYoga, isAsyncIterable, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { Mask } from './failure.ts';
import type { Limits } from './limits.ts';
import { nodeRule } from './nodes.ts';
import { note, noteCodes, type OperationRecord } from './record.ts';
import { documentRules } from './rules.ts';
import { subscribe } from './subscribe.ts';

/** What an operation brings along, on every way in. */
export interface OperationContext {
  /** Makes the context value of the resolvers. */
  makeContext(): object;
  /** Filled in as the operation runs. */
  record: OperationRecord;
  /** What the operation gave, where it has run before it comes to Yoga. */
  result?: object;
}

export type Engine = YogaServerInstance<OperationContext, object>;

/**
 * Yoga under the rules of this server: limits on documents, masked errors, a code on every error, nothing else. Its own CORS, multipart,
 * body limit, health check and pages are off: what stands before it does these, cheaper or stricter.
 */
export function createEngine(schema: GraphQLSchema, mask: Mask, limits: Limits): Engine {
  return createYoga<OperationContext, object>({
    schema,
    context: (initial) => initial.makeContext(),
    plugins: [documentRules(limits), nodeRule(limits), codesAndRecord(mask)],
    maskedErrors: { maskError: (error) => mask(error) },
    parserAndValidationCache: { documentCache: cacheOfShortDocuments(), errorCache: cacheOfShortDocuments() },
    cors: false,
    multipart: false,
    graphiql: false,
    landingPage: false,
    maxRequestBodySize: false,
    batching: false,
    logging: false,
    graphqlEndpoint: '/graphql',
    healthCheckEndpoint: '/health',
  });
}

/** Documents of this many characters are parsed anew each time: a thousand of the largest ones would hold 256 MiB. */
const longDocument = 8192;

function cacheOfShortDocuments<Value extends object>() {
  const cache = _createLRUCache<Value>({ max: 1024 });
  return {
    get: (document: string): Value | undefined => cache.get(document),
    set: (document: string, value: Value): unknown =>
      document.length < longDocument ? cache.set(document, value) : undefined,
  };
}

function codesAndRecord(mask: Mask): Plugin<OperationContext, OperationContext> {
  // Yoga masks the errors of an execution only; what parsing and validating say repeats values of the document, too.
  const complete = (error: GraphQLError, code: 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED'): void => {
    error.extensions.code ??= code;
    mask(error);
  };
  return {
    onParams({ context, setResult }) {
      if (context.result) setResult(context.result);
    },
    onParse: () => (payload: { result: DocumentNode | Error | null }) => {
      if (payload.result instanceof GraphQLError) complete(payload.result, 'GRAPHQL_PARSE_FAILED');
    },
    onValidate:
      () =>
      ({ result }) => {
        for (const error of result) complete(error, 'GRAPHQL_VALIDATION_FAILED');
      },
    onExecute: ({ args }) => note(args),
    onSubscribe({ args, setSubscribeFn }) {
      note(args);
      setSubscribeFn(subscribe);
    },
    onExecutionResult: ({ result, context }) => {
      if (!result || Array.isArray(result) || isAsyncIterable(result)) return;
      noteCodes(context, result.errors);
    },
  };
}
