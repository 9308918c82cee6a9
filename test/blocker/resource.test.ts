import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ancestorsOf,
  endOfTree,
  Footprint,
  parseResource,
  parseResources,
  samePlace,
} from '../../server/blocker/resource.ts';
import { overlap } from '../support/overlap.ts';

const name = (text: string) => parseResource(text).name;
const same = (one: string, other: string) => parseResource(one).key === parseResource(other).key;

describe('the name of a resource', () => {
  it.each([
    ['doc-db-v2:src/app.ts', 'doc-db-v2:src/app.ts'],
    ['doc-db-v2:src/', 'doc-db-v2:src/'],
    ['doc-db-v2:src/**', 'doc-db-v2:src/'],
    ['doc-db-v2:/src//a/./b/../c.ts', 'doc-db-v2:src/a/c.ts'],
    ['doc-db-v2:/', 'doc-db-v2:/'],
    ['doc-db-v2:.', 'doc-db-v2:/'],
    ['p:.', 'p:.'],
    ['port:5432', 'port:5432'],
    ['branch:feature/x', 'branch:feature/x'],
    ['/etc/hosts', '/etc/hosts'],
    ['/', '/'],
    ['C:\\tools\\x.exe', 'C:/tools/x.exe'],
    ['c:/', 'C:/'],
    ['  port:5432 ', 'port:5432'],
    ['p:src\\a.ts', 'p:src/a.ts'],
    ['p:[id].tsx', 'p:[id].tsx'],
  ])('%s is %s', (given, expected) => {
    expect(name(given)).toBe(expected);
    expect(name(expected)).toBe(expected);
  });

  it('reads back as the same, whatever was given', () => {
    const part = fc.constantFrom(
      'a',
      'B',
      ' ',
      'é',
      'ß',
      'ς',
      '.',
      '..',
      '/',
      '\\',
      ':',
      '*',
      '~',
      'ſ',
      '\ufe0f',
      'C:',
      'İ',
    );
    fc.assert(
      fc.property(
        fc.constantFrom('p:', 'pp:', '/', 'C:/', 'c:', ''),
        fc.array(part, { maxLength: 8 }),
        (scope, parts) => {
          let read: ReturnType<typeof parseResource>;
          try {
            read = parseResource(scope + parts.join(''));
          } catch (error) {
            expect(error).toMatchObject({ code: 'BAD_INPUT' });
            return;
          }
          expect(parseResource(read.name)).toEqual(read);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['p:ΟΔΟΣ.md', 'p:οδος.md'],
    ['p:src', 'p:ſrc'],
    ['p:a.', 'p:a'],
    ['p:❤\ufe0f.md', 'p:❤.md'],
    ['p:straße', 'p:STRASSE'],
  ])('%s is %s to some file system', (one, other) => {
    expect(same(one, other)).toBe(true);
  });

  it('is compared without regard to case and to how letters are composed: what some file system takes for one is one', () => {
    expect(same('p:README.md', 'P:readme.MD')).toBe(true);
    expect(same('p:caf\u00e9', 'p:cafe\u0301')).toBe(true);
    expect(same('C:/Tools', 'c:/tools')).toBe(true);
    expect(same('p:a', 'p:a/')).toBe(false);
    expect(same('p:a', '/a')).toBe(false);
    expect(name('p:Caf\u0065\u0301')).toBe('p:Caf\u00e9');
  });

  it.each([
    '',
    ' ',
    'src/a.ts',
    './a',
    '../a',
    'p:..',
    'p:a/../..',
    '/..',
    'port:',
    ':x',
    'p:a*b',
    'p:*/a',
    'p:a\0',
    'p:a\u200bb',
    'p:a\nb',
    'x'.repeat(1100),
  ])('%j is none', (given) => {
    expect(() => parseResource(given)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  });

  it('is refused with others that are too long together', () => {
    const long = Array.from({ length: 200 }, (_, n) => `p:${n}/${'x'.repeat(900)}`);
    expect(() => parseResources(long)).toThrow(/at most 131072/);
  });

  it('is listed once, and not where a folder of the list covers it', () => {
    const list = parseResources(['p:src/a.ts', 'P:SRC/', 'p:src/b/', 'port:1', 'p:src/', 'p:srcs']);
    expect(list.map((resource) => resource.name)).toEqual(['p:src/', 'port:1', 'p:srcs']);
  });
});

const segment = fc.constantFrom('a', 'b', 'ab', 'a.b', 'A', 'é', '0', '-');
const text = fc
  .tuple(fc.constantFrom('p:', 'q:', '/', 'C:/'), fc.array(segment, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([scope, segments, tree]) => `${scope}${segments.join('/')}${tree ? '/' : ''}`);

describe('what overlaps', () => {
  it('is known from the other side too, and to the index as to the rule', () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        const [a, b] = [parseResource(one).key, parseResource(other).key];
        expect(overlap(a, b)).toBe(overlap(b, a));
        expect(overlap(a, a)).toBe(true);
        // As the statement finds it: the same place, a tree above, or in the range of a tree.
        const bytes = (x: string, y: string) => Buffer.compare(Buffer.from(x), Buffer.from(y));
        const places = [...samePlace(a), ...ancestorsOf(a)];
        const below = a.endsWith('/') && bytes(b, a) > 0 && bytes(b, endOfTree(a)) < 0;
        expect(places.includes(b) || below).toBe(overlap(a, b));
        expect(new Footprint([parseResource(one)]).find(b) !== undefined).toBe(overlap(a, b));
      }),
      { numRuns: 2000 },
    );
  });

  it('is what has a path in common, by a walk over the segments', () => {
    const parts = (key: string) => ({ path: key.replace(/\/$/, '').split('/'), tree: key.endsWith('/') });
    fc.assert(
      fc.property(text, text, (one, other) => {
        const [a, b] = [parseResource(one).key, parseResource(other).key];
        const [x, y] = [parts(a), parts(b)];
        const [short, long] = x.path.length <= y.path.length ? [x, y] : [y, x];
        const begins = short.path.every((each, n) => each === long.path[n]);
        expect(overlap(a, b)).toBe(begins && (short.tree || short.path.length === long.path.length));
      }),
      { numRuns: 2000 },
    );
  });

  it('is left out of a list exactly where a folder of it covers it', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 6 }), (texts) => {
        const kept = parseResources(texts);
        for (const given of texts.map(parseResource)) {
          expect(kept.some(({ key }) => key === given.key || (key.endsWith('/') && given.key.startsWith(key)))).toBe(
            true,
          );
        }
        for (const a of kept)
          for (const b of kept) if (a !== b) expect(a.key.startsWith(b.key) && b.key.endsWith('/')).toBe(false);
      }),
    );
  });
});
