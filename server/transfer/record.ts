import type { MemoryLinkKind, MemoryStatus, MemoryType } from '../database/generated/enums.ts';
import type { FoundSecret } from '../secret/refuse.ts';

/** The line of a file that a record stands in, for what is said of it. */
interface Located {
  line: number;
}

/** An instance that wrote something somewhere. */
export interface InstanceRecord extends Located {
  id: string;
  project: string;
  directory: string;
  model?: string | null | undefined;
  startedAt: Date;
}

/** One version of a memory. */
export interface RevisionRecord extends Located {
  version: number;
  title: string;
  content: string;
  status: MemoryStatus;
  tags: string[];
  files: string[];
  /** The id of an instance; nothing for the human. */
  author?: string | null | undefined;
  createdAt: Date;
  /** What looks like a secret in it, and may be stored. */
  allowed?: FoundSecret[];
}

/** A memory with some of its versions. */
export interface MemoryRecord extends Located {
  uid: string;
  /** Nothing where it is global. */
  project?: string | null | undefined;
  type: MemoryType;
  author?: string | null | undefined;
  createdAt: Date;
  revisions: RevisionRecord[];
}

/** A link between two memories, by their uids. */
export interface LinkRecord extends Located {
  from: string;
  to: string;
  kind: MemoryLinkKind;
  author?: string | null | undefined;
  createdAt: Date;
}

/** A memory as it is now in a file that knows of no versions. */
export interface StateRecord extends Located {
  uid: string;
  project?: string | null | undefined;
  type: MemoryType;
  title: string;
  content: string;
  /** What is left out stays, or is as in a new memory. */
  status?: MemoryStatus | null | undefined;
  tags?: string[] | null | undefined;
  files?: string[] | null | undefined;
  /** The version that it was when the file was written, where the file says so. */
  version?: number | null | undefined;
  /** What looks like a secret in it, and may be stored. */
  allowed?: FoundSecret[];
}

/** A record that was not stored, and why. */
export interface Problem extends Located {
  message: string;
}

/** A memory that is here in another form than in the file. Nothing of it was changed. */
export interface Conflict extends Located {
  uid: string;
  /** The version that differs; null where the memory itself does. */
  version: number | null;
  title: string;
  reason: string;
}

/** What became of records. */
export interface Imported {
  /** Memories that were not here before. */
  stored: number;
  /** Memories that have new versions. */
  updated: number;
  /** Memories that were here already. */
  skipped: number;
  linked: number;
  conflicts: Conflict[];
  problems: Problem[];
}

/** Nothing yet. */
export const nothing = (): Imported => ({
  ...{ stored: 0, updated: 0, skipped: 0, linked: 0 },
  ...{ conflicts: [], problems: [] },
});
