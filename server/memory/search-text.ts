/** What somebody searches for, taken apart. */
export interface SearchTerms {
  /** Words of which any may match. */
  words: string[];
  /** Texts in quotes, all of which have to be there. */
  phrases: string[];
  /** Words and quoted texts behind a minus, none of which may be there. */
  excluded: string[];
}

/**
 * Takes a search apart as search engines do: `any of these words`, `"this phrase"`, `-without`. Nothing is an error: a quote
 * that is never closed ends with the text, a lone minus is ignored.
 */
export function parseSearch(text: string): SearchTerms {
  const terms: SearchTerms = { words: [], phrases: [], excluded: [] };
  for (const [, minus, quoted, word] of text.matchAll(/(-?)(?:"([^"]*)"?|([^\s"]+))/g)) {
    const term = (quoted ?? word ?? '').trim();
    // A term without a letter or digit of any script finds nothing: quotes, dashes, operators.
    if (!/[\p{L}\p{N}\p{S}]/u.test(term)) continue;
    if (minus) terms.excluded.push(term);
    else if (quoted !== undefined) terms.phrases.push(term);
    else terms.words.push(term);
  }
  return {
    words: [...new Set(terms.words)],
    phrases: [...new Set(terms.phrases)],
    excluded: [...new Set(terms.excluded)],
  };
}

/** A LIKE pattern for a text anywhere in another. */
export const likePattern = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

/**
 * A word, and beside it the parts of one that is put together. Postgres keeps a path, an address or a host name as one word;
 * the migration indexes its parts too, and only so does `email_import.py` find `backend/email_import.py`.
 */
export function withParts(word: string): string[] {
  const parts = word.replace(/[/\\.:_\-@]+/g, ' ').trim();
  return parts === word ? [word] : [word, parts];
}
