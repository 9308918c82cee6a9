import type { MemoryType } from '../../server/database/generated/enums.ts';

type Guess = readonly [type: MemoryType, words: RegExp];

/** Words, whole and in any case; the first row that has one decides. */
const words = (list: string): RegExp => new RegExp(`(?<![\\p{L}\\p{N}])(?:${list})(?![\\p{L}\\p{N}])`, 'iu');

const trap = words("gotchas?|pitfalls?|caveats?|beware|traps?|never|don'?t|do not|don’t|watch out|careful|quirks?");
const way = words(
  'styles?|conventions?|naming|patterns?|formatt?(?:ing|er)?|lint(?:ing|er)?|guidelines?|standards?|best practices?',
);

const projectGuesses: readonly Guess[] = [
  ['GOTCHA', trap],
  ['DECISION', words('decided|decisions?|chose|chosen|why we|rationale|trade-?offs?|instead of')],
  ['FIX', words('fix|fixes|fixed|solved|solutions?|resolved|workarounds?|troubleshooting')],
  ['ISSUE', words('errors?|bugs?|issues?|broken|fails?|failing|crash(?:es)?|known problems?|todo')],
  ['PATTERN', way],
  ['UPDATE', words('changelog|changes|release notes?|updates?|history')],
  ['FEATURE', words('features?|implemented|supports?|added|built')],
];

const globalGuesses: readonly Guess[] = [
  ['CREDENTIAL', words('credentials?|endpoints?|connection strings?|logins?')],
  [
    'INFRASTRUCTURE',
    words('docker|compose|containers?|ports?|networks?|servers?|hosts?|deploy(?:ment)?|kubernetes|databases?'),
  ],
  ['CONVENTION', way],
  ['PREFERENCE', words('prefers?|preferred|preferences?|likes?|always use|i want|please')],
  ['TOOL', words('tools?|cli|commands?|npm|git|editor|shell|quirks?')],
  ['LESSON', words("lessons?|learned|learnt|gotchas?|never|don'?t|don’t|mistakes?")],
];

/**
 * Guesses what a text is about by its words: those of the title count first, then those of the content.
 * @returns ARCHITECTURE for a project, LESSON for what is global, where no word says anything
 */
export function guessType(title: string, content: string, global: boolean): MemoryType {
  const guesses = global ? globalGuesses : projectGuesses;
  for (const text of [title, content]) {
    const found = guesses.find(([, pattern]) => pattern.test(text));
    if (found) return found[0];
  }
  return global ? 'LESSON' : 'ARCHITECTURE';
}
