import { createHash } from 'node:crypto';

/** A uid that is the same for the same number. */
const uidOf = (n: number): string =>
  createHash('sha256')
    .update(String(n))
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-4$3-8$4-$5')
    .replace(/-4.(...)-8.(...)-/, '-4$1-8$2-');

const vocabulary =
  'server database query index filter container docker port import export memory message email parser timeout retry cache token migration schema'.split(
    ' ',
  );

/** Lines of an export of so many memories: every third has a second version, every fifth a link to the one before it. */
export function* generated(memories: number): Generator<string, void> {
  const line = (value: object): string => `${JSON.stringify(value)}\n`;
  const time = (n: number): string => new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString();
  yield line({ clambake: 'export', version: 1, project: null, global: false });
  const author = 'brisk-otter-4f2a';
  yield line({
    record: 'instance',
    id: author,
    project: 'generated',
    directory: '/work',
    model: null,
    startedAt: time(0),
  });
  let revisions = 0;
  const links: string[] = [];
  for (let n = 0; n < memories; n += 1) {
    const memory = uidOf(n);
    yield line({ record: 'memory', uid: memory, project: 'generated', type: 'FIX', author, createdAt: time(n) });
    const words = Array.from({ length: 60 }, (_, i) => vocabulary[(n * 7 + i * i) % vocabulary.length]).join(' ');
    for (let version = 1; version <= (n % 3 === 0 ? 2 : 1); version += 1) {
      revisions += 1;
      yield line({
        ...{ record: 'revision', memory, version, title: `Memory ${n} of ${words.slice(0, 40)}`.trim() },
        ...{ content: `${words} v${version}`, status: 'ACTIVE', tags: ['generated'], files: [`src/file${n % 500}.ts`] },
        ...{ author, createdAt: time(n + version - 1) },
      });
    }
    if (n % 5 === 4) {
      links.push(
        line({ record: 'link', from: memory, to: uidOf(n - 1), kind: 'RELATES_TO', author: null, createdAt: time(n) }),
      );
    }
  }
  yield* links;
  yield line({ clambake: 'end', instances: 1, memories, revisions, links: links.length });
}

/** The same as one text. */
export const generatedText = (memories: number): string => [...generated(memories)].join('');
