import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.ts';

/**
 * The body of a POST as text.
 *
 * Only JSON is taken: the other types of a form make a request that a browser sends across sites without asking first.
 * Bytes are counted here because Yoga's own limit puts a stream between, which halves the requests per second.
 * @param most bytes a body may have
 * @throws Refusal 413 past `most`, 415 for another content type, charset or encoding, 400 where it is not UTF-8 or breaks off
 */
export async function readBody(request: IncomingMessage, most: number): Promise<string> {
  assertJson(request);
  const tooLarge = (): Refusal =>
    new Refusal(
      413,
      'LIMIT_EXCEEDED',
      `The body of the request is larger than ${most} bytes (${most / 1024} KiB): send less at a time.`,
    );
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  await new Promise<void>((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > most) {
        request.removeAllListeners('data');
        reject(tooLarge());
      } else chunks.push(chunk);
    });
    const cut = (): void => reject(new Refusal(400, 'BAD_INPUT', 'The body of the request broke off.'));
    request.once('end', () => {
      request.off('close', cut);
      resolve();
    });
    request.once('error', cut);
    request.once('close', cut);
  });
  const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  if (!isUtf8(body)) throw new Refusal(400, 'BAD_INPUT', 'The body of the request is not UTF-8.');
  return body.toString('utf8');
}

function assertJson({ headers }: IncomingMessage): void {
  const given = headers['content-type'];
  const [type, ...parameters] = (given ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  if (type !== 'application/json' && type !== 'application/graphql+json') {
    throw new Refusal(
      415,
      'BAD_INPUT',
      `The content type is ${given ? `"${given}"` : 'missing'}: send application/json.`,
    );
  }
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice(8)
    .replaceAll('"', '');
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') {
    throw new Refusal(415, 'BAD_INPUT', `The charset is "${charset}": send utf-8.`);
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw new Refusal(415, 'BAD_INPUT', `The content encoding is "${encoding}": send the body as it is.`);
  }
}
