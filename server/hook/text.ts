import { human } from '../address.ts';
import { bytesPerToken, cutTo, tokensOf } from '../recall/tokens.ts';
import { relative } from '../relative-time.ts';
import { visible, visibleLine } from '../visible.ts';

/** Lines for a model to read, as many as a number of tokens allows (`recall/tokens.ts`). */
export class Brief {
  readonly #lines: string[] = [];
  #left: number;

  /** @param budget tokens that all of it may cost */
  constructor(budget: number) {
    this.#left = budget;
  }

  /** Tokens that are left. */
  get left(): number {
    return this.#left;
  }

  /** Adds lines, all or none. @returns whether they fit */
  add(...lines: readonly string[]): boolean {
    const cost = costOf(lines);
    if (cost > this.#left) return false;
    this.#left -= cost;
    this.#lines.push(...lines);
    return true;
  }

  /**
   * Adds a heading and as many of some blocks as fit under it, the first ones first.
   * @param rest the line that says so, where `more` are left out
   * @param most tokens that all of it may cost
   * @returns how many were added; none where not even the first fits: then there is no heading either
   */
  addList(heading: string, blocks: readonly Block[], rest: (more: number) => string, most = this.#left): number {
    const closing = costOf([rest(blocks.length)]);
    let [added, room] = [0, Math.min(most, this.#left) - costOf([heading])];
    for (const [index, block] of blocks.entries()) {
      room -= costOf(block);
      if (room < (index === blocks.length - 1 ? 0 : closing)) break;
      added += 1;
    }
    if (added === 0) return 0;
    const more = blocks.length - added;
    this.add(heading, ...blocks.slice(0, added).flat(), ...(more > 0 ? [rest(more)] : []));
    return added;
  }

  toString(): string {
    return this.#lines.join('\n');
  }
}

/** Lines that belong together. */
type Block = readonly string[];

const costOf = (lines: Block): number => lines.reduce((sum, line) => sum + tokensOf(`${line}\n`), 0);

/** A message, as far as a hook tells of it. */
export interface ToldMessage {
  id: number;
  type: string;
  subject: string;
  body: string;
  senderId: string | null;
  /** The sender's project. */
  project: string | null;
  createdAt: Date;
  /** What it holds, or held; null where it is no blocker. */
  resources: string[] | null;
}

/** Tokens of a subject. */
const subjectTokens = 80;

/**
 * `#41 request from calm-heron-0b1c (doc-db-v2), 2 min ago: …` and its text, indented under its sender.
 * @param tokens that the text may cost
 */
export function messageLines(message: ToldMessage, tokens: number): string[] {
  const { id, type, subject, body, senderId, project, createdAt, resources } = message;
  const from = senderId === null ? human : `${senderId}${project === null ? '' : ` (${oneLine(project)})`}`;
  const when = relative(createdAt.toISOString(), Date.now());
  const held = resources === null || resources.length === 0 ? '' : ` (${namesOf(resources)})`;
  const head = `#${id} ${type.toLowerCase()} from ${from}, ${when}: ${oneLine(subject)}${held}`;
  const text = visible(body.trim());
  if (text === '') return [head];
  const whole = tokensOf(text) <= tokens;
  const shown = whole ? text : cutTo(text, tokens, bytesPerToken);
  const rest = whole ? [] : [`    (all of it: \`clambake read ${id}\`)`];
  return [head, ...(shown === undefined ? [] : indented(shown)), ...rest];
}

/** Tokens of the names of resources. */
const namesTokens = 40;

/** The first few of some resources. */
export function namesOf(resources: readonly string[]): string {
  const more = resources.length > 3 ? ` and ${resources.length - 3} more` : '';
  return `${oneLine(resources.slice(0, 3).join(', '), namesTokens)}${more}`;
}

/** Somebody else's text on one line, with nothing hidden in it. */
export function oneLine(text: string, tokens = subjectTokens): string {
  const shown = visibleLine(text);
  return tokensOf(shown) <= tokens ? shown : (cutTo(shown, tokens, bytesPerToken) ?? '…');
}

/** Somebody else's text, in which nothing is hidden, under the line that says whose it is. */
export const indented = (shown: string): string[] => shown.split('\n').map((line) => `    ${line}`);
