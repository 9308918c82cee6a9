import type { IncomingMessage } from 'node:http';
import type { OwnHosts } from './host.ts';
import { Refusal } from './refusal.ts';

/**
 * Refuses what another site's page sends, on HTTP and on the upgrade to a WebSocket.
 * @throws Refusal 421 for a Host that is not the server's own, 403 for a foreign Origin
 */
export function assertOwn(request: IncomingMessage, hosts: OwnHosts): void {
  const { host, origin } = request.headers;
  if (!hosts.isOwn(host)) {
    throw new Refusal(
      421,
      'FORBIDDEN',
      `The Host header is "${host ?? ''}", which is not a name of this server: use the address it printed, or add the name to CLAMBAKE_ALLOWED_HOSTS.`,
    );
  }
  if (origin !== undefined && !hosts.isOwnOrigin(origin)) {
    throw new Refusal(
      403,
      'FORBIDDEN',
      `The Origin header is "${origin}": pages of other sites may not use this server. Add the site's host to CLAMBAKE_ALLOWED_HOSTS if it is yours.`,
    );
  }
}

/**
 * Refuses requests that a page of another site made the browser send. There is no cookie they could ride on: every operation needs a
 * bearer header, and a request with one is never sent across sites without a preflight, which is not answered. This is the second lock.
 * @throws Refusal 403
 */
export function assertSameSite({ headers }: IncomingMessage): void {
  const site = headers['sec-fetch-site'];
  // `same-site` is another port of this machine: some other server's page.
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  throw new Refusal(
    403,
    'FORBIDDEN',
    `The request comes from another site (Sec-Fetch-Site: ${site}): only the server's own pages may send it.`,
  );
}
