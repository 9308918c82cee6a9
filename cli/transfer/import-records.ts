import { complain } from '../output/stream.ts';
import type { Bar } from './bar.ts';
import { Batch, type MemoryHead, type Place, tooLarge } from './batch.ts';
import { sendInParts } from './halving.ts';
import { type Line, readLines } from './lines.ts';
import type { Progress, ProgressFile } from './progress-file.ts';
import { BadRecord, type EndLine, type HeaderLine, type RecordLine, readRecord } from './record.ts';
import { recordsParting, without } from './records-halving.ts';
import type { Server } from './server.ts';
import type { Source } from './source.ts';
import { type Outcome, outcome, Totals } from './totals.ts';

const document = `mutation ImportMemories($instances:[ImportedInstance!]!,$memories:[ImportedMemory!]!,$links:[ImportedLink!]!,$allowSecret:Boolean!){
  importMemories(instances:$instances,memories:$memories,links:$links,allowSecret:$allowSecret){${outcome}}
}`;

/** What an import needs. */
export interface Importing {
  source: Source;
  server: Server;
  bar: Bar;
  signal: AbortSignal;
  /** With `--json` nothing is told on the way. */
  json: boolean;
  /** Whether what looks like a secret is stored too. */
  allowSecret: boolean;
}

/**
 * Imports an export. What the server has taken is kept in `file`, so that the next import of the same file goes on from there.
 * @param file undefined where it cannot be read twice
 * @throws CliError, the reason of the signal; what was taken until then stays
 */
export async function importRecords(importing: Importing, file: ProgressFile | undefined): Promise<Totals> {
  const kept = file?.read();
  if (kept) {
    if (!importing.json)
      complain(`clambake: Going on after line ${kept.number}, where an import of this file stopped.\n`);
    const totals = await new Import(importing, file, kept).run();
    if (totals) return totals;
    // Another database has taken the place of the one that it went into.
    if (!importing.json) complain('clambake: What was imported before is not here any more: beginning anew.\n');
  }
  const totals = await new Import(importing, file, undefined).run();
  if (!totals) throw new Error('An import that begins at the beginning has nothing to be missing.');
  return totals;
}

interface Head {
  memory: MemoryHead;
  place: Place;
  versions: number;
  /** What became of its earlier versions, where one request did not take all of them. */
  parted?: Part;
}

type Part = 'stored' | 'updated' | 'skipped';

class Import {
  readonly #importing: Importing;
  readonly #file: ProgressFile | undefined;
  readonly #totals: Totals;
  readonly #from: Progress | undefined;
  #batch = new Batch();
  /** The memory whose versions come now. */
  #head: Head | undefined;
  /** Whether the first records come again that were taken before: they show that they are there. */
  #proving: boolean;
  #seen = { instances: 0, memories: 0, revisions: 0, links: 0 };
  #ended = false;

  constructor(importing: Importing, file: ProgressFile | undefined, from: Progress | undefined) {
    this.#importing = importing;
    this.#file = file;
    this.#from = from;
    this.#proving = from !== undefined;
    this.#totals = new Totals(importing.json, () => importing.bar.clear(), from?.numbers);
  }

  /** @returns undefined where what was taken before is not there */
  async run(): Promise<Totals | undefined> {
    const { source, bar, signal } = this.#importing;
    const { offset = 0, number = 0 } = this.#from ?? {};
    let last = number;
    for await (const line of readLines(source.read(offset), { offset, number })) {
      signal.throwIfAborted();
      last = line.number;
      const record = this.#read(line);
      if (record && !(await this.#take(record, line))) return undefined;
      bar.update(line.end, source.size ?? 0);
    }
    if (!(await this.#closeMemory()) || !(await this.#flush())) return undefined;
    if (!this.#ended) this.#totals.refuse(last, 'The last line of an export is missing: the file was cut.');
    this.#file?.remove();
    return this.#totals;
  }

  #read({ text, problem, number }: Line): RecordLine | HeaderLine | EndLine | undefined {
    if (text?.trim() === '') return undefined;
    try {
      if (text === undefined) throw new BadRecord(problem);
      return readRecord(text);
    } catch (error) {
      if (!(error instanceof BadRecord)) throw error;
      this.#totals.refuse(number, error.message);
      return undefined;
    }
  }

  /** @returns whether to go on */
  async #take(record: RecordLine | HeaderLine | EndLine, { number, start }: Line): Promise<boolean> {
    const place = { offset: start, number: number - 1 };
    if ('clambake' in record) {
      if (!(await this.#closeMemory())) return false;
      if (record.clambake === 'end') this.#end(record, number);
      return true;
    }
    const large = tooLarge(record);
    if (large !== undefined) {
      this.#totals.refuse(number, large);
      return true;
    }
    const { record: kind, ...rest } = record;
    this.#seen[plural[kind]] += 1;
    const line = { ...rest, line: number };
    switch (record.record) {
      case 'memory':
        if (!(await this.#closeMemory())) return false;
        this.#head = { memory: line as MemoryHead, place, versions: 0 };
        return true;
      case 'revision': {
        const { memory, record: _, ...revision } = record;
        const head = this.#head;
        if (head?.memory.uid !== memory) {
          this.#totals.refuse(number, 'Its memory does not stand before it.');
          return true;
        }
        head.versions += 1;
        if (!(await this.#makeRoom(revision, head))) return false;
        this.#batch.addRevision({ ...revision, line: number }, head.memory, head.place);
        return true;
      }
      case 'instance': {
        const { record: _, ...instance } = record;
        if (!(await this.#makeRoom(instance, this.#head))) return false;
        this.#batch.addInstance({ ...instance, line: number }, place);
        return true;
      }
      case 'link': {
        if (!(await this.#closeMemory())) return false;
        const { record: _, ...link } = record;
        if (!(await this.#makeRoom(link, undefined))) return false;
        this.#batch.addLink({ ...link, line: number }, place);
        return true;
      }
    }
  }

  /** @returns whether to go on */
  async #closeMemory(): Promise<boolean> {
    const head = this.#head;
    if (head?.versions === 0) this.#totals.refuse(head.memory.line, 'The memory comes without a version.');
    // The rest of a memory that came in parts comes alone: what becomes of it is counted with the first part.
    const goesOn = head?.parted === undefined || (await this.#flush(head));
    this.#head = undefined;
    return goesOn;
  }

  /**
   * Sends what there is until another record fits, or nothing is left. The versions of a memory come together where one request takes
   * them. @returns whether to go on
   */
  async #makeRoom(record: object, head: Head | undefined): Promise<boolean> {
    // The versions that were put back may leave no room either.
    while (!this.#batch.empty && !this.#batch.fits(record, head?.memory)) {
      if (!(await (head ? this.#flushFor(head) : this.#flush()))) return false;
    }
    return true;
  }

  async #flushFor(head: Head): Promise<boolean> {
    const versions = this.#batch.withdraw(head.memory);
    const isParted = versions.length === 0 && this.#batch.memories.at(-1)?.line === head.memory.line;
    if (!(await this.#flush(isParted ? head : undefined))) return false;
    for (const version of versions) this.#batch.addRevision(version, head.memory, head.place);
    return true;
  }

  #end({ clambake: _, ...announced }: EndLine, number: number): void {
    this.#ended = true;
    // Of what stands before the place where it went on nothing is known.
    if (this.#from) return;
    for (const [name, wanted] of Object.entries(announced) as [keyof typeof announced, number][]) {
      const seen = this.#seen[name];
      if (seen === wanted) continue;
      this.#totals.refuse(number, `The file was written with ${wanted} ${name}, and holds ${seen} that can be read.`);
    }
  }

  /** @param parted the memory of which this is a part and nothing else @returns whether to go on */
  async #flush(parted?: Head): Promise<boolean> {
    const batch = this.#batch;
    const { server, signal, allowSecret } = this.#importing;
    if (!batch.start) return true;
    const refused = new Set(this.#proving ? this.#from?.refused : []);
    const result = await sendInParts(
      // What was refused may well be taken now, and would pass for something that is not there any more.
      without(batch, refused),
      ({ instances, memories, links }) =>
        server.ask<Outcome>(document, { instances, memories, links, allowSecret }, signal, true),
      recordsParting,
    );
    this.#batch = new Batch();
    if (this.#proving) {
      this.#proving = false;
      if (parted) parted.parted = 'stored';
      // They are counted already.
      return result.stored + result.updated + result.linked + result.problems.length === 0;
    }
    this.#totals.add(parted ? withFirst(parted, result) : result);
    const told = [...result.problems, ...result.conflicts].map(({ line }) => line);
    const { memories, links } = without(batch, new Set(told));
    // Without anything that shows later that it is there, an import goes on from the place before.
    if (memories.length + links.length > 0) {
      this.#file?.keep({ ...batch.start, refused: told, numbers: this.#totals.numbers });
    }
    return true;
  }
}

/** A further part counts only where the memory was skipped until then. */
function withFirst(head: Head, result: Outcome): Outcome {
  const first = head.parted;
  const now: Part = result.stored > 0 ? 'stored' : result.updated > 0 ? 'updated' : 'skipped';
  head.parted = first === undefined || first === 'skipped' ? now : first;
  if (first === undefined) return result;
  const isFirstChange = first === 'skipped' && now === 'updated';
  return { ...result, stored: 0, updated: isFirstChange ? 1 : 0, skipped: isFirstChange ? -1 : 0 };
}

const plural = { instance: 'instances', memory: 'memories', revision: 'revisions', link: 'links' } as const;
