/** A request of JSON-RPC, or a notification where it has no id. */
export interface Message {
  id?: string | number;
  method: string;
  params: Record<string, unknown>;
}

/** An error of JSON-RPC, as the answer to a line. */
export interface Failure {
  jsonrpc: '2.0';
  id: string | number | null;
  error: { code: number; message: string; data?: unknown };
}

/** The codes of JSON-RPC that are used here. */
export const ErrorCode = { parse: -32700, invalid: -32600, server: -32000 } as const;

export const failure = (
  id: string | number | null,
  code: (typeof ErrorCode)[keyof typeof ErrorCode],
  message: string,
  data?: unknown,
): Failure => ({ jsonrpc: '2.0', id, error: { code, message, ...(data === undefined ? {} : { data }) } });

/**
 * Reads what a client wrote in one line.
 * @returns the failure to answer where it is none; undefined for an answer, since the client is never asked anything
 */
export function readMessage(line: string): Message | Failure | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return failure(null, ErrorCode.parse, 'The line is no JSON.');
  }
  if (!isObject(value)) {
    return failure(null, ErrorCode.invalid, 'The line is no JSON-RPC message: one object a line, and no batches.');
  }
  const { id, method, params } = value;
  if (method === undefined && ('result' in value || 'error' in value)) return undefined;
  const named = typeof id === 'string' || typeof id === 'number' ? id : undefined;
  if (value.jsonrpc !== '2.0' || typeof method !== 'string' || ('id' in value && named === undefined)) {
    return failure(
      named ?? null,
      ErrorCode.invalid,
      'The line is no JSON-RPC 2.0 message: it needs jsonrpc, method and id.',
    );
  }
  return { ...(named === undefined ? {} : { id: named }), method, params: isObject(params) ? params : {} };
}

export const isFailure = (value: Message | Failure): value is Failure => 'error' in value;

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
