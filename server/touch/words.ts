import { forEachChild, type ParsedScript, type SyntaxNode, type Word, type WordPart } from 'unbash';

/** The value of a word; undefined where only the shell that runs it knows. */
export function certain(word: Word): string | undefined {
  const isCertain = word.parts ? word.parts.every(isCertainPart) : isPlain(word.text);
  return isCertain && !word.text.startsWith('~') ? word.value : undefined;
}

function isCertainPart(part: WordPart): boolean {
  switch (part.type) {
    case 'Literal':
      return isPlain(part.text);
    case 'SingleQuoted':
      return true;
    case 'AnsiCQuoted':
      // The parser drops it where the shell keeps it.
      return !part.text.includes('\\\n');
    case 'DoubleQuoted':
      return part.parts.every(({ type }) => type === 'Literal');
    default:
      return false;
  }
}

/** The shell puts the home in for a `~` at the beginning (see above), and for one after `=` and `:` of what looks like an assignment. */
const isPlain = (text: string): boolean => !text.includes('=~') && !text.includes(':~');

/** The scripts of the substitutions within a node, not those within these. */
export function substitutionsIn(node: SyntaxNode): ParsedScript[] {
  if (node.type === 'Word' && !node.parts) return [];
  const scripts: ParsedScript[] = [];
  visit(node, (inner) => {
    if (inner.type !== 'Script' || inner === node) return true;
    scripts.push(inner);
    return false;
  });
  return scripts;
}

/** The names of all functions that a script defines anywhere; undefined where any part of it has errors. */
export function functionsOf(script: ParsedScript): Set<string> | undefined {
  const names = new Set<string>();
  let hasErrors = false;
  visit(script, (node) => {
    if (node.type === 'Script' && (node as ParsedScript).errors?.length) hasErrors = true;
    if (node.type === 'Function') names.add(node.name.value);
    return !hasErrors;
  });
  return hasErrors ? undefined : names;
}

/** Visits a node and all below those that `enter` is true for, in order. Without recursion: expressions may be nested deeply. */
function visit(root: SyntaxNode, enter: (node: SyntaxNode) => boolean): void {
  const waiting = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (!enter(node)) continue;
    const children: SyntaxNode[] = [];
    forEachChild(node, (child) => {
      children.push(child);
    });
    for (const child of children.reverse()) waiting.push(child);
  }
}
