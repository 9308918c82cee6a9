import { between, pick, type Random, shuffled } from '../random.ts';
import * as words from './words.ts';

/** What one memory is about. */
export interface Fact {
  deed: words.Deed;
  thing: string;
  place: string;
  unit: string;
  trouble: words.Trouble;
}

/** A memory as it is remembered. */
export interface Memory {
  title: string;
  content: string;
  tags: string[];
  files: string[];
}

export const keyOf = ({ deed, thing, place, trouble }: Fact): string =>
  [deed.base, thing, place, trouble.noted].join(' ');

export const randomFact = (random: Random): Fact => ({
  deed: pick(random, words.deeds),
  thing: pick(random, words.things),
  place: pick(random, words.places),
  unit: pick(random, words.units),
  trouble: pick(random, words.troubles),
});

/** A fact that has some of another's four parts, and else its own. */
export function neighbour(random: Random, fact: Fact, shared: number): Fact {
  const kept = new Set(shuffled(random, ['deed', 'thing', 'place', 'trouble'] as const).slice(0, shared));
  const other = randomFact(random);
  return {
    ...other,
    ...(kept.has('deed') && { deed: fact.deed }),
    ...(kept.has('thing') && { thing: fact.thing }),
    ...(kept.has('place') && { place: fact.place }),
    ...(kept.has('trouble') && { trouble: fact.trouble }),
  };
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The fact in a sentence without its full stop, in one of the ways in which people put it. */
function told(random: Random, { deed, thing, place, unit, trouble }: Fact): string {
  const things = words.plural(thing);
  return pick(random, [
    `${deed.gerund} ${things} in the ${place} ${unit} ${trouble.noted}`,
    `the ${place} ${unit} ${trouble.noted} when ${things} are ${deed.past}`,
    `${place}: the ${deed.noun} of ${words.one(thing)} ${trouble.noted}`,
    `when the ${place} ${unit} has to ${deed.base} ${words.one(thing)} it ${trouble.noted}`,
  ]);
}

/**
 * Writes a fact down: in the title and in the text, or under a title that says little, among sentences that stand everywhere.
 * @param more further sentences that belong to it
 */
export function writeDown(
  random: Random,
  fact: Fact,
  more: readonly string[] = [],
  files: readonly string[] = [],
): Memory {
  const vague = random() < 0.3;
  const around = shuffled(random, words.fillers).slice(0, between(random, 2, 7));
  // Something else is mentioned in passing.
  if (random() < 0.4)
    around.push(
      `Compare ${pick(random, words.deeds).noun} of ${words.plural(pick(random, words.things))} in ${pick(random, words.places)}.`,
    );
  const body = shuffled(random, [pick(random, words.causes), pick(random, words.remedies), ...more, ...around]);
  const fullTold = vague || random() < 0.5 ? [`${capital(told(random, fact))}.`] : [];
  return {
    title: vague ? pick(random, words.vagueTitles) : capital(told(random, fact)),
    content: [...fullTold, ...body].join(' '),
    tags: random() < 0.5 ? [pick(random, [fact.place, fact.thing, 'docker', 'postgres', 'ci', 'auth'])] : [],
    files: [...files],
  };
}

/** A summary of many things that answers nothing. */
export function summary(random: Random): Memory {
  const facts = Array.from({ length: between(random, 5, 9) }, () => randomFact(random));
  return {
    title: `Summary of week ${between(random, 1, 52)}`,
    content: facts
      .map(({ deed, thing, place }) => `Looked at the ${deed.noun} of ${words.plural(thing)} in ${place}.`)
      .concat(shuffled(random, words.fillers).slice(0, between(random, 2, 6)))
      .join(' '),
    tags: [],
    files: [],
  };
}
