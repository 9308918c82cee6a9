import { type ExecutionArgs, GraphQLError, getOperationAST } from 'graphql';
import { CloseCode, type Context, type ServerOptions, type SubscribePayload } from 'graphql-ws';
import { isAsyncIterable } from 'graphql-yoga';
import type { WebSocket } from 'ws';
import type { Logger } from '../logger.ts';
import type { Engine } from './engine.ts';
import { formatError, type Mask } from './failure.ts';
import { abortable } from './iteration.ts';
import type { Limits } from './limits.ts';
import { codesOf, logOperation, type OperationRecord } from './record.ts';
import { sendText } from './socket.ts';
import { textOf } from './subscribe.ts';

/** 1013, "Try Again Later": clients of graphql-ws do so. */
const tryAgainLater = 1013;

/** What the server knows of one connection. */
export interface Connection {
  socket: WebSocket;
  /** The `authorization` of its connection_init. */
  authorization?: string | undefined;
  running: Set<Running>;
}

/** One operation on a connection, from `subscribe` to `complete`. */
export interface Running {
  abandoned: AbortController;
  record: OperationRecord;
  viewer: string;
  since: number;
  enveloped?: ReturnType<Engine['getEnveloped']>;
}

/** What the protocol needs from the server. */
export interface ProtocolSetup<Viewer> {
  options: {
    log: Logger;
    authenticate(authorization: string | undefined): Promise<Viewer>;
    context(viewer: Viewer, signal: AbortSignal): object;
    nameOf(viewer: Viewer): string;
  };
  engine: Engine;
  mask: Mask;
  limits: Limits;
}

type InitPayload = Record<string, unknown>;
type Subscription = Context<InitPayload, Connection>;

/**
 * `graphql-transport-ws` under the rules that hold on HTTP: who asks is looked up for every operation, documents go through the same
 * engine, errors are masked and carry a code.
 * @param finished called after each operation
 */
export function protocolOptions<Viewer>(
  { options, engine, mask, limits }: ProtocolSetup<Viewer>,
  finished: (connection: Connection) => void,
): ServerOptions<InitPayload, Connection> {
  /** By the payload of its `subscribe` message and by its arguments: ids may be used again while the first operation still runs. */
  const runs = new WeakMap<object, Running>();

  const end = (connection: Connection, running: Running | undefined): void => {
    if (!running || !connection.running.delete(running)) return;
    running.abandoned.abort();
    logOperation(options.log, running.record, { viewer: running.viewer, via: 'websocket', since: running.since });
    // The client is told that the operation is complete just after this.
    setImmediate(finished, connection);
  };

  const refuseToken = (connection: Connection): void => connection.socket.close(CloseCode.Forbidden, 'Forbidden');

  async function prepare(
    { extra }: Subscription,
    payload: SubscribePayload,
    running: Running,
  ): Promise<ExecutionArgs | GraphQLError[]> {
    const viewer = await options.authenticate(extra.authorization);
    running.viewer = options.nameOf(viewer);
    const { abandoned, record } = running;
    const enveloped = engine.getEnveloped({
      record,
      makeContext: () => options.context(viewer, abandoned.signal),
      params: { ...payload },
    });
    running.enveloped = enveloped;
    const document = enveloped.parse(payload.query);
    const errors: readonly GraphQLError[] = enveloped.validate(enveloped.schema, document);
    if (errors.length > 0) return [...errors];
    const { operationName } = payload;
    if (!getOperationAST(document, operationName)) {
      const named = operationName
        ? `no operation "${operationName}"`
        : 'several operations and no operationName to choose one';
      return [new GraphQLError(`The document has ${named}.`, { extensions: { code: 'BAD_INPUT' } })];
    }
    return {
      schema: enveloped.schema,
      document,
      operationName: operationName ?? null,
      variableValues: payload.variables ?? null,
      contextValue: await enveloped.contextFactory(),
    };
  }

  const envelopedOf = (args: ExecutionArgs): ReturnType<Engine['getEnveloped']> => {
    const enveloped = runs.get(args)?.enveloped;
    if (!enveloped) throw new Error('an operation runs that was never prepared');
    return enveloped;
  };

  return {
    connectionInitWaitTimeout: limits.initialise,

    async onConnect({ connectionParams, extra }) {
      const given = connectionParams?.authorization;
      try {
        const authorization = typeof given === 'string' ? given : undefined;
        options.nameOf(await options.authenticate(authorization));
        extra.authorization = authorization;
        return true;
      } catch (error) {
        const { code } = mask(error).extensions;
        options.log.info({ via: 'websocket', code }, 'refused');
        if (code === 'UNAUTHENTICATED') return false;
        // Closing again, with 4403, does nothing.
        if (code === 'DATABASE_UNAVAILABLE')
          extra.socket.close(tryAgainLater, 'The database cannot be reached: try again');
        else extra.socket.close(CloseCode.InternalServerError, 'Internal error');
        return false;
      }
    },

    async onSubscribe(subscription, _id, payload) {
      const { extra } = subscription;
      const running: Running = {
        abandoned: new AbortController(),
        record: {},
        viewer: 'unknown',
        since: performance.now(),
      };
      if (extra.running.size >= limits.operationsPerSocket) {
        const message = `${limits.operationsPerSocket} operations run on this connection, which is all it takes: end one first, or open another connection.`;
        return [
          new GraphQLError(message, { extensions: { code: 'LIMIT_EXCEEDED', limit: limits.operationsPerSocket } }),
        ];
      }
      extra.running.add(running);
      runs.set(payload, running);
      let prepared: ExecutionArgs | GraphQLError[];
      try {
        prepared = await prepare(subscription, payload, running);
      } catch (error) {
        prepared = [mask(error)];
      }
      if (!Array.isArray(prepared)) {
        runs.set(prepared, running);
        return prepared;
      }
      running.record.codes = codesOf(prepared);
      end(extra, running);
      // The token was good at connection_init and no longer is: what else runs on this connection ends too, after the error is sent.
      if (running.record.codes.includes('UNAUTHENTICATED')) setImmediate(refuseToken, extra);
      return prepared;
    },

    execute: (args) => envelopedOf(args).execute(args),
    subscribe: (args) => envelopedOf(args).subscribe(args),

    onOperation({ extra }, id, payload, _args, result) {
      const running = runs.get(payload);
      if (!running || !isAsyncIterable(result)) return undefined;
      return abortable(sendTexts(result, extra.socket, id, running.abandoned.signal), running.abandoned);
    },

    onNext(_context, _id, payload, _args, result) {
      if (!result.errors?.length) return undefined;
      const errors = result.errors.map(mask);
      const running = runs.get(payload);
      if (running) running.record.codes = codesOf(errors);
      const { data, extensions } = result;
      return {
        errors: errors.map(formatError),
        ...(data === undefined ? {} : { data }),
        ...(extensions ? { extensions } : {}),
      };
    },

    onError(_context, _id, payload, errors) {
      const masked = errors.map(mask);
      const running = runs.get(payload);
      if (running) running.record.codes = codesOf(masked);
      return masked.map(formatError);
    },

    onComplete({ extra }, _id, payload) {
      end(extra, runs.get(payload));
    },
  };
}

/** Sends the results that are text already; graphql-ws, which would write them out once more, gets the others. */
async function* sendTexts<Result extends object>(
  results: AsyncIterable<Result>,
  socket: WebSocket,
  id: string,
  abandoned: AbortSignal,
): AsyncGenerator<Result, void> {
  for await (const result of results) {
    // The id may name another operation by now.
    if (abandoned.aborted) return;
    const text = textOf(result);
    if (text === undefined) yield result;
    else await sendText(socket, `{"id":${JSON.stringify(id)},"type":"next","payload":${text}}`);
  }
}
