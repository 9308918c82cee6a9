import { send, TransportError } from '../client/http.ts';

/**
 * How a server is: it answers that all is well; it answers otherwise (it starts, its database is away, or it is another
 * program); nothing listens there; or there is no answer in time.
 */
export type Health = 'well' | 'ill' | 'refused' | 'silent';

/** @param url the server's address, without a path of its own */
export async function healthOf(url: string): Promise<Health> {
  try {
    const { status } = await send({ url: `${url}/health`, method: 'GET', timeout: 2000 });
    return status === 200 ? 'well' : 'ill';
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return error.code === 'ECONNREFUSED' ? 'refused' : 'silent';
  }
}
