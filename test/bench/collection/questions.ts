import { pick, type Random } from '../random.ts';
import type { Fact } from './facts.ts';
import { one, plural } from './words.ts';

/** Asks for a fact in other forms of its words than it is written down in; in one case of three, one part in another word. */
export function askFor(random: Random, { deed, thing, place, unit, trouble }: Fact): string {
  const draw = random();
  const asked = draw < 0.17 ? trouble.other : trouble.asked;
  const things = plural(thing);
  if (draw > 0.83) {
    return pick(random, [
      `why does ${place} fail to ${deed.other} ${things}, ${asked}`,
      `how to ${deed.other} ${one(thing)} without ${asked} in the ${place} ${unit}`,
    ]);
  }
  return pick(random, [
    `why are ${things} not ${deed.past} by the ${place} ${unit}, ${asked}`,
    `how do I fix ${asked} when ${deed.gerund} ${one(thing)} in ${place}`,
    `${place} ${unit} ${asked} during ${deed.noun} of ${things}`,
    `what can I do about ${asked} while ${one(thing)} is ${deed.past} (${place})`,
    `${asked} ${place} ${deed.base} ${thing}`,
  ]);
}

/** The text with a slip of the fingers in one or two of its longer words. */
export function mistyped(random: Random, text: string): string {
  const words = text.split(' ');
  const long = words.flatMap((word, place) => (/^[a-z]{6,}$/.test(word) ? [place] : []));
  const slips = random() < 0.5 ? 1 : 2;
  for (let n = 0; n < slips && long.length > 0; n += 1) {
    const [place = 0] = long.splice(Math.floor(random() * long.length), 1);
    words[place] = slip(random, words[place] ?? '');
  }
  return words.join(' ');
}

/** Two letters the wrong way round, one too few, one twice, or one for another. The first stays: it rarely goes wrong. */
function slip(random: Random, word: string): string {
  const at = 1 + Math.floor(random() * (word.length - 2));
  const [before, here, next, after] = [word.slice(0, at), word.charAt(at), word.charAt(at + 1), word.slice(at + 2)];
  return pick(random, [
    before + next + here + after,
    before + next + after,
    before + here + here + next + after,
    before + pick(random, [...'aeinorst']) + next + after,
  ]);
}
