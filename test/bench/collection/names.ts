import { between, pick, type Random } from '../random.ts';
import { capital } from './facts.ts';
import { deeds, endings, places, tails, things } from './words.ts';

/** A name in code, in parts. */
export type Name = readonly [deed: string, thing: string, tail: string];

/** The ways of writing a name. */
export const spellings = {
  snake: (name: readonly string[]) => name.join('_'),
  camel: ([first = '', ...rest]: readonly string[]) => first + rest.map(capital).join(''),
  kebab: (name: readonly string[]) => name.join('-'),
  pascal: (name: readonly string[]) => name.map(capital).join(''),
  screaming: (name: readonly string[]) => name.join('_').toUpperCase(),
} as const;

export type Spelling = keyof typeof spellings;

export const spellingNames = Object.keys(spellings) as Spelling[];

export const randomName = (random: Random): Name => [
  pick(random, deeds).base,
  pick(random, things),
  pick(random, tails),
];

/** A path, its file's name made of two parts. */
export interface Path {
  whole: string;
  stem: string;
  ending: string;
  folder: string;
}

export function randomPath(random: Random): Path {
  const folder = `${pick(random, ['src', 'lib', 'backend', 'packages/core'])}/${pick(random, places)}`;
  const stem = pick(random, [spellings.snake, spellings.camel, spellings.kebab])([
    pick(random, things),
    pick(random, tails),
  ]);
  const ending = pick(random, endings);
  return { whole: `${folder}/${stem}.${ending}`, stem, ending, folder };
}

export const randomTicket = (random: Random): string =>
  `${pick(random, ['POL', 'DOC', 'OPS', 'WEB', 'API'])}-${between(random, 100, 4999)}`;
