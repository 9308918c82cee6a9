import { inOneLine, visibleLine } from '../../server/visible.ts';
import { ExitCode } from '../exit.ts';
import { json } from '../output/json.ts';
import { count } from '../output/lines.ts';
import { complain, print } from '../output/stream.ts';

/** What became of some records, as the server says it. */
export interface Outcome {
  stored: number;
  updated: number;
  skipped: number;
  linked: number;
  conflicts: Conflict[];
  problems: Problem[];
}

interface Conflict {
  line: number;
  uid: string;
  version: number | null;
  title: string;
  reason: string;
}

interface Problem {
  line: number;
  message: string;
}

/** The outcome of a record that was not stored. */
export const refusal = (problem: Problem): Outcome => ({
  ...{ stored: 0, updated: 0, skipped: 0, linked: 0 },
  ...{ conflicts: [], problems: [problem] },
});

/** The outcome of two deliveries together. */
export const sumOf = (one: Outcome, other: Outcome): Outcome => ({
  stored: one.stored + other.stored,
  updated: one.updated + other.updated,
  skipped: one.skipped + other.skipped,
  linked: one.linked + other.linked,
  conflicts: [...one.conflicts, ...other.conflicts],
  problems: [...one.problems, ...other.problems],
});

/** The fields of {@link Outcome}. */
export const outcome = 'stored updated skipped linked conflicts{line uid version title reason}problems{line message}';

export type Numbers = Record<'stored' | 'updated' | 'skipped' | 'linked' | 'conflicted' | 'refused', number>;

/** Conflicts and problems that are kept for `--json`; all are counted. */
const kept = 1000;

/** What became of a file so far. Conflicts and problems are told as they come, with `--json` at the end. */
export class Totals {
  readonly numbers: Numbers;
  readonly #conflicts: Conflict[] = [];
  readonly #problems: Problem[] = [];
  readonly #json: boolean;
  readonly #before: () => void;

  /** @param before is called before something is told */
  constructor(json: boolean, before: () => void, numbers: Partial<Numbers> = {}) {
    this.#json = json;
    this.#before = before;
    this.numbers = { ...{ stored: 0, updated: 0, skipped: 0, linked: 0, conflicted: 0, refused: 0 }, ...numbers };
  }

  add({ conflicts, problems, ...counts }: Outcome): void {
    for (const name of ['stored', 'updated', 'skipped', 'linked'] as const) this.numbers[name] += counts[name];
    for (const { line, message } of problems) this.refuse(line, message);
    this.numbers.conflicted += conflicts.length;
    for (const conflict of conflicts) {
      if (this.#conflicts.length < kept) this.#conflicts.push(conflict);
      const { line, uid, title, reason } = conflict;
      this.#tell(`Line ${line}: conflict, and left as it is here: ${reason} ${uid} "${title}"`);
    }
  }

  /** A record that was not stored. */
  refuse(line: number, message: string): void {
    this.numbers.refused += 1;
    if (this.#problems.length < kept) this.#problems.push({ line, message });
    this.#tell(`Line ${line}: ${inOneLine(message)}`);
  }

  #tell(text: string): void {
    if (this.#json) return;
    this.#before();
    complain(`clambake: ${visibleLine(text)}\n`);
  }

  /** Prints it. @returns the exit code: 1 where something was not stored, 3 where something is here in another form */
  async print(path: string): Promise<ExitCode> {
    const { stored, updated, skipped, linked, conflicted, refused } = this.numbers;
    const parts = [`${stored} stored`, `${updated} updated`, `${skipped} skipped`];
    if (linked > 0) parts.push(count(linked, 'link'));
    if (conflicted > 0) parts.push(count(conflicted, 'conflict'));
    if (refused > 0) parts.push(count(refused, 'bad record'));
    const result = { ...this.numbers, conflicts: this.#conflicts, problems: this.#problems };
    const from = path === '-' ? 'standard input' : visibleLine(path);
    await print(
      this.#json ? json(result, process.stdout.isTTY === true) : `Imported from ${from}: ${parts.join(', ')}.\n`,
    );
    if (refused > 0) return ExitCode.failed;
    return conflicted > 0 ? ExitCode.blocked : ExitCode.done;
  }
}
