import { EnvelopArmorPlugin } from '@escape.tech/graphql-armor';
import { GraphQLError, type ValidationContext } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Limits } from './limits.ts';

/**
 * The limits on a document. They run where a document is parsed and validated, so an operation on a WebSocket passes them as one on
 * HTTP does; Yoga's hooks on requests and params would never see it.
 */
export function documentRules(limits: Limits): Plugin {
  /** The rules of the library throw; an error that is reported instead reaches a WebSocket as an error, not as its end. */
  const rule = (what: string, limit: number) => ({
    n: limit,
    propagateOnRejection: false,
    onReject: [
      (context: ValidationContext | null, error: GraphQLError) => {
        const found = /found (\d+)/.exec(error.message)?.[1];
        const refusal = tooMuch(what, limit, found === undefined ? undefined : Number(found));
        if (!context) throw refusal;
        context.reportError(refusal);
      },
    ],
  });
  return EnvelopArmorPlugin({
    maxDepth: { ...rule('levels of fields', limits.depth), flattenFragments: true },
    maxAliases: { ...rule('aliases', limits.aliases), allowList: [] },
    maxDirectives: rule('directives', limits.directives),
    maxTokens: rule('tokens', limits.tokens),
    costLimit: { enabled: false },
    blockFieldSuggestion: { enabled: false },
  });
}

/** The refusal of an operation that asks for more than is allowed. */
export function tooMuch(what: string, limit: number, found: number | undefined): GraphQLError {
  return new GraphQLError(
    `The operation has ${found ?? 'more than the allowed'} ${what}: at most ${limit} are allowed. Ask for less at a time, in several operations.`,
    { extensions: { code: 'LIMIT_EXCEEDED', limit, ...(found === undefined ? {} : { found }) } },
  );
}
