import { MemoryStatus, MemoryType } from '../../server/database/generated/enums.ts';
import { parseObject } from '../reach/running.ts';
import type { Line } from './lines.ts';

// Clambake's own Markdown. The text of a memory stands quoted, so that whatever it holds (headings, fences, comments) cannot be
// taken for what stands around it; what is more than title and text stands in a comment.

export const firstLine = '<!-- clambake:export 1 -->';
const opening = '<!-- clambake:memory ';
const closing = ' -->';

/** A memory as it stands in Markdown. */
export interface MarkdownMemory {
  uid: string;
  project: string | null;
  type: MemoryType;
  version: number;
  status: MemoryStatus;
  tags: string[];
  files: string[];
  /** The instance that wrote this version; null for the human. */
  author: string | null;
  createdAt: string;
  updatedAt: string;
  title: string;
  content: string;
}

/** A memory as Markdown: its heading, a line about it, the comment that brings it back, its text. */
export function markdownOf({ title, content, ...rest }: MarkdownMemory): string {
  const about = [
    `*${rest.status.toLowerCase()}, version ${rest.version}, by ${rest.author ?? 'human'}, ${rest.updatedAt.slice(0, 10)}*`,
    ...(rest.tags.length > 0 ? [`tags: ${rest.tags.map(code).join(', ')}`] : []),
    ...(rest.files.length > 0 ? [`files: ${rest.files.map(code).join(', ')}`] : []),
  ];
  const quoted = content.split('\n').map((line) => (line === '' ? '>' : `> ${line}`));
  return [
    '',
    `### ${title}`,
    '',
    about.join(' · '),
    '',
    `${opening}${commented(rest)}${closing}`,
    '',
    ...quoted,
    '',
  ].join('\n');
}

/** Text of others as code: nothing in it means anything. */
function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest > 0 ? `${fence} ${text} ${fence}` : `${fence}${text}${fence}`;
}

/** JSON that no comment ends in. */
const commented = (value: object): string =>
  JSON.stringify(value).replace(/[<>]/g, (character) => (character === '<' ? '\\u003c' : '\\u003e'));

/** What a line of Markdown brought to an end: a memory, or what is wrong with one. */
export type Found = { line: number; memory: MarkdownMemory } | { line: number; problem: string };

interface Open {
  line: number;
  rest: Omit<MarkdownMemory, 'title' | 'content'>;
  title: string;
  text: string[];
  /** Whether an editor or git gave the lines other ends: those are not the text's own then. */
  isConverted: boolean;
}

/**
 * Reads Clambake's own Markdown back. A title and a text may have been edited; text that lost its `>` is taken as it stands.
 */
export async function* readMarkdown(lines: AsyncIterable<Line>): AsyncGenerator<Found, void> {
  let heading: string | undefined;
  let open: Open | undefined;
  const close = (): Found[] => {
    if (!open) return [];
    const { line, rest, title, text } = open;
    open = undefined;
    return [{ line, memory: { ...rest, title, content: trimmed(text) } }];
  };
  for await (const { text: read, problem, number } of lines) {
    if (read === undefined) {
      yield { line: number, problem: problem ?? 'It cannot be read.' };
      continue;
    }
    const bare = read.replace(/\r$/, '');
    if (bare.startsWith('>')) {
      const quoted = open?.isConverted ? bare : read;
      open?.text.push(quoted.startsWith('> ') ? quoted.slice(2) : quoted.slice(1));
    } else if (/^#{1,3} /.test(bare)) {
      yield* close();
      heading = bare.startsWith('### ') ? bare.slice(4) : undefined;
    } else if (bare.startsWith(opening) && bare.endsWith(closing)) {
      yield* close();
      const rest = readComment(bare.slice(opening.length, -closing.length));
      if (typeof rest === 'string') yield { line: number, problem: rest };
      else if (heading === undefined) yield { line: number, problem: 'No heading with a title stands above it.' };
      else open = { line: number, rest, title: heading, text: [], isConverted: read.endsWith('\r') };
      heading = undefined;
    } else open?.text.push(bare === '' ? blank : bare);
  }
  yield* close();
}

/** An empty line outside the quoted text: counts only between lines of it. No line that is read holds a line's end. */
const blank = '\n';

function trimmed(lines: string[]): string {
  let start = 0;
  let end = lines.length;
  while (start < end && lines[start] === blank) start += 1;
  while (end > start && lines[end - 1] === blank) end -= 1;
  return lines
    .slice(start, end)
    .map((line) => (line === blank ? '' : line))
    .join('\n');
}

/** @returns what it says; a text where something is wrong with it */
function readComment(text: string): Omit<MarkdownMemory, 'title' | 'content'> | string {
  const value = parseObject(text);
  if (!value) return 'Its comment holds no JSON.';
  const { uid, project, type, version, status, tags, files } = value;
  const isText = (found: unknown): found is string => typeof found === 'string';
  const isTexts = (found: unknown): found is string[] => Array.isArray(found) && found.every(isText);
  const known = Object.values(MemoryType).find((name) => name === type);
  const standing = Object.values(MemoryStatus).find((name) => name === status);
  if (!isText(uid)) return 'Its comment names no uid.';
  if (project !== null && !isText(project)) return 'Its comment names no project, and not null for a global one.';
  if (known === undefined) return `Its comment names no type: one of ${Object.values(MemoryType).join(', ')}.`;
  if (standing === undefined) return `Its comment names no status: one of ${Object.values(MemoryStatus).join(', ')}.`;
  if (!isTexts(tags) || !isTexts(files)) return 'Its comment names no tags and files.';
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1 || version >= 2 ** 31) {
    return 'Its comment names no version.';
  }
  const { author, createdAt, updatedAt } = value;
  return {
    ...{ uid: uid.toLowerCase(), project, type: known, status: standing, version, tags, files },
    author: isText(author) ? author : null,
    createdAt: isText(createdAt) ? createdAt : '',
    updatedAt: isText(updatedAt) ? updatedAt : '',
  };
}
