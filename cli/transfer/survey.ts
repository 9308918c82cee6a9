import { readLines } from './lines.ts';
import { readMarkdown } from './markdown.ts';
import { BadRecord, readRecord } from './record.ts';
import type { Format, Source } from './source.ts';

/** What an export holds, as far as that can be said without a server. */
export interface Survey {
  counts: Record<string, number>;
  /** At most 1000 of them. */
  problems: { line: number; message: string }[];
}

const most = 1000;

/** Reads all of an export and stores nothing of it. */
export async function survey(source: Source, format: Format): Promise<Survey> {
  const problems: Survey['problems'] = [];
  const note = (line: number, message: string): void => {
    if (problems.length < most) problems.push({ line, message });
  };
  if (format === 'markdown') {
    const counts = { memories: 0 };
    for await (const found of readMarkdown(readLines(source.read()))) {
      if ('problem' in found) note(found.line, found.problem);
      else counts.memories += 1;
    }
    return { counts, problems };
  }
  const counts = { instances: 0, memories: 0, revisions: 0, links: 0 };
  const names = { instance: 'instances', memory: 'memories', revision: 'revisions', link: 'links' } as const;
  let ended = false;
  let last = 0;
  for await (const { text, problem, number } of readLines(source.read())) {
    last = number;
    if (text?.trim() === '') continue;
    try {
      if (text === undefined) throw new BadRecord(problem);
      const record = readRecord(text);
      if ('record' in record) counts[names[record.record]] += 1;
      else if (record.clambake === 'end') ended = true;
    } catch (error) {
      if (!(error instanceof BadRecord)) throw error;
      note(number, error.message);
    }
  }
  if (!ended) note(last, 'The last line of an export is missing: the file was cut.');
  return { counts, problems };
}
