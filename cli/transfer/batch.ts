import type { InstanceLine, LinkLine, MemoryLine, RevisionLine } from './record.ts';

/** Where a line begins: bytes, and the number of the line before. */
export interface Place {
  offset: number;
  number: number;
}

type Input<Line> = Omit<Line, 'record'> & { line: number };
export type InstanceInput = Input<InstanceLine>;
export type LinkInput = Input<LinkLine>;
export type RevisionInput = Omit<Input<RevisionLine>, 'memory'>;
export type MemoryHead = Input<MemoryLine>;

/** Bytes of records that are sent at once. */
export const usualBytes = 180_000;

/** Bytes of one record that fit into a request of 256 KiB with what is around them. */
const most = 258_000;

/** Records of one kind that a server takes at once. */
export const mostRecords = 500;

export type MemoryInput = MemoryHead & { revisions: RevisionInput[] };

/** Records in the order in which they can be stored: who wrote, what was written, how it is linked. */
export interface Records {
  instances: InstanceInput[];
  memories: MemoryInput[];
  links: LinkInput[];
}

/** Records on their way to the server, no more than one request takes. */
export class Batch implements Records {
  readonly instances: InstanceInput[] = [];
  readonly memories: MemoryInput[] = [];
  readonly links: LinkInput[] = [];
  /** From where all of it can be read again. */
  start: Place | undefined;
  #bytes = 0;
  #revisions = 0;

  get empty(): boolean {
    return this.start === undefined;
  }

  /** Whether another record fits. One that is too large for any request is none that fits. */
  fits(record: object, head?: object): boolean {
    const full =
      this.instances.length >= mostRecords || this.links.length >= mostRecords || this.#revisions >= mostRecords;
    return !full && this.#bytes + sizeOf(record) + (head ? sizeOf(head) : 0) <= usualBytes;
  }

  addInstance(instance: InstanceInput, place: Place): void {
    this.instances.push(instance);
    this.#grow(instance, place);
  }

  addLink(link: LinkInput, place: Place): void {
    this.links.push(link);
    this.#grow(link, place);
  }

  /** @param head the memory that it is a version of @param place where that memory begins */
  addRevision(revision: RevisionInput, head: MemoryHead, place: Place): void {
    let memory = this.memories.at(-1);
    if (memory?.line !== head.line) {
      memory = { ...head, revisions: [] };
      this.memories.push(memory);
      this.#grow(head, place);
    }
    memory.revisions.push(revision);
    this.#revisions += 1;
    this.#grow(revision, place);
  }

  /**
   * Takes the last memory out again, where it is not the only one, so that it comes whole with the next batch.
   * @returns its versions so far; none where it is not in here, or alone
   */
  withdraw(head: MemoryHead): RevisionInput[] {
    const last = this.memories.at(-1);
    if (last?.line !== head.line || this.memories.length === 1) return [];
    this.memories.pop();
    return last.revisions;
  }

  #grow(record: object, place: Place): void {
    this.#bytes += sizeOf(record);
    if (!this.start || place.offset < this.start.offset) this.start = place;
  }
}

/** Bytes of a record in a request; more than {@link most} no request holds. */
export const sizeOf = (record: object): number => Buffer.byteLength(JSON.stringify(record)) + 1;

/** @returns what is wrong with a record that no request holds */
export function tooLarge(record: object): string | undefined {
  const size = sizeOf(record);
  return size > most ? `It takes ${size} bytes: a request holds at most ${most} of a record.` : undefined;
}
