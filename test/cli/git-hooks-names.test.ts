import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileResource, folded, heldAround } from '../../cli/git/file-resource.ts';
import { hookScript, readHook } from '../../cli/git/hook-script.ts';
import { coveringTrees, insideOf } from '../../cli/git/trees.ts';
import { parseResource, parseResources } from '../../server/blocker/resource.ts';
import { wholeProject } from '../../server/place/whole-project.ts';
import { overlap } from '../support/overlap.ts';

/** What git may call a file: no NUL, and no empty, `.` or `..` part. */
const part = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
    fc.constantFrom(
      'a',
      'A',
      'é',
      'e\u0301',
      ' ',
      '*',
      '**',
      '\\',
      '..\\..',
      '-n',
      'x:y',
      'a\u200bb',
      'a.',
      'a..',
      '...',
      'ς',
      'Σ',
      'ſ',
      'a\u034f',
      ' a',
      'x'.repeat(300),
    ),
  )
  .filter((text) => !/[/\0]/.test(text) && text.isWellFormed() && !['.', '..', '.git'].includes(text));
const path = fc.array(part, { minLength: 1, maxLength: 6, size: 'max' }).map((parts) => parts.join('/'));

test('every file that git may have has a name that the server takes, and is found held where the project is', () => {
  fc.assert(
    fc.property(path, (file) => {
      const { key, name } = parseResource(fileResource('doc-db-v2', file));
      expect(name).toBe(fileResource('doc-db-v2', file));
      expect(key.endsWith('/')).toBe(false);
      expect(overlap(key, parseResource('doc-db-v2:/').key)).toBe(true);
      expect(overlap(key, parseResource('doc-db:/').key)).toBe(false);
      expect(key).toBe(folded(name).replace(':', ':/'));
      parseResource(heldAround(fileResource('doc-db-v2', file)));
    }),
    { numRuns: 2000 },
  );
  expect(heldAround(wholeProject('doc'))).toBe('doc:/');
  expect(heldAround(fileResource('doc', 'src/a*b'))).toBe('doc:src/');
});

test('a file that is held is never lost among the trees that are asked about first', () => {
  fc.assert(
    fc.property(fc.uniqueArray(path, { minLength: 1, maxLength: 30 }), fc.nat(), (files, chosen) => {
      const resources = files.map((file) => fileResource('doc', file));
      const held = resources[chosen % resources.length] ?? '';
      const trees = coveringTrees(resources);
      // What the server says of them: the same as `guard` does.
      const said = parseResources(trees).filter(({ key }) => overlap(key, parseResource(held).key));
      expect(said).not.toEqual([]);
      expect(
        insideOf(
          said.map(({ name }) => name),
          resources,
          trees,
        ),
      ).toContain(held);
    }),
    { numRuns: 2000 },
  );
});

test('trees are few, however many files there are', () => {
  const deep = Array.from({ length: 5000 }, (_, index) => `doc:a/${index % 20}/${index % 2000}/file ${index}`);
  expect(coveringTrees(deep)).toHaveLength(20);
  const many = Array.from({ length: 200_000 }, (_, n) => `p:src/${n}.ts`);
  expect(coveringTrees(many)).toEqual(['p:src/']);
  expect(coveringTrees([...deep.slice(0, 10), 'doc:root'])).toContain('doc:root');
});

test('a hook knows itself from any other, whatever paths it has', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (node, cli) => {
      const flat = (text: string): string => text.replace(/[\r\n]/g, '');
      const script = hookScript('pre-push', { node: flat(node), cli: flat(cli) });
      expect(readHook('pre-push', script)).toBe('ours');
      expect(readHook('pre-push', script.replaceAll('\n', '\r\n'))).toBe('ours');
      expect(readHook('pre-push', `${script}echo more\n`)).toBe('edited');
      expect(readHook('pre-commit', script)).toBe(undefined);
    }),
  );
  expect(readHook('pre-push', '#!/bin/sh\n')).toBe(undefined);
});
