import { badInput } from '../errors.ts';
import { checkText, excerpt } from '../input.ts';

/** What somebody searches for, taken apart. */
export interface SearchTerms {
  /** Words of which any may match. */
  words: string[];
  /** Texts in quotes, all of which have to be there. */
  phrases: string[];
  /** Words and quoted texts behind a minus, none of which may be there. */
  excluded: string[];
}

/** Words, phrases and exclusions of one search. Each is looked for by itself: thousands would keep Postgres busy for minutes. */
const mostTerms = 50;

/**
 * Takes a search apart as search engines do: `any of these words`, `"this phrase"`, `-without`. Nothing of that is an error: a
 * quote that is never closed ends with the text, a lone minus is ignored.
 * @throws ClambakeError BAD_INPUT: too long, more than 50 terms, or nothing but quotes and operators
 */
export function parseSearch(search: string): SearchTerms {
  const text = checkText('search', 'search', search, true);
  const found = { words: new Set<string>(), phrases: new Set<string>(), excluded: new Set<string>() };
  for (const [, minus, quoted, word] of text.matchAll(/(-?)(?:"([^"]*)"?|([^\s"]+))/g)) {
    const term = (quoted ?? word ?? '').trim();
    // A term without a letter, a digit or a sign of any script finds nothing: quotes, dashes, operators.
    if (!/[\p{L}\p{N}\p{S}]/u.test(term)) continue;
    if (minus) found.excluded.add(term);
    else if (quoted !== undefined) found.phrases.add(term);
    else found.words.add(term);
  }
  const { words, phrases, excluded } = found;
  const terms = words.size + phrases.size + excluded.size;
  if (terms === 0)
    throw badInput('search', `search is ${JSON.stringify(excerpt(text))}: it holds no word to look for.`);
  if (terms > mostTerms) throw badInput('search', `search has ${terms} different terms: give at most ${mostTerms}.`);
  return { words: [...words], phrases: [...phrases], excluded: [...excluded] };
}
