import { globalTypes, projectTypes } from '../../../server/memory/scope-types.ts';
import { between, pick, type Random, seeded, shuffled, zipf } from '../random.ts';
import { stopWords, vocabulary } from './words.ts';

/** A generated memory, as it is stored. */
export interface GeneratedMemory {
  id: number;
  /** The number of its project, from 1; null for a global one. */
  project: number | null;
  type: string;
  status: string;
  title: string;
  content: string;
  tags: string[];
  files: string[];
  /** The number of the instance that wrote it. */
  author: number;
  /** How many versions there are of it. */
  version: number;
  /** Days ago. */
  created: number;
  updated: number;
}

export const projectCount = 50;
export const instanceCount = 200;

/** Days between the first memory and the last. */
const span = 700;

const words = vocabulary(50_000);
const notIndexed = new Set(stopWords);
const endings = ['py', 'ts', 'go', 'sql', 'yml', 'tsx', 'md'];
const folders = ['src', 'lib', 'test', 'backend', 'frontend', 'infra', 'scripts', 'packages'];

const word = (random: Random): string => words[zipf(random, words.length)] ?? '';

/** A word that says something: no stop word. */
function telling(random: Random): string {
  for (;;) {
    const found = word(random);
    if (!notIndexed.has(found)) return found;
  }
}

/** The name of a project. */
export const projectName = (number: number): string => `${telling(seeded(11, number))}-${number}`;

/** One of the 400 files of a project. */
function file(project: number, number: number): string {
  const random = seeded(12, project, number % 40);
  const folder = `${pick(random, folders)}/${telling(random)}`;
  const own = seeded(13, project, number);
  return `${folder}/${telling(own)}_${telling(own)}.${pick(own, endings)}`;
}

function identifier(random: Random): string {
  const [first, second] = [telling(random), telling(random)];
  const camel = first + second.charAt(0).toUpperCase() + second.slice(1);
  return pick(random, [
    `${first}_${second}`,
    camel,
    `${first}-${second}`,
    `${first.toUpperCase()}_${second.toUpperCase()}`,
  ]);
}

function sentence(random: Random, topic: string[], files: string[]): string {
  const list = Array.from({ length: between(random, 6, 14) }, () => {
    const draw = random();
    if (draw < 0.12) return pick(random, topic);
    if (draw < 0.14) return identifier(random);
    if (draw < 0.145) return `${telling(random).slice(0, 3).toUpperCase()}-${between(random, 1, 5000)}`;
    if (draw < 0.15 && files.length > 0) return pick(random, files);
    return word(random);
  });
  const text = list.join(' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** The memory of this number: the same whenever it is asked for, so that nothing need be kept of it. */
export function generateMemory(id: number, memories: number): GeneratedMemory {
  const random = seeded(1, id);
  const project = random() < 0.05 ? null : zipf(random, projectCount) + 1;
  const title = Array.from({ length: between(random, 4, 8) }, () => word(random));
  const topic = title.filter((each) => !notIndexed.has(each));
  if (topic.length < 2) {
    const more = [telling(random), telling(random)];
    title.push(...more);
    topic.push(...more);
  }
  const files = Array.from({ length: pick(random, [0, 1, 1, 2, 3]) }, () => file(project ?? 0, zipf(random, 400)));
  const length = between(random, 60, 100);
  let content = '';
  for (let count = 0; count < length; ) {
    const next = sentence(random, topic, files);
    content += (content === '' ? '' : ' ') + next;
    count += next.split(' ').length;
  }
  const draw = random();
  const status = draw < 0.85 ? 'ACTIVE' : draw < 0.93 ? 'RESOLVED' : draw < 0.97 ? 'DEPRECATED' : 'SUPERSEDED';
  const created = span * (1 - id / memories);
  const version = random() < 0.1 ? between(random, 2, 4) : 1;
  const name = title.join(' ');
  return {
    id,
    project,
    type: pick(random, project === null ? globalTypes : projectTypes),
    status,
    title: name.charAt(0).toUpperCase() + name.slice(1),
    content,
    tags: [
      ...new Set(
        Array.from({ length: between(random, 0, 4) }, () => words[stopWords.length + zipf(random, 300)] ?? ''),
      ),
    ],
    files: [...new Set(files)],
    author: between(random, 1, instanceCount),
    version,
    created,
    updated: version === 1 ? created : created * random(),
  };
}

/** A question that a memory answers: some of its words and some that are in many, in no order, put as people put it. */
export function questionFor(memory: GeneratedMemory): string {
  const random = seeded(2, memory.id);
  const telling = (text: string): string[] =>
    shuffled(
      random,
      [...new Set(text.toLowerCase().match(/[a-z]{4,}/g) ?? [])].filter((each) => !notIndexed.has(each)),
    );
  const asked = [...telling(memory.title).slice(0, 2), ...telling(memory.content).slice(0, 3)];
  const common = Array.from({ length: 2 }, () => words[stopWords.length + between(random, 0, 60)] ?? '');
  const [one, two, three, ...rest] = shuffled(random, [...new Set([...asked, ...common])]);
  return `why does the ${one} ${two} not ${three} when ${rest.join(' ')} is there`;
}
