import type { Heading, List, Nodes, RootContent } from 'mdast';
import { fromMarkdown, type Options } from 'mdast-util-from-markdown';
import { toString as textOf } from 'mdast-util-to-string';
import { refuseHostile } from './hostile.ts';

/** A part of a Markdown file that becomes a memory. */
export interface Section {
  /** The line its text begins in. */
  line: number;
  title: string;
  /** As it stands in the file. */
  content: string;
}

// Inline marks matter in titles only. Thousands of them in one paragraph cost time that grows with their square.
const inline =
  'attention autolink characterEscape characterReference codeText definition hardBreakEscape htmlText labelEnd labelStartImage labelStartLink';
const blocksOnly: Options = { extensions: [{ disable: { null: inline.split(' ') } }] };

/** Bytes of a title. */
const longestTitle = 300;

/**
 * Parts foreign Markdown: each heading with text under it becomes a section, called by the way to it; the only heading of the first level
 * is the name of the file and no part of the way. Text before all headings is a section, too. Of a file that is nothing but a list
 * each item is one. Front matter is left out, and so is what holds nothing but comments.
 * @throws CliError where it is longer or more entangled than what anybody writes
 * @param name what text without a heading is called
 */
export function sectionsOf(text: string, name: string): Section[] {
  const source = withoutFrontMatter(text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n'));
  refuseHostile(source);
  const { children } = fromMarkdown(source, blocksOnly);
  const told = children.filter((node) => !isComment(node));
  const lists = told.filter((node): node is List => node.type === 'list');
  if (lists.length > 0 && lists.length === told.length) return lists.flatMap((list) => itemsOf(list, source));

  const headings = children.filter((node): node is Heading => node.type === 'heading');
  const tops = headings.filter(({ depth }) => depth === 1);
  const sole = tops.length === 1 ? tops[0] : undefined;
  const way: { depth: number; title: string }[] = [];
  const sections: Section[] = [];
  let title = sole && told[0] !== sole ? name : sole ? plain(sole) || name : name;
  let body: RootContent[] = [];
  const close = (): void => {
    const [first] = body;
    const last = body.at(-1);
    if (first?.position && last?.position && body.some((node) => !isComment(node))) {
      const content = source.slice(lineStart(source, first.position.start.offset ?? 0), last.position.end.offset);
      sections.push({ line: first.position.start.line, title: shortened(title), content });
    }
    body = [];
  };
  for (const node of children) {
    if (node.type !== 'heading') {
      body.push(node);
      continue;
    }
    close();
    while ((way.at(-1)?.depth ?? 0) >= node.depth) way.pop();
    if (node === sole) {
      title = plain(node) || name;
      continue;
    }
    const own = plain(node);
    if (own !== '') way.push({ depth: node.depth, title: own });
    title = way.map((step) => step.title).join(': ') || name;
  }
  close();
  return sections;
}

/** Its lines stay as empty ones, so that the numbers of the others are right. */
function withoutFrontMatter(text: string): string {
  const [matter = ''] = /^---[ \t]*\n(?:.*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|$)/.exec(text) ?? [];
  return matter.replace(/[^\n]/g, '') + text.slice(matter.length);
}

const isComment = (node: RootContent): boolean =>
  node.type === 'html' && /^\s*(?:<!--[\s\S]*?-->\s*)+$/.test(node.value);

/** Characters of a text that are looked at for a title. */
const looked = 1000;

/** The text of a node without its marks, in one line. */
const plain = (node: Nodes): string => {
  const line = textOf(node).replace(/\s+/g, ' ').trim().slice(0, looked);
  return line === '' ? '' : textOf(fromMarkdown(`# ${line}`)).trim();
};

/** The beginning of a line that an indented text begins in: its indentation means something. */
function lineStart(source: string, offset: number): number {
  const start = source.lastIndexOf('\n', offset - 1) + 1;
  return source.slice(start, offset).trim() === '' ? start : offset;
}

function itemsOf(list: List, source: string): Section[] {
  return list.children.flatMap((item) => {
    const [first, last] = [item.children[0], item.children.at(-1)];
    if (!first?.position || !last?.position) return [];
    const content = source.slice(first.position.start.offset, last.position.end.offset);
    return [
      {
        line: first.position.start.line,
        title: shortened(plain(first).split('. ')[0]?.replace(/\.$/, '') || content),
        content,
      },
    ];
  });
}

/** A title that fits, cut at a character. */
function shortened(title: string): string {
  const line = title.replace(/\s+/g, ' ').trim();
  if (Buffer.byteLength(line) <= longestTitle) return line;
  let short = '';
  for (const character of line) {
    if (Buffer.byteLength(short + character) > longestTitle - 3) break;
    short += character;
  }
  return `${short.trimEnd()}…`;
}
