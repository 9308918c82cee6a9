import { between, pick, type Random, seeded, shuffled } from '../random.ts';
import { type Fact, keyOf, type Memory, neighbour, randomFact, summary, writeDown } from './facts.ts';
import { randomName, randomPath, randomTicket, spellingNames, spellings } from './names.ts';
import { askFor, mistyped } from './questions.ts';
import { deeds, reasons, things } from './words.ts';

/** What a question gives to go by. */
export const kinds = [
  'natural',
  'identifier, whole',
  'identifier, in part',
  'identifier, spelled otherwise',
  'path',
  'phrase',
  'typo',
] as const;
export type Kind = (typeof kinds)[number];

export interface Question {
  kind: Kind;
  text: string;
  /** The place among the memories of the one that answers it. */
  answer: number;
}

export interface Collection {
  memories: Memory[];
  questions: Question[];
}

/** Of a hundred questions so many are of each kind. */
const shares: Record<Kind, number> = {
  natural: 34,
  'identifier, whole': 9,
  'identifier, in part': 9,
  'identifier, spelled otherwise': 9,
  path: 13,
  phrase: 13,
  typo: 13,
};

/** A memory that answers a question, and others that nearly do. */
interface Planted {
  text: string;
  answer: Memory;
  distractors: Memory[];
}

/**
 * Memories of coding agents with questions that one of them answers each, the same for the same numbers.
 * Nothing in here looks at how anything ranks.
 */
export function makeCollection(size: { memories: number; questions: number; seed: number }): Collection {
  const random = seeded(size.seed);
  const plant = planter(random);
  const memories: Memory[] = [];
  const asked: { kind: Kind; text: string; answer: Memory }[] = [];
  for (const kind of kinds) {
    for (let n = 0; n < Math.round((size.questions * shares[kind]) / 100); n += 1) {
      const { text, answer, distractors } = plant[kind]();
      asked.push({ kind, text, answer });
      memories.push(answer, ...distractors);
    }
  }
  while (memories.length < size.memories) {
    memories.push(random() < 0.2 ? summary(random) : writeDown(random, plant.fact()));
  }
  const mixed = shuffled(random, memories);
  const places = new Map(mixed.map((memory, place) => [memory, place]));
  const questions = asked.map(({ kind, text, answer }) => ({ kind, text, answer: places.get(answer) ?? -1 }));
  return { memories: mixed, questions };
}

function planter(random: Random): Record<Kind, () => Planted> & { fact: () => Fact } {
  const taken = new Set<string>();
  /** Draws until none of its keys was drawn before: an answer is the only one. */
  function fresh<T>(draw: () => T, keys: (drawn: T) => string[]): T {
    for (;;) {
      const drawn = draw();
      if (keys(drawn).some((key) => taken.has(key))) continue;
      for (const key of keys(drawn)) taken.add(key);
      return drawn;
    }
  }
  const fact = (): Fact =>
    fresh(
      () => randomFact(random),
      (drawn) => [keyOf(drawn)],
    );
  const near = (of: Fact, shared: number): Fact =>
    fresh(
      () => neighbour(random, of, shared),
      (drawn) => [keyOf(drawn)],
    );
  const about = (question: (of: Fact) => string) => (): Planted => {
    const one = fact();
    const distractors = [2, 2, 3].map((shared) => writeDown(random, near(one, shared)));
    return { text: question(one), answer: writeDown(random, one), distractors };
  };
  const mention = (name: string): string =>
    pick(random, [
      `See ${name} for it.`,
      `It is decided in \`${name}\`.`,
      `The name to look for is ${name}, it is used twice.`,
    ]);

  const named =
    (question: (parts: readonly string[], written: string, style: string, place: string) => string) => (): Planted => {
      const one = fact();
      const style = pick(random, spellingNames);
      // No two names have two parts in common next to each other.
      const name = fresh(
        () => randomName(random),
        ([deed, thing, tail]) => [`${deed} ${thing}`, `${thing} ${tail}`],
      );
      const written = spellings[style](name);
      const other = randomName(random);
      const similar = [
        [name[0], other[1], other[2]],
        [other[0], name[1], other[2]],
        [other[0], other[1], name[2]],
      ];
      return {
        text: question(name, written, style, one.place),
        answer: writeDown(random, one, [mention(written)]),
        distractors: [
          writeDown(random, near(one, 2), [mention(spellings[pick(random, spellingNames)](pick(random, similar)))]),
        ],
      };
    };
  const around = (name: string): string =>
    pick(random, [
      name,
      `what is ${name}`,
      `where do we use ${name}`,
      `${name} default value`,
      `who changed ${name} and why`,
    ]);

  return {
    fact,
    natural: about((one) => askFor(random, one)),
    typo: about((one) => mistyped(random, askFor(random, one))),
    'identifier, whole': () => {
      if (random() < 0.75) return named((_, written) => around(written))();
      const one = fact();
      const ticket = fresh(
        () => randomTicket(random),
        (drawn) => [drawn],
      );
      const other = fresh(
        () => randomTicket(random),
        (drawn) => [drawn],
      );
      return {
        text: around(ticket),
        answer: writeDown(random, one, [`Reported as ${ticket}.`]),
        distractors: [writeDown(random, near(one, 2), [`Reported as ${other}.`])],
      };
    },
    'identifier, in part': named((parts, _, __, place) => {
      const two = random() < 0.5 ? parts.slice(0, 2) : parts.slice(1);
      return pick(random, [
        `${two.join(' ')} in ${place}`,
        `the ${shuffled(random, two).join(' ')} of ${place}`,
        `${spellings.snake(two)} ${place}`,
      ]);
    }),
    'identifier, spelled otherwise': named((parts, _, style) => {
      const others = spellingNames.filter((each) => each !== style);
      return around(spellings[pick(random, others)](parts));
    }),
    path: () => {
      const one = fact();
      // One file of this name, however it is written.
      const path = fresh(
        () => randomPath(random),
        ({ stem }) => [`file ${stem.toLowerCase().replace(/[_-]/g, '')}`],
      );
      const beside = fresh(
        () => randomPath(random),
        ({ stem }) => [`file ${stem.toLowerCase().replace(/[_-]/g, '')}`],
      );
      const inText = random() < 0.5;
      const write = (of: Fact, whole: string): Memory =>
        inText ? writeDown(random, of, [mention(whole)]) : writeDown(random, of, [], [whole]);
      const { whole, stem, ending, folder } = path;
      return {
        text: around(pick(random, [whole, `${stem}.${ending}`, stem, `${folder.split('/').at(-1)}/${stem}.${ending}`])),
        answer: write(one, whole),
        distractors: [write(near(one, 2), `${folder}/${beside.stem}.${beside.ending}`)],
      };
    },
    phrase: () => {
      const one = fact();
      const draw = () => ({ deed: pick(random, deeds), thing: pick(random, things), reason: pick(random, reasons) });
      const { deed, thing, reason } = fresh(draw, (drawn) => [
        `cannot ${drawn.deed.base} ${drawn.thing}: ${drawn.reason}`,
      ]);
      const message = `cannot ${deed.base} ${thing}: ${reason}`;
      const from = between(random, 0, 1);
      const part = message.split(' ').slice(from, between(random, 5, message.split(' ').length));
      return {
        text: `"${part.join(' ')}"`,
        answer: writeDown(random, one, [`The log says: ${message}.`]),
        distractors: [
          // The same words, and the same message of another thing.
          writeDown(random, near(one, 2), [
            `Because of the ${thing} we cannot see that "${reason}" has to do with ${deed.base}.`,
          ]),
          writeDown(random, near(one, 2), [
            `The log says: cannot ${deed.base} ${pick(
              random,
              things.filter((each) => each !== thing),
            )}: ${reason}.`,
          ]),
        ],
      };
    },
  };
}
