import type { Finding } from './finding.ts';
import { isPassword, isPlaceholder, isToken } from './value.ts';

// The quantifiers before the `@` cannot reach beyond the next `/`, which every `://` has: each character is read once or twice.
const inAuthority = /:\/\/([^\s:/?#@"'`<>[\]]{0,100}):([^\s/?#"'`]{1,512})@/g;

/** In the addresses of databases people leave `/` and `#` in passwords as they are. */
const inDatabaseAddress =
  /(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver|clickhouse|cockroachdb|nats):\/\/([^\s:/?#@"'`<>[\]]{0,100}):([^\s"'`@]{1,200})@/gi;

/** Finds passwords in URLs (RFC 3986, 3.2.1): `scheme://user:password@host`. */
export function* findInUrls(text: string): Generator<Finding> {
  for (const pattern of [inAuthority, inDatabaseAddress]) {
    for (const { 0: match, 1: user = '', 2: password = '', index } of text.matchAll(pattern)) {
      if (!isUrlPassword(user, password)) continue;
      const end = index + match.length - 1;
      yield { kind: 'a password in a URL', start: end - password.length, end, kept: 0 };
    }
  }
}

function isUrlPassword(user: string, password: string): boolean {
  // postgres:postgres and guest:guest are no secrets, and 8080/path is a port.
  return password !== user && !isPlaceholder(decoded(password)) && !/^\d{1,5}\//.test(password);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const bearer = /(authorization["']?[ \t]{0,4}[:=][ \t]{0,4}["'`]?)?\bbearer[ \t]{1,4}([A-Za-z0-9._~+/-]{8,}={0,2})/gi;
const basic = /\bbasic[ \t]{1,4}([A-Za-z0-9+/_-]{6,}={0,2})/gi;
const curl = /(?:^|\s)(?:-u|--user|--proxy-user)[ \t=]{0,4}["']?([^\s:"']{1,100}):([^\s"']{1,200})/g;

/** Finds tokens and passwords in headers (RFC 6750, RFC 7617) and in what curl makes headers of. */
export function* findInHeaders(text: string): Generator<Finding> {
  for (const { 0: match, 1: header, 2: token = '', index } of text.matchAll(bearer)) {
    if (!isToken(token) || (header === undefined && token.length < 16)) continue;
    const end = index + match.length;
    yield { kind: 'a bearer token', start: end - token.length, end, kept: 0 };
  }
  for (const { 0: match, 1: credentials = '', index } of text.matchAll(basic)) {
    const [, user, password] =
      /^([^:\p{C}]{0,200}):([^\p{C}]{1,1000})$/u.exec(Buffer.from(credentials, 'base64').toString()) ?? [];
    if (user === undefined || password === undefined) continue;
    const end = index + match.length;
    yield { kind: 'a Basic authorization', start: end - credentials.length, end, kept: 0 };
  }
  for (const { 0: match, 1: user = '', 2: password = '', index } of text.matchAll(curl)) {
    if (password === user || !isPassword(password, true) || /^\d+$/.test(user)) continue;
    const end = index + match.length;
    yield { kind: 'a password for curl', start: end - password.length, end, kept: 0 };
  }
}
