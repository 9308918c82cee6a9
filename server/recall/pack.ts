import type { MemoryStatus, MemoryType } from '../database/generated/enums.ts';
import { alike, wordSet } from './alike.ts';
import { cutTo, tokensOf } from './tokens.ts';

/** What is packed of a memory. */
export interface Packable {
  id: number;
  type: MemoryType;
  status: MemoryStatus;
  project: { name: string } | null;
  title: string;
  content: string;
}

/** A memory that fits. Its content is whole, cut, or empty where it is left out; the title of the first may be cut. */
export interface Packed {
  id: number;
  title: string;
  content: string;
  /** Whether some of the title or the content is left out. */
  cut: boolean;
  /** Those after it that say the same, and are left out for it. */
  alike: number[];
}

/**
 * Packs the best of some memories into so many tokens: first titles, for at most half of them, then contents, the best first.
 * What says the same as a better one is left out, and named with it.
 * @param memories the best first
 * @param budget tokens (see `tokens.ts`), counted over the lines that the command line prints
 * @returns those that fit, the best first; together they never cost more than the budget. They and those named with them are the first
 *   of the given ones, without a gap; none where not even the beginning of one title fits
 */
export function pack(memories: readonly Packable[], budget: number): Packed[] {
  const packed: (Packed & { wholeTitle: string; whole: string; words: ReadonlySet<string> })[] = [];
  let left = budget;
  for (const memory of memories) {
    const words = wordSet(`${memory.title} ${memory.content}`);
    const same = packed.find((other) => alike(other.words, words));
    if (same) {
      // Naming it costs something as well.
      const cost = tokensOf(`, #${memory.id}`) + (same.alike.length === 0 ? tokensOf(alikeLine) : 0);
      if (cost > left) break;
      left -= cost;
      same.alike.push(memory.id);
      continue;
    }
    // Whoever asks has to get something, and to get on: a page of nothing has no end that the next could begin behind.
    const title = packed.length === 0 ? cutTitle(memory, left) : memory.title;
    if (title === undefined) break;
    const cost = tokensOf(headline({ ...memory, title }));
    if (cost > left || (packed.length > 0 && left - cost < budget / 2)) break;
    left -= cost;
    packed.push({
      id: memory.id,
      title,
      content: '',
      cut: true,
      alike: [],
      wholeTitle: memory.title,
      whole: memory.content,
      words,
    });
  }
  for (const memory of packed) {
    const cost = tokensOf(quoted(memory.whole));
    if (cost <= left) {
      [memory.content, memory.cut] = [memory.whole, memory.title !== memory.wholeTitle];
      left -= cost;
      continue;
    }
    // Each line costs its indentation and its end besides.
    const lines = memory.whole.split('\n').length;
    const beginning = cutTo(memory.whole, left - Math.ceil((lines * 5) / 3) - 1);
    if (beginning === undefined) continue;
    memory.content = beginning;
    left -= tokensOf(quoted(beginning));
  }
  return packed.map(({ id, title, content, cut, alike }) => ({ id, title, content, cut, alike }));
}

/** As much of a title as fits, with the line that it stands in. */
function cutTitle(memory: Packable, tokens: number): string | undefined {
  if (tokensOf(headline(memory)) <= tokens) return memory.title;
  return cutTo(memory.title, tokens - tokensOf(headline({ ...memory, title: '' })), shortestTitle);
}

/** Bytes of a title that has been cut. */
const shortestTitle = 20;

const alikeLine = '  the same in: \n';

/** The line that names a memory, as it is printed. */
function headline({ id, type, status, project, title }: Packable): string {
  return `#${id} (${type}, ${project?.name ?? 'global'}${status === 'ACTIVE' ? '' : `, ${status}`}): ${title}\n`;
}

/** A content, as it is printed. */
const quoted = (content: string): string => `${content.replace(/^/gm, '    ')}\n`;
