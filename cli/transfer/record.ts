import { MemoryLinkKind, MemoryStatus, MemoryType } from '../../server/database/generated/enums.ts';
import { parseObject } from '../reach/running.ts';

// An export as NDJSON: a first line, records, a last line. Each is whole by itself, so that what is wrong with one says nothing
// of the others; without the last line the file was cut.

/** The version of the format. A later one may hold what this program does not know. */
export const formatVersion = 1;

export interface HeaderLine {
  clambake: 'export';
  version: number;
  /** Null where it is of every project. */
  project: string | null;
  global: boolean;
}

export interface InstanceLine {
  record: 'instance';
  id: string;
  project: string;
  directory: string;
  model: string | null;
  startedAt: string;
}

export interface MemoryLine {
  record: 'memory';
  uid: string;
  project: string | null;
  type: MemoryType;
  author: string | null;
  createdAt: string;
}

export interface RevisionLine {
  record: 'revision';
  memory: string;
  version: number;
  title: string;
  content: string;
  status: MemoryStatus;
  tags: string[];
  files: string[];
  author: string | null;
  createdAt: string;
}

export interface LinkLine {
  record: 'link';
  from: string;
  to: string;
  kind: MemoryLinkKind;
  author: string | null;
  createdAt: string;
}

export interface EndLine {
  clambake: 'end';
  instances: number;
  memories: number;
  revisions: number;
  links: number;
}

export type RecordLine = InstanceLine | MemoryLine | RevisionLine | LinkLine;

/** A line that is no record, and why. */
export class BadRecord extends Error {}

/**
 * Reads a line of an export. Whether a server takes what it says, that says itself.
 * @throws BadRecord
 */
export function readRecord(text: string): RecordLine | HeaderLine | EndLine {
  const value = parseObject(text);
  if (!value) throw new BadRecord('It is no JSON object.');
  if (value.clambake !== undefined) return readFrame(value);
  const field = fieldsOf(value);
  switch (value.record) {
    case 'instance':
      return {
        record: 'instance',
        id: field.text('id'),
        project: field.text('project'),
        directory: field.text('directory'),
        model: field.optional('model'),
        startedAt: field.time('startedAt'),
      };
    case 'memory':
      return {
        record: 'memory',
        uid: field.text('uid').toLowerCase(),
        project: field.optional('project'),
        type: field.oneOf('type', MemoryType),
        author: field.optional('author'),
        createdAt: field.time('createdAt'),
      };
    case 'revision':
      return {
        record: 'revision',
        memory: field.text('memory').toLowerCase(),
        version: field.number('version'),
        title: field.text('title'),
        content: field.text('content'),
        status: field.oneOf('status', MemoryStatus),
        tags: field.texts('tags'),
        files: field.texts('files'),
        author: field.optional('author'),
        createdAt: field.time('createdAt'),
      };
    case 'link':
      return {
        record: 'link',
        from: field.text('from').toLowerCase(),
        to: field.text('to').toLowerCase(),
        kind: field.oneOf('kind', MemoryLinkKind),
        author: field.optional('author'),
        createdAt: field.time('createdAt'),
      };
    default:
      throw new BadRecord(`Its record is ${shown(value.record)}: one of instance, memory, revision, link.`);
  }
}

function readFrame(value: Record<string, unknown>): HeaderLine | EndLine {
  const field = fieldsOf(value);
  if (value.clambake === 'export') {
    const version = field.number('version');
    if (version !== formatVersion) {
      throw new BadRecord(`It is of version ${version}: this program reads version ${formatVersion}.`);
    }
    return {
      clambake: 'export',
      version,
      project: field.optional('project'),
      global: value.global === true,
    };
  }
  if (value.clambake !== 'end') throw new BadRecord(`It says clambake: ${shown(value.clambake)}, which is not known.`);
  const counts = { instances: field.count('instances'), memories: field.count('memories') };
  return { clambake: 'end', ...counts, revisions: field.count('revisions'), links: field.count('links') };
}

function fieldsOf(value: Record<string, unknown>) {
  const wrong = (name: string, right: string): BadRecord =>
    new BadRecord(`Its ${name} is ${shown(value[name])}: ${right}.`);
  const text = (name: string): string => {
    const found = value[name];
    if (typeof found !== 'string') throw wrong(name, 'a text is needed');
    return found;
  };
  const count = (name: string): number => {
    const found = value[name];
    if (typeof found !== 'number' || !Number.isInteger(found) || found < 0 || found >= 2 ** 31) {
      throw wrong(name, 'a whole number is needed');
    }
    return found;
  };
  return {
    text,
    count,
    number: count,
    optional: (name: string): string | null => (value[name] === null ? null : text(name)),
    time(name: string): string {
      const time = text(name);
      if (!isTime(time)) throw wrong(name, 'a time is needed, like 2026-01-31T12:00:00.000Z');
      return time;
    },
    texts(name: string): string[] {
      const found = value[name];
      if (!Array.isArray(found) || !found.every((item) => typeof item === 'string')) {
        throw wrong(name, 'a list of texts is needed');
      }
      return found;
    },
    oneOf<Value extends string>(name: string, values: Readonly<Record<string, Value>>): Value {
      const found = Object.values(values).find((known) => known === value[name]);
      if (found === undefined) throw wrong(name, `one of ${Object.values(values).join(', ')}`);
      return found;
    },
  };
}

/** Whether it is a time in ISO 8601 with its zone. `Date` alone takes the 30th of February for the 2nd of March. */
function isTime(text: string): boolean {
  const [, day] = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  if (day === undefined || Number.isNaN(Date.parse(text))) return false;
  const midnight = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}

/** A value as it stands in an error. What holds others is named only: it may be nested more deeply than JSON can be written. */
function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
