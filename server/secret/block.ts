import type { Finding } from './finding.ts';

/** The first line of a private key: PEM (RFC 7468), OpenSSH, PGP (RFC 9580), PuTTY. Certificates and public keys are for all to see. */
const header = /-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d: /g;

/** What comes after a header that stands within a sentence where a key does follow: a new line, maybe written as `\n`, or its text. */
const body = /^(?:["'`]?[ \t]{0,4}(?:\r?\n|(?:\\r)?\\n)[\s>|"'+#*/]{0,80}[A-Za-z0-9+/]{8}|\s{0,4}[A-Za-z0-9+/]{24})/;

/**
 * Finds private keys. A header alone on its line is one, whatever follows; within a sentence it is one where a key follows, so that
 * one may say what such a key begins with.
 */
export function* findBlocks(text: string): Generator<Finding> {
  let done = 0;
  for (const { 0: match, index } of text.matchAll(header)) {
    if (index < done) continue;
    const after = index + match.length;
    if (!/(?:^|\n)[\s>"'`#*/]{0,20}$/.test(text.slice(Math.max(0, index - 21), index)) || !endsLine(text, after)) {
      if (!body.test(text.slice(after, after + 200))) continue;
    }
    const end = text.indexOf('-----END ', after);
    // Without an end the rest of the text is the key. Then nothing is looked for twice.
    done = end < 0 ? text.length : end;
    yield { kind: 'a private key', start: index, end: done, kept: match.length };
  }
}

const endsLine = (text: string, at: number): boolean => /^[ \t"'`\\,]{0,8}(?:$|[\r\n]|n)/.test(text.slice(at, at + 10));
