import { instanceIdPattern } from '../address.ts';
import { badInput, ClambakeError } from '../errors.ts';
import { checkList, checkOptional, checkText, excerpt } from '../input.ts';
import { checkTypeInScope } from '../memory/scope.ts';
import { checkProjectName } from '../project/service.ts';
import type { AllowedSecrets } from './allowed.ts';
import type { InstanceRecord, LinkRecord, MemoryRecord, Problem, RevisionRecord, StateRecord } from './record.ts';

const uidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Versions are counted in four bytes. */
const highestVersion = 2_147_483_647;

/**
 * Checks records one by one.
 * @returns those that may be stored, as they will be; of each other one the reason is added to `problems`
 */
export function checkEach<Record extends { line: number }, Checked>(
  records: readonly Record[],
  check: (record: Record) => Checked,
  problems: Problem[],
): Checked[] {
  return records.flatMap((record) => {
    try {
      return [check(record)];
    } catch (error) {
      if (!(error instanceof ClambakeError)) throw error;
      problems.push({ line: record.line, message: error.message });
      return [];
    }
  });
}

/** @throws ClambakeError BAD_INPUT, SECRET_REFUSED */
export function checkInstance(secrets: AllowedSecrets, instance: InstanceRecord): InstanceRecord {
  const texts = {
    project: checkText('project', 'project', instance.project),
    directory: checkText('directory', 'directory', instance.directory),
    model: checkOptional('model', 'model', instance.model),
  };
  secrets.refuse({ project: instance.project, directory: instance.directory, model: instance.model });
  return {
    ...instance,
    ...texts,
    id: checkInstanceId('id', instance.id),
    project: checkProjectName('project', texts.project),
    startedAt: checkTime('startedAt', instance.startedAt),
  };
}

/** @throws ClambakeError BAD_INPUT, SECRET_REFUSED, FORBIDDEN, also for one version of many: a memory is stored whole or not at all */
export function checkMemory(secrets: AllowedSecrets, memory: MemoryRecord): MemoryRecord {
  return {
    ...checkPlace(secrets, memory),
    author: checkAuthor(memory.author),
    createdAt: checkTime('createdAt', memory.createdAt),
    revisions: checkOrder(memory.revisions.map((revision) => checkRevision(secrets, revision))),
  };
}

/** @throws ClambakeError BAD_INPUT, SECRET_REFUSED, FORBIDDEN */
export function checkState(secrets: AllowedSecrets, state: StateRecord): StateRecord {
  const { version } = state;
  if (typeof version === 'number') checkVersion(version);
  return { ...checkPlace(secrets, state), ...checkTexts(secrets, state) };
}

/** @throws ClambakeError BAD_INPUT */
export function checkLink(link: LinkRecord): LinkRecord {
  const from = checkUid('from', link.from);
  const to = checkUid('to', link.to);
  if (from === to) throw badInput('to', `A memory cannot be linked with itself: ${to}.`);
  return { ...link, from, to, author: checkAuthor(link.author), createdAt: checkTime('createdAt', link.createdAt) };
}

function checkPlace<Record extends Pick<MemoryRecord, 'uid' | 'project' | 'type'>>(
  secrets: AllowedSecrets,
  record: Record,
): Record {
  const project = checkOptional('project', 'project', record.project);
  secrets.refuse({ project: record.project });
  checkTypeInScope(record.type, project === null);
  return {
    ...record,
    uid: checkUid('uid', record.uid),
    project: project === null ? null : checkProjectName('project', project),
  };
}

type Texts = Pick<RevisionRecord, 'title' | 'content'> & Partial<Pick<StateRecord, 'tags' | 'files'>>;

/**
 * The texts of a memory. What looks like a secret is imported only where somebody allows it, as it was stored elsewhere. It is looked
 * for in what keeps to the limits only: these are told sooner, and none of their errors repeats a text.
 */
function checkTexts<Record extends Texts>(secrets: AllowedSecrets, record: Record): Record {
  const texts: Texts = {
    title: checkText('title', 'title', record.title),
    content: checkText('content', 'content', record.content, true),
    ...(record.tags && { tags: checkList('tags', 'tag', record.tags) }),
    ...(record.files && { files: checkList('files', 'file', record.files) }),
  };
  const { title, content, tags, files } = record;
  const allowed = secrets.look({ title, content, tags, files });
  return { ...record, ...texts, ...(allowed.length > 0 && { allowed }) };
}

function checkRevision(secrets: AllowedSecrets, revision: RevisionRecord): RevisionRecord {
  return {
    ...checkTexts(secrets, revision),
    version: checkVersion(revision.version),
    author: checkAuthor(revision.author),
    createdAt: checkTime('createdAt', revision.createdAt),
  };
}

/** Versions by their number, none missing between them. */
function checkOrder(revisions: RevisionRecord[]): RevisionRecord[] {
  if (revisions.length === 0) throw badInput('revisions', 'The memory comes without a version: it has at least one.');
  const sorted = revisions.sort((a, b) => a.version - b.version);
  for (const [index, { version }] of sorted.entries()) {
    const before = sorted[index - 1]?.version;
    if (before === version) throw badInput('version', `Version ${version} is there twice.`);
    if (before !== undefined && before !== version - 1) {
      throw badInput('version', `Version ${version} follows version ${before}: what is between them is missing.`);
    }
  }
  return sorted;
}

function checkVersion(version: number): number {
  if (version >= 1 && version <= highestVersion) return version;
  throw badInput('version', `version is ${version}: versions are counted from 1.`);
}

function checkUid(argument: string, uid: string): string {
  const folded = uid.toLowerCase();
  if (uidPattern.test(folded)) return folded;
  throw badInput(argument, `${argument} is "${excerpt(uid)}": that is no UUID.`);
}

const checkAuthor = (author: string | null | undefined): string | null =>
  typeof author === 'string' ? checkInstanceId('author', author) : null;

function checkInstanceId(argument: string, id: string): string {
  if (instanceIdPattern.test(id) && id.length <= 100) return id;
  throw badInput(
    argument,
    `${argument} is "${excerpt(id)}": that is no instance, which is called like brisk-otter-4f2a.`,
  );
}

function checkTime(argument: string, time: Date): Date {
  const year = time.getUTCFullYear();
  if (year >= 1970 && year <= 9999) return time;
  throw badInput(argument, `${argument} is in the year ${year}: give one from 1970 to 9999.`);
}
