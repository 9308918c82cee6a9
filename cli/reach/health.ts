import { send, TransportError } from '../client/http.ts';
import { parseObject } from './running.ts';

/**
 * How a server is: it answers that all is well; it answers otherwise (it starts, its database is away, or it is another
 * program); nothing listens there; or there is no answer in time.
 */
export type Health = 'well' | 'ill' | 'refused' | 'silent';

/** What a server says of itself on `GET /health`. */
export interface HealthReport {
  health: Health;
  /** The HTTP status; undefined where there is no answer. */
  status?: number;
  /** The fields of its answer: none where that is no JSON object. */
  fields: Readonly<Record<string, unknown>>;
  /** Why there is no answer. */
  reason?: string;
}

/** @param url the server's address, without a path of its own */
export async function healthOf(url: string): Promise<Health> {
  return (await askHealth(url)).health;
}

/** The same, with what it says. */
export async function askHealth(url: string, timeout = 2000): Promise<HealthReport> {
  try {
    const { status, body } = await send({ url: `${url}/health`, method: 'GET', timeout });
    return { health: status === 200 ? 'well' : 'ill', status, fields: parseObject(body) ?? {} };
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return { health: error.code === 'ECONNREFUSED' ? 'refused' : 'silent', fields: {}, reason: error.message };
  }
}
