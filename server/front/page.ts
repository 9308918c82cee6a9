import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { plainHeaders } from './reply.ts';

/** The GraphiQL page as it is served. */
export interface Page {
  html: Buffer;
  zipped: Buffer;
  /** The Content-Security-Policy that lets it do what it does and nothing else. */
  policy: string;
}

const example = `# The token is in this page already: press the button (or Ctrl-Enter) to run a query.
# Type "{" or Ctrl-Space to see what there is; the book on the left has the whole schema.

query Me {
  me {
    kind
    name
  }
}

# Who is working on what, what is held, what was said last:
query Status {
  status {
    unread
    instances { nodes { id task status } }
    blockers { nodes { id heldBy message { subject } } }
    messages { nodes { id from to type subject } }
  }
}

# New messages as they come:
subscription Listen {
  messageReceived {
    cursor
    message { id from type subject body }
  }
}
`;

/**
 * Takes the token from the address (\`#token=…\`, which no browser sends to any server) into this tab's memory, and puts it on what the
 * page asks of its own /graphql.
 */
const carryToken = `(() => {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given) {
    sessionStorage.setItem('clambake.token', given);
    history.replaceState(null, '', location.pathname + location.search);
  }
  const send = window.fetch.bind(window);
  window.fetch = (input, init) => {
    const request = new Request(input, init);
    const { origin, pathname } = new URL(request.url);
    const token = sessionStorage.getItem('clambake.token');
    if (token && origin === location.origin && pathname === '/graphql' && !request.headers.has('authorization')) {
      request.headers.set('authorization', 'Bearer ' + token);
    }
    return send(request);
  };
})();`;

let made: Promise<Page> | undefined;

/** Makes the page at the first call: its code is 9 MB, which nobody else should have to load. */
export function graphiqlPage(): Promise<Page> {
  made ??= makePage();
  return made;
}

async function makePage(): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const rendered = renderGraphiQL({
    title: 'Clambake',
    defaultQuery: example,
    subscriptionsProtocol: 'SSE',
    shouldPersistHeaders: false,
  });
  // A browser hashes a script after it has made its line ends plain.
  const text = rendered
    .replace(/\r\n?/g, '\n')
    .replace('<head>', () => `<head><script>${carryToken}</script>`)
    .trimStart();
  const html = Buffer.from(text);
  return { html, zipped: await promisify(gzip)(html), policy: policyFor(text) };
}

function policyFor(html: string): string {
  const hashes = inlineScripts(html).map(
    (script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    `script-src ${hashes.join(' ')}`,
    // The editor writes its styles while it runs.
    "style-src 'unsafe-inline'",
    'font-src data:',
    'img-src data:',
    "connect-src 'self'",
    'worker-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** What lies between each `<script>` and the first `</script` after it, as a browser reads it. */
export function inlineScripts(html: string): string[] {
  const scripts: string[] = [];
  let at = html.indexOf('<script>');
  while (at >= 0) {
    const start = at + '<script>'.length;
    const end = html.indexOf('</script', start);
    scripts.push(html.slice(start, end));
    at = html.indexOf('<script>', end);
  }
  return scripts;
}

/** Whether a browser wants to show this: GraphiQL needs no token, it holds nothing. */
export function wantsPage({ method, headers }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && /\btext\/html\b/.test(headers.accept ?? '');
}

/** Sends the GraphiQL page. */
export async function sendPage(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { html, zipped, policy } = await graphiqlPage();
  const unzips = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  const body = unzips ? zipped : html;
  response.writeHead(200, {
    ...plainHeaders,
    'content-type': 'text/html; charset=utf-8',
    'content-length': body.length,
    'content-security-policy': policy,
    'x-frame-options': 'DENY',
    vary: 'accept, accept-encoding',
    ...(unzips ? { 'content-encoding': 'gzip' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
