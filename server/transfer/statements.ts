import type { MemoryStatus, MemoryType } from '../database/generated/enums.ts';
import { statement } from '../database/statement.ts';

// Records come as JSON: one value for a whole batch. A time that is not given is now.

/** One import at a time writes to a database: two of the same file would wait for each other. */
export const takeTurn = statement<object>('import-turn', "SELECT pg_advisory_xact_lock(hashtext('clambake.import'))");

/** A memory that is here. */
export interface Known {
  id: number;
  uid: string;
  type: MemoryType;
  projectKey: string | null;
  author: string | null;
  createdAt: Date;
  version: number;
}

// Links point at memories without changing them: they may go on meanwhile.
export const lockMemories = statement<Known, [uids: string[]]>(
  'import-lock',
  `SELECT id, uid, type, (SELECT key FROM clambake.project WHERE project.id = project_id) AS "projectKey",
     author_id AS author, created_at AS "createdAt", version
   FROM clambake.memory WHERE uid = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE`,
);

const revisionColumns = `uid uuid, version int, title text, content text, status clambake.memory_status, tags text[], files text[],
  author text, "createdAt" timestamptz(3), "replacedAt" timestamptz(3)`;

/** Of versions, those that are here, and whether in the same form. */
export const compareRevisions = statement<{ uid: string; version: number; same: boolean }, [revisions: string]>(
  'import-compare',
  `SELECT given.uid, given.version, (revision.title, revision.content, revision.status, revision.tags, revision.files,
       revision.author_id, revision.created_at)
     IS NOT DISTINCT FROM (given.title, given.content, given.status, given.tags, given.files, given.author, given."createdAt") AS same
   FROM json_to_recordset($1::json) AS given (${revisionColumns})
   JOIN clambake.memory ON memory.uid = given.uid
   JOIN clambake.memory_revision AS revision ON revision.memory_id = memory.id AND revision.version = given.version`,
);

const memoryColumns = `place int, uid uuid, "projectId" int, type clambake.memory_type, title text, content text,
  status clambake.memory_status, tags text[], files text[], author text, version int, "createdAt" timestamptz(3),
  "updatedAt" timestamptz(3)`;

/** Stores memories, in the order of their places, so that their numbers have that order too. */
export const insertMemories = statement<{ id: number; uid: string }, [memories: string]>(
  'import-memories',
  `INSERT INTO clambake.memory
     (uid, project_id, type, title, content, status, tags, files, author_id, version, created_at, updated_at)
   SELECT uid, "projectId", type, title, content, status, tags, files, author, version, coalesce("createdAt", now()),
     coalesce("updatedAt", now())
   FROM json_to_recordset($1::json) AS given (${memoryColumns}) ORDER BY place RETURNING id, uid`,
);

/** What was the current version becomes one that was replaced, as `server/memory/revise.ts` does. */
export const replaceCurrent = statement<object, [memories: string]>(
  'import-replace',
  `UPDATE clambake.memory_revision AS revision SET replaced_at = coalesce(given."replacedAt", now()), search = memory.search
   FROM json_to_recordset($1::json) AS given (uid uuid, "replacedAt" timestamptz(3)), clambake.memory
   WHERE memory.uid = given.uid AND revision.memory_id = memory.id AND revision.version = memory.version`,
);

/** Memories get the state of their highest version. */
export const changeMemories = statement<object, [memories: string]>(
  'import-change',
  `UPDATE clambake.memory SET title = given.title, content = given.content, status = given.status, tags = given.tags,
     files = given.files, version = given.version, updated_at = coalesce(given."updatedAt", now())
   FROM json_to_recordset($1::json) AS given (${memoryColumns}) WHERE memory.uid = given.uid`,
);

/** Stores versions. Those that a later one has replaced are searched by what they held. */
export const insertRevisions = statement<object, [revisions: string]>(
  'import-revisions',
  `INSERT INTO clambake.memory_revision
     (memory_id, version, title, content, status, tags, files, author_id, created_at, replaced_at, client_key, search)
   SELECT memory.id, given.version, given.title, given.content, given.status, given.tags, given.files, given.author,
     coalesce(given."createdAt", now()), given."replacedAt", given."clientKey",
     CASE WHEN given."replacedAt" IS NOT NULL THEN clambake.memory_search(memory.project_id, memory.type, given.status, given.title,
       given.content, given.tags, given.files, memory.author_id) END
   FROM json_to_recordset($1::json) AS given (${revisionColumns}, "clientKey" text)
   JOIN clambake.memory ON memory.uid = given.uid`,
);

/** Of links, which of their ends are here. */
export const findEnds = statement<{ uid: string }, [uids: string[]]>(
  'import-ends',
  'SELECT uid FROM clambake.memory WHERE uid = ANY ($1::uuid[])',
);

export const insertLinks = statement<object, [links: string]>(
  'import-links',
  `INSERT INTO clambake.memory_link (from_id, to_id, kind, author_id, created_at)
   SELECT source.id, target.id, given.kind, given.author, given."createdAt"
   FROM json_to_recordset($1::json)
     AS given ("from" uuid, "to" uuid, kind clambake.memory_link_kind, author text, "createdAt" timestamptz(3))
   JOIN clambake.memory AS source ON source.uid = given."from" JOIN clambake.memory AS target ON target.uid = given."to"
   ORDER BY source.id, target.id, given.kind ON CONFLICT DO NOTHING RETURNING from_id`,
);

/** A memory that is here, as it is now. */
export interface Current {
  id: number;
  uid: string;
  projectKey: string | null;
  project: string | null;
  version: number;
  title: string;
  content: string;
  status: MemoryStatus;
  tags: string[];
  files: string[];
  /** The key of the version that was stored last by an import of a state; null where none was. */
  importKey: string | null;
}

export const lockCurrent = statement<Current, [uids: string[]]>(
  'merge-lock',
  `SELECT memory.id, uid, project.key AS "projectKey", project.name AS project, version, title, content, status, tags, files,
     (SELECT client_key FROM clambake.memory_revision WHERE memory_id = memory.id AND client_key LIKE 'import:%'
      ORDER BY memory_revision.version DESC LIMIT 1) AS "importKey"
   FROM clambake.memory LEFT JOIN clambake.project ON project.id = project_id
   WHERE uid = ANY ($1::uuid[]) ORDER BY memory.id FOR NO KEY UPDATE OF memory`,
);

/** What some versions held. */
export const readRevisions = statement<
  Pick<Current, 'uid' | 'version' | 'title' | 'content' | 'status' | 'tags' | 'files'>,
  [versions: string]
>(
  'merge-revisions',
  `SELECT given.uid, given.version, revision.title, revision.content, revision.status, revision.tags, revision.files
   FROM json_to_recordset($1::json) AS given (uid uuid, version int)
   JOIN clambake.memory ON memory.uid = given.uid
   JOIN clambake.memory_revision AS revision ON revision.memory_id = memory.id AND revision.version = given.version`,
);

/** Of memories, their last version that did not come out of one file; none where all of them did. */
export const lastOfOthers = statement<{ uid: string; version: number }, [uids: string[], source: string]>(
  'merge-others',
  `SELECT memory.uid, max(revision.version) AS version
   FROM clambake.memory JOIN clambake.memory_revision AS revision ON revision.memory_id = memory.id
   WHERE memory.uid = ANY ($1::uuid[])
     AND (revision.client_key IS NULL OR revision.client_key NOT LIKE 'import:%:' || $2 || ':%')
   GROUP BY memory.uid`,
);
