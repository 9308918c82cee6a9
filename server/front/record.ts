import { type DocumentNode, type GraphQLError, getOperationAST } from 'graphql';
import type { Logger } from '../logger.ts';

/** What the log says of one operation. Nothing of it is text the caller wrote, but the operation's name. */
export interface OperationRecord {
  operation?: string;
  type?: string;
  /** The codes of its errors. */
  codes?: string[];
}

interface Arguments {
  document: DocumentNode;
  operationName?: string | null | undefined;
  contextValue: unknown;
}

/** Notes what is about to run in the `record` of its context. */
export function note({ document, operationName, contextValue }: Arguments): void {
  const operation = getOperationAST(document, operationName);
  const record = recordOf(contextValue);
  if (!operation || !record) return;
  record.type = operation.operation;
  if (operation.name) record.operation = operation.name.value.slice(0, 64);
}

/** Notes with which errors it ended. */
export function noteCodes(contextValue: unknown, errors: readonly GraphQLError[] | undefined): void {
  const record = recordOf(contextValue);
  if (record) record.codes = codesOf(errors);
}

function recordOf(contextValue: unknown): OperationRecord | undefined {
  if (typeof contextValue !== 'object' || contextValue === null || !('record' in contextValue)) return undefined;
  return contextValue.record as OperationRecord;
}

/** The codes of a result's errors, each once. */
export function codesOf(errors: readonly GraphQLError[] | undefined): string[] {
  return [...new Set((errors ?? []).map(({ extensions }) => String(extensions.code ?? 'none')))];
}

/** One line an operation: at debug, or at info where it brought errors. */
export function logOperation(
  log: Logger,
  record: OperationRecord,
  circumstances: { viewer: string; via: 'http' | 'sse' | 'websocket' | 'mcp'; since: number; status?: number },
): void {
  const { since, status, ...rest } = circumstances;
  const failed = (status ?? 200) >= 400 || (record.codes?.length ?? 0) > 0;
  const level = failed ? 'info' : 'debug';
  if (!log.isLevelEnabled(level)) return;
  const ms = Math.round((performance.now() - since) * 10) / 10;
  log[level]({ ...record, ...rest, ...(status ? { status } : {}), ms }, 'operation');
}
