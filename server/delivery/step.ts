import type { Entry } from './tail.ts';

/** One step of a follower: where it stands, and the message that brought it there, if any. */
export class Step {
  /** Give it back to go on from here without a gap or a repetition. */
  readonly cursor: string;
  /** Null in the first step, which says where the following begins, and in one that passes over what is not for the follower. */
  readonly entry: Entry | null;

  constructor(cursor: string, entry: Entry | null) {
    this.cursor = cursor;
    this.entry = entry;
  }
}
